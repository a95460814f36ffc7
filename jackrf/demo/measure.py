"""Reads levels, gains and latency out of recorded audio. Pure: arrays in, figures out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Samples = NDArray[np.float64]

FLOOR_DB: Final = -120.0
"""Level of silence; nothing is reported to be lower."""
AUDIBLE_DB: Final = -50.0
"""An instrument that plays softer than this says nothing about its gain."""

_WINDOW_SECONDS: Final = 0.17
_HOP_SECONDS: Final = 0.02
_LATENCY_MAX_SECONDS: Final = 0.3
_SEGMENT_SECONDS: Final = 1.0
_AGREEMENT_FRAMES: Final = 2
_SILENCE_FRAMES: Final = 16


@dataclass(frozen=True, slots=True)
class Levels:
    """How loud the instruments are in a recording, window by window."""

    seconds: Samples
    """Middle of each window, from the beginning of the recording; shape (windows,)."""
    decibels: dict[str, Samples]
    """By instrument, dB below a full-scale sine; shape (windows,)."""


@dataclass(frozen=True, slots=True)
class Latency:
    """How much later something is heard than it is played."""

    frames: int
    """Median over the segments of a recording."""
    shortest: int
    longest: int
    """Extremes among the segments that agree with the median, in frames."""
    agreeing: int
    segments: int
    """How many segments of a second agree with the median, and how many there are."""


@dataclass(frozen=True, slots=True)
class FaderMove:
    """Gains that were asked of a fader, and when; before the first it stands at the first."""

    seconds: Samples
    """Rising, from the beginning of the recording; shape (moves,)."""
    decibels: Samples
    """Gain in dB from that moment on; `FLOOR_DB` for off; shape (moves,)."""

    def at(self, seconds: Samples) -> Samples:
        """Return the gain in dB that was in force at each time."""
        moves = np.searchsorted(self.seconds, seconds, side="right") - 1
        return self.decibels[np.maximum(moves, 0)]

    def over_windows(self, seconds: Samples) -> Samples:
        """Return the gain in dB that `levels` is to find in the windows around each time."""
        offsets = np.linspace(-0.5, 0.5, 101) * _WINDOW_SECONDS
        weights = np.hanning(len(offsets)) ** 2
        powers = 10.0 ** (self.at(seconds[:, np.newaxis] + offsets) / 10.0)
        return decibels(powers @ weights / weights.sum())


def levels(audio: Audio, samplerate: int, bands: Mapping[str, tuple[float, float]]) -> Levels:
    """Measure how loud each frequency region of a recording is over time.

    Args:
        audio: shape (channels, frames); the powers of the channels are added, so that a
            constant-power pan changes nothing.
        samplerate: Hz.
        bands: for each instrument its region, from and to, in Hz.
    """
    size = round(_WINDOW_SECONDS * samplerate)
    hop = round(_HOP_SECONDS * samplerate)
    starts = np.arange(0, audio.shape[1] - size + 1, hop)
    window = np.hanning(size)
    frequency = np.fft.rfftfreq(size, 1 / samplerate)
    regions = {name: (frequency >= low) & (frequency < high) for name, (low, high) in bands.items()}
    powers = {name: np.zeros(len(starts)) for name in bands}
    # A sine of full scale has 1 in all: half its power is in the spectrum of positive frequencies.
    scale = 4.0 / (size * np.sum(window**2))
    for number, start in enumerate(starts):
        spectrum = np.fft.rfft(audio[:, start : start + size] * window)
        power = scale * np.sum(np.abs(spectrum) ** 2, axis=0)
        for name, region in regions.items():
            powers[name][number] = power[region].sum()
    seconds = (starts + size / 2) / samplerate
    return Levels(seconds, {name: decibels(power) for name, power in powers.items()})


def decibels(power: Samples) -> Samples:
    """Return powers (1 is full scale) in dB, never below `FLOOR_DB`."""
    return np.asarray(10.0 * np.log10(np.maximum(power, 10.0 ** (FLOOR_DB / 10.0))))


def latency(heard: Audio, played: Audio, samplerate: int) -> Latency | None:
    """Measure how many frames `heard` lags behind `played`.

    The answer is a median over segments of a second, each the peak of the cross-correlation after
    whitening what was played: music repeats itself, and only its attacks tell beat from beat.

    Args:
        heard: mono, shape (frames,).
        played: mono, shape (frames,), recorded in step with `heard`.
        samplerate: Hz.

    Returns:
        None when the segments do not agree: then there is no one latency to speak of.
    """
    segment = round(_SEGMENT_SECONDS * samplerate)
    reach = round(_LATENCY_MAX_SECONDS * samplerate)
    lags = []
    for start in range(0, len(played) - segment - reach + 1, segment):
        source = played[start : start + segment].astype(np.float64)
        ears = heard[start : start + segment + reach].astype(np.float64)
        if np.abs(source).max() == 0.0 or np.abs(ears).max() == 0.0:
            continue
        lags.append(_lag(ears, source, reach))
    if not lags:
        return None
    median = int(np.median(lags))
    close = [lag for lag in lags if abs(lag - median) <= _AGREEMENT_FRAMES]
    if 2 * len(close) <= len(lags):
        return None
    return Latency(median, min(close), max(close), len(close), len(lags))


def _lag(ears: Samples, source: Samples, reach: int) -> int:
    """Return by how many frames, 0 to `reach`, the source is best found in the ears."""
    size = 2 ** int(np.ceil(np.log2(len(source) + len(ears))))
    spectrum = np.fft.rfft(source * np.hanning(len(source)), size)
    power = np.abs(spectrum) ** 2
    whitened = np.conj(spectrum) / (power + 1e-4 * power.max())
    match = np.fft.irfft(np.fft.rfft(ears, size) * whitened, size)
    return int(np.argmax(match[: reach + 1]))


def silences(audio: Audio) -> NDArray[np.int64]:
    """Return where there is nothing at all for longer than music ever passes through zero.

    Args:
        audio: shape (channels, frames).

    Returns:
        First frame and number of frames of each silence, shape (silences, 2).
    """
    silent = np.concatenate(([False], np.all(audio == 0.0, axis=0), [False]))
    edges = np.flatnonzero(silent[1:] != silent[:-1]).reshape(-1, 2)
    lengths = edges[:, 1] - edges[:, 0]
    return np.column_stack((edges[:, 0], lengths))[lengths >= _SILENCE_FRAMES]


def touched(seconds: Samples, samplerate: int, stretches: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for the windows of `levels` around each time whether they touch any stretch.

    Args:
        seconds: middles of windows.
        samplerate: Hz.
        stretches: first frame and number of frames of each, shape (stretches, 2).
    """
    half = _WINDOW_SECONDS / 2
    begins = stretches[:, 0] / samplerate - half
    ends = stretches.sum(axis=1) / samplerate + half
    times = seconds[:, np.newaxis]
    return np.asarray(np.any((times > begins) & (times < ends), axis=1))


def gains(heard: Levels, played: Levels) -> dict[str, Samples]:
    """Return for each instrument the gain in dB from played to heard; NaN where it did not play.

    Args:
        heard: levels of what came out, already shifted back by the latency.
        played: levels of what went in, of the same windows.
    """
    found = {}
    for name, level in played.decibels.items():
        audible = level >= AUDIBLE_DB
        found[name] = np.where(audible, heard.decibels[name] - level, np.nan)
    return found
