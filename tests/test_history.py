"""What was before can be brought back, burst by burst."""

from jackrf.history import LONGEST_BURST, WINDOW_SECONDS, History
from jackrf.parameters import Place

GAIN = Place("drums", "kick", "gain")
PAN = Place("drums", "kick", "pan")
OTHER = Place("vox", "kick", "gain")


def test_a_burst_comes_back_as_it_was_before_its_first_change() -> None:
    """Of many changes of one value within a burst, the oldest value comes back."""
    history = History()
    history.record({GAIN: -6.0}, now=100.0)
    history.record({GAIN: -5.0, PAN: 0.5}, now=100.0 + WINDOW_SECONDS - 0.1)
    assert history.take_back("drums") == {GAIN: -6.0, PAN: 0.5}


def test_a_pause_begins_another_burst() -> None:
    """After 10 s without a change, only what came later is taken back."""
    history = History()
    history.record({GAIN: -6.0}, now=100.0)
    history.record({PAN: 0.5}, now=100.0 + WINDOW_SECONDS)
    assert history.take_back("drums") == {PAN: 0.5}


def test_each_mix_has_a_past_of_its_own() -> None:
    """Taking back one mix leaves the others' past, and what was taken back is forgotten."""
    history = History()
    history.record({GAIN: -6.0, OTHER: -3.0}, now=0.0)
    assert history.take_back("drums") == {GAIN: -6.0}
    assert history.take_back("drums") == {}
    assert history.take_back("vox") == {OTHER: -3.0}


def test_a_burst_is_bounded() -> None:
    """However much is changed, a burst does not grow without end."""
    history = History()
    many = {Place("drums", f"strip{n}", "gain"): 0.0 for n in range(LONGEST_BURST + 10)}
    history.record(many, now=0.0)
    assert len(history.take_back("drums")) == LONGEST_BURST
