"""The resampler: nothing is heard of it but the pitch."""

import numpy as np
import pytest

from jackrf.realtime.resample import design, resample, taps_for
from tests.offline import RATE, Floats

FRAMES = 20_000


def through(hertz: float, rate: int, samplerate: int, ratio: float) -> tuple[float, float]:
    """Send a sine of 1 through the filter; its level in dB, and what is not it, in dB below it."""
    taps = taps_for(rate, samplerate)
    count = int(FRAMES * ratio) + 2 * taps
    wave = np.sin(2 * np.pi * hertz / rate * np.arange(count) + 0.3).astype(np.float32)
    repaired = np.stack([wave, -wave])
    left, right = np.zeros(FRAMES, np.float32), np.zeros(FRAMES, np.float32)
    start = taps // 2 + 0.25
    end = resample(left, right, repaired, design(rate, samplerate), taps, start, ratio)
    assert end == pytest.approx(start + FRAMES * ratio)
    assert np.array_equal(left, -right)
    at = start + np.arange(FRAMES) * ratio
    turn = 2 * np.pi * hertz / rate * at + 0.3
    base = np.stack([np.sin(turn), np.cos(turn)], axis=1)
    found, *_ = np.linalg.lstsq(base, left.astype(np.float64), rcond=None)
    rest = left - base @ found
    level = float(np.hypot(*found))
    return 20 * np.log10(level), 20 * np.log10(float(np.std(rest)) / (level / np.sqrt(2)))


@pytest.mark.parametrize("ppm", [-300.0, -50.0, 0.0, 3.0, 50.0, 300.0])
def test_1_khz_is_100_db_above_all_that_is_added(ppm: float) -> None:
    """THD+N of a sine of 1 kHz is below -100 dB at any drift, and its level is kept."""
    level, noise = through(1000.0, RATE, RATE, 1.0 + ppm * 1e-6)
    assert abs(level) < 0.001
    assert noise < -100.0


@pytest.mark.parametrize("hertz", [20.0, 100.0, 5000.0, 10_000.0, 15_000.0, 18_000.0, 20_000.0])
def test_it_is_flat_to_20_khz(hertz: float) -> None:
    """Within 0.1 dB at 48 kHz."""
    level, _ = through(hertz, RATE, RATE, 1.0 + 50e-6)
    assert abs(level) < 0.1


def test_it_looks_16_frames_ahead_at_the_most() -> None:
    """At one rate the filter has 32 taps: 16 frames of delay."""
    assert taps_for(RATE, RATE) == 32
    assert not design(RATE, RATE)[:, 32:].any()


@pytest.mark.parametrize(
    ("rate", "samplerate"),
    [(44100, 48000), (88200, 48000), (96000, 48000), (48000, 44100), (48000, 96000)],
)
def test_another_rate_is_converted(rate: int, samplerate: int) -> None:
    """1 kHz comes through as clean; 15 kHz is kept; what the ports cannot play does not fold."""
    ratio = rate / samplerate * (1.0 + 50e-6)
    level, noise = through(1000.0, rate, samplerate, ratio)
    assert abs(level) < 0.01
    assert noise < -90.0
    level, _ = through(15_000.0, rate, samplerate, ratio)
    assert abs(level) < 0.1
    if rate > samplerate:
        above, _ = through(0.5 * samplerate + 6000.0, rate, samplerate, ratio)
        assert above < -60.0


def test_a_constant_passes_as_it_is() -> None:
    """Every position has the same gain for 0 Hz: no hum where the position wanders."""
    for rate in (RATE, 44100, 96000):
        sums = design(rate, RATE).astype(np.float64).sum(axis=1)
        assert np.abs(sums - 1.0).max() < 1e-6


def test_at_whole_positions_and_equal_rates_a_frame_is_a_frame() -> None:
    """A ratio of 1 at a whole position changes nothing that a 24-bit sample could hold."""
    sound: Floats = np.random.default_rng(3).uniform(-1, 1, (2, 300)).astype(np.float32)
    left, right = np.zeros(128, np.float32), np.zeros(128, np.float32)
    resample(left, right, sound, design(RATE, RATE), 32, 64.0, 1.0)
    assert np.abs(left - sound[0, 64:192]).max() < 1e-6
    assert np.abs(right - sound[1, 64:192]).max() < 1e-6
