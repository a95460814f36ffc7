"""Refusals of any server: counted by reason, and told by host."""

from enum import Enum

from jackrf.lan.counters import Refusals


class Reason(Enum):
    """Two of them."""

    FAR = ("come nearer to {mix}", "too far")
    FULL = ("wait", "full")

    @property
    def key(self) -> str:
        """Its name in a report."""
        return self.name.lower()


def test_a_line_says_who_what_and_what_mends_it() -> None:
    """And a further one counts up."""
    refusals = Refusals(Reason, "listening", "drums")
    line = refusals.note("10.0.0.5", Reason.FAR, "SETUP")
    assert line == "listening from 10.0.0.5 refused: come nearer to drums (SETUP: too far)"
    refusals.note("10.0.0.5", Reason.FAR, mix="keys")
    assert refusals.lines() == [
        "listening from 10.0.0.5 refused: come nearer to keys (too far, 2 times)"
    ]
    assert refusals.counts == {"far": 2, "full": 0}
