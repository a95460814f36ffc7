"""Chirps are found again: late, filtered, noisy, or between two frames."""

import numpy as np
import pytest

from jackrf.latency.chirps import CHIRP_FRAMES, delays, find_chirps, make_chirp, make_chirps


def test_a_chirp_is_no_louder_than_asked() -> None:
    """And begins and ends in silence."""
    chirp = make_chirp(0.05)
    assert len(chirp) == CHIRP_FRAMES
    assert np.max(np.abs(chirp)) == pytest.approx(0.05, rel=0.02)
    assert abs(chirp[0]) < 1e-6 > abs(chirp[-1])


@pytest.mark.parametrize("late", [0, 1, 128, 3000])
def test_delays_are_those_that_were(late: int) -> None:
    """To the frame, through noise 20 dB below, at a hundredth of the level."""
    track, starts = make_chirps(12, 1024)
    noise = np.random.default_rng(1).normal(0, 0.005, len(track)).astype(np.float32)
    heard = 0.01 * (np.roll(track, late) + noise)
    assert delays(heard, starts) == [late] * 12


def test_what_does_not_come_through_is_not_counted() -> None:
    """Silence, noise, another sound, and the chirps that fell into a gap."""
    track, starts = make_chirps(6, 64)
    noise = np.random.default_rng(1).normal(0, 0.1, len(track)).astype(np.float32)
    sine = np.sin(np.arange(len(track)) / 7).astype(np.float32)
    for alien in (0 * track, noise, sine):
        assert delays(alien, starts) == []
        assert find_chirps(alien) == []
    half = track.copy()
    half[starts[3] :] = 0.0
    assert delays(half, starts) == [0, 0, 0]
    assert delays(track[: starts[2]], starts) == [0, 0]
    assert find_chirps(track[:100]) == []


@pytest.mark.parametrize("off", [0.0, 0.25, 0.5])
def test_chirps_are_found_between_frames(off: float) -> None:
    """Where they begin, to a twentieth of a frame, as a resampler may put them."""
    track, starts = make_chirps(8, 128, seed=3)
    spectrum = np.fft.rfft(track)
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(len(track)) * off)
    heard = np.fft.irfft(spectrum * turn, len(track)).astype(np.float32)
    assert find_chirps(heard) == pytest.approx([start + off for start in starts], abs=0.05)
