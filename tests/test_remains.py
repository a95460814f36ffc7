"""What stays behind is counted, garbage that nobody has looked for included."""

import gc

from tests.remains import Remains


class Ring:
    """Something that is garbage only to those who search for it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_was_there_before_does_not_count() -> None:
    """What came since does, also when nobody can reach it any more, until it is collected."""
    old = Ring()
    gc.collect()
    gc.disable()
    try:
        remains = Remains(Ring)
        assert remains.more() == [0]
        Ring()
        assert remains.more() == [1]
        gc.collect()
        assert remains.more() == [0]
    finally:
        gc.enable()
    assert old.itself is old
