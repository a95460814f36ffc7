"""Every refusal says what mends it."""

from jackrf.lan.counters import Refusals
from jackrf.rtsp.refusals import Reason


def test_every_reason_says_what_to_do() -> None:
    """None is without a remedy, and none has braces left in it."""
    refusals = Refusals(Reason, "listening", "drums")
    for reason in Reason:
        line = refusals.note("10.0.0.5", reason)
        assert "{" not in line
        assert len(line) > len("listening from 10.0.0.5 refused:  ()") + 10
    assert set(refusals.counts.values()) == {1}
