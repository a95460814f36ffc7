"""Levels, latency and gains are read out of audio whose levels, latency and gains are known."""

import numpy as np
import pytest

from jackrf.demo.measure import (
    FLOOR_DB,
    FaderMove,
    Levels,
    decibels,
    gains,
    latency,
    levels,
    silences,
    touched,
)
from jackrf.units import pan_amplitudes
from tests.demo.hearing import PERIOD, SAMPLERATE, heard, played

RNG = np.random.default_rng(2)


def sine(hertz: float, seconds: float = 1.0) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A sine of full scale."""
    t = np.arange(round(seconds * SAMPLERATE)) / SAMPLERATE
    return np.sin(2 * np.pi * hertz * t).astype(np.float32)


def test_a_full_scale_sine_has_0_db_in_its_region_and_none_elsewhere() -> None:
    """Levels are relative to a full-scale sine."""
    found = levels(sine(440.0)[np.newaxis], SAMPLERATE, {"low": (20, 200), "mid": (300, 600)})
    assert found.decibels["mid"] == pytest.approx(0.0, abs=0.01)
    assert found.decibels["low"].max() < -90


@pytest.mark.parametrize("pan", [-1.0, -0.3, 0.0, 0.8])
def test_a_constant_power_pan_changes_no_level(pan: float) -> None:
    """The powers of both ears are added."""
    ears = np.outer(pan_amplitudes(pan), sine(440.0)).astype(np.float32)
    found = levels(ears, SAMPLERATE, {"mid": (300, 600)})
    assert found.decibels["mid"] == pytest.approx(0.0, abs=0.01)


def test_silence_is_at_the_floor() -> None:
    """Digital silence has a finite level, so that it can be drawn."""
    found = levels(np.zeros((2, SAMPLERATE), np.float32), SAMPLERATE, {"all": (20, 20000)})
    assert set(found.decibels["all"]) == {FLOOR_DB}
    assert decibels(np.array([0.0, 1.0])).tolist() == [FLOOR_DB, 0.0]


def test_a_recording_shorter_than_a_window_has_no_levels() -> None:
    """Nothing is made up for a recording that is too short."""
    assert not len(levels(np.ones((1, 10), np.float32), SAMPLERATE, {"all": (0, 1)}).seconds)


@pytest.mark.parametrize("lag", [0, 1, 96, 128, 320, 5000])
def test_latency_is_exact_to_the_frame(lag: int) -> None:
    """The band is found again in the mix, whatever its gains, pans and the fader's ride."""
    found = latency(heard(lag).sum(axis=0), played().sum(axis=0), SAMPLERATE)
    assert found is not None
    assert (found.frames, found.shortest, found.longest) == (lag, lag, lag)
    assert found.agreeing == found.segments == 5


def test_latency_survives_noise_and_a_dropout() -> None:
    """Noise at -50 dB and half a second of silence do not move the median."""
    ears = heard().sum(axis=0)
    ears[100_000:124_000] = 0
    ears += np.float32(0.003) * RNG.standard_normal(len(ears), dtype=np.float32)
    found = latency(ears, played().sum(axis=0), SAMPLERATE)
    assert found is not None
    assert found.frames == PERIOD


def test_unrelated_sound_has_no_latency() -> None:
    """Where the seconds do not agree nothing is claimed."""
    noise = np.asarray(RNG.standard_normal(played().shape[1]), np.float32)
    assert latency(noise, played().sum(axis=0), SAMPLERATE) is None


def test_silence_has_no_latency() -> None:
    """Nothing heard, or nothing played, gives no figure."""
    band = played().sum(axis=0)
    assert latency(np.zeros_like(band), band, SAMPLERATE) is None
    assert latency(band, np.zeros_like(band), SAMPLERATE) is None


def test_a_gain_is_told_only_where_something_was_played() -> None:
    """An instrument that rests has no gain: NaN."""
    there = Levels(np.arange(2.0), {"vox": np.array([-20.0, -80.0])})
    ears = Levels(np.arange(2.0), {"vox": np.array([-26.0, -30.0])})
    np.testing.assert_equal(gains(ears, there)["vox"], np.array([-6.0, np.nan]))


def test_silences_are_longer_than_a_crossing_of_zero() -> None:
    """Where both ears hear nothing: at the beginning, amid, and at the end."""
    ears = np.ones((2, 1000), np.float32)
    for start, stop in ((0, 50), (100, 228), (300, 310), (900, 1000)):
        ears[:, start:stop] = 0
    ears[0, 500:600] = 0
    assert silences(ears).tolist() == [[0, 50], [100, 128], [900, 100]]


def test_sound_without_silence_has_none() -> None:
    """An empty list has two columns too."""
    assert silences(np.ones((2, 1000), np.float32)).shape == (0, 2)


def test_windows_that_touch_a_stretch_are_found() -> None:
    """A window reaches 85 ms to each side of its middle."""
    seconds = np.array([0.9, 0.92, 1.0, 1.09, 1.2])
    stretch = np.array([[SAMPLERATE, 480]])
    assert touched(seconds, SAMPLERATE, stretch).tolist() == [False, True, True, True, False]
    assert not touched(seconds, SAMPLERATE, stretch[:0]).any()


def test_a_fader_holds_what_was_asked_last() -> None:
    """Before the first move it stands where the first one puts it."""
    fader = FaderMove(np.array([1.0, 2.0]), np.array([-6.0, 3.0]))
    assert fader.at(np.array([0.0, 1.0, 1.9, 2.0, 9.0])).tolist() == [-6, -6, -6, 3, 3]


def test_a_jump_is_expected_to_be_seen_gradually() -> None:
    """A window over a jump sees the mean of the powers before and after."""
    fader = FaderMove(np.array([0.0, 1.0]), np.array([FLOOR_DB, 0.0]))
    before, amid, after = fader.over_windows(np.array([0.5, 1.0, 1.5]))
    assert before == FLOOR_DB
    assert amid == pytest.approx(-3.0, abs=0.2)
    assert after == pytest.approx(0.0, abs=1e-9)
