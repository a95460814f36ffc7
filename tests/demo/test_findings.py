"""The demo claims only what a recording shows."""

import numpy as np
import pytest

from jackrf.errors import JackrfError
from tests.demo.hearing import PERIOD, SAMPLERATE, SECONDS, findings, heard, moves, played, still


def test_a_good_recording_shows_latency_and_fader() -> None:
    """One period late, the guitar within half a dB of its fader, silent when off, no gap."""
    found = findings()
    assert found.latency.frames == PERIOD
    assert found.latency_periods == 1.0
    assert found.latency_ms == pytest.approx(2.667, abs=0.001)
    assert found.fader_error < 0.5
    assert found.fader_off < -40
    assert not len(found.gaps)


def test_a_gap_is_told_and_its_click_is_not_taken_for_guitar() -> None:
    """A packet is lost while the guitar is off: one gap, and the windows around it say nothing."""
    ears = heard()
    start = round(0.5 * SECONDS * SAMPLERATE)
    ears[:, start : start + PERIOD] = 0
    found = findings(ears)
    assert found.gaps.tolist() == [[start, PERIOD]]
    near = np.abs(found.heard.seconds - 0.5 * SECONDS) < 0.05
    assert np.isnan(found.fader_heard[near]).all()
    assert np.isfinite(found.fader_heard[~near]).mean() > 0.9


def test_what_the_recorder_missed_is_no_gap() -> None:
    """Nothing from the listener, and nothing from the band at the same time."""
    start = round(0.5 * SECONDS * SAMPLERATE)
    ears, band = heard(), played().copy()
    for audio in (ears, band):
        audio[:, start : start + PERIOD] = 0
    found = findings(ears, band=band)
    assert (len(found.gaps), found.stumbles) == (0, 0)


def test_what_the_band_did_not_play_is_no_gap() -> None:
    """The band was late once, and one period later its listener heard that: a stumble."""
    start = round(0.5 * SECONDS * SAMPLERATE)
    ears, band = heard(), played().copy()
    band[:, start - PERIOD : start] = 0
    ears[:, start : start + PERIOD] = 0
    found = findings(ears, band=band)
    assert (len(found.gaps), found.stumbles) == (0, 1)


def test_silence_is_an_error() -> None:
    """A listener who heard nothing makes the demo fail."""
    with pytest.raises(JackrfError, match="the listener heard nothing"):
        findings(np.zeros_like(heard()))


def test_an_empty_recording_is_an_error() -> None:
    """So does a recording of no length."""
    with pytest.raises(JackrfError, match="the listener heard nothing"):
        findings(heard()[:, :0])


def test_a_delay_that_is_not_steady_is_an_error() -> None:
    """Sound that has nothing to do with the band has no latency."""
    noise = 0.1 * np.random.default_rng(1).standard_normal((2, played().shape[1]))
    with pytest.raises(JackrfError, match="delay is not steady"):
        findings(noise.astype(np.float32))


def test_an_instrument_that_does_not_follow_its_fader_is_an_error() -> None:
    """The fader moved, the sound did not."""
    with pytest.raises(JackrfError, match="guitar did not follow its fader"):
        findings(heard(fader=still(-6.0)))


def test_an_instrument_that_is_heard_when_off_is_an_error() -> None:
    """The fader was off for a while, and the guitar still sounded."""
    leaking = moves()
    leaking.decibels[:] = np.maximum(leaking.decibels, -25.0)
    with pytest.raises(JackrfError, match="still heard at -25 dB when its fader was off"):
        findings(heard(fader=leaking))


def test_a_fader_that_was_never_off_tells_too_little() -> None:
    """Without the fader off nothing is claimed about it."""
    with pytest.raises(JackrfError, match="too little of guitar"):
        findings(heard(fader=still(-6.0)), fader=still(-6.0))
