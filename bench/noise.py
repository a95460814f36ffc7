"""Where in noise that was played a recording is, block by block, and where it is not: pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.side import Heard
from bench.sounds import NOISE_RMS, RATE, noise

HOP, WINDOW = 960, 2048
"""Frames: how often the delay is looked for, and over how much."""
LONGEST = 6000
"""Frames of delay that are looked at."""
SURE = 0.5
"""Likeness from which a delay is believed."""
BLOCK = 64
STRIDE = 32
ORIGINAL = 0.9
"""Likeness from which a block is what was played: by chance it is never reached."""
SILENT = 0.05 * NOISE_RMS


@dataclass(frozen=True, slots=True)
class Follow:
    """What a recording is, hop by hop.

    Attributes:
        times: float64, monotonic ns of each hop's beginning.
        delay_ms: of each hop; not a number where the original was not found.
        silent: frames of each hop that were silent.
        wrong: frames of each that were neither silent nor what had been played.
    """

    times: NDArray[np.float64]
    delay_ms: NDArray[np.float64]
    silent: NDArray[np.int64]
    wrong: NDArray[np.int64]

    def between(self, start: float, end: float) -> NDArray[np.bool_]:
        """Return which hops are between two times."""
        return (self.times >= start) & (self.times < end)

    def delay(self, start: float, end: float) -> float:
        """Return the median delay between two times, ms; infinite where there was nothing."""
        found = self.delay_ms[self.between(start, end)]
        known = found[~np.isnan(found)]
        return float(np.median(known)) if len(known) else float("inf")


def _lag(part: NDArray[np.float64], original: NDArray[np.float64]) -> tuple[int, float]:
    """Return by how many frames a part lies before the end of its original, and how like it is."""
    size = 1 << (len(original) + len(part)).bit_length()
    spectrum = np.fft.rfft(original, size) * np.conj(np.fft.rfft(part, size))
    match = np.fft.irfft(spectrum, size)[: len(original) - len(part) + 1]
    sums = np.concatenate([[0.0], np.cumsum(original**2)])
    energy = (sums[len(part) :] - sums[: -len(part)]) * np.sum(part**2)
    likeness = match / np.sqrt(np.maximum(energy, 1e-12))
    place = int(np.argmax(likeness))
    return len(match) - 1 - place, float(likeness[place])


def _blocks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum over each block of a hop."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    first = np.arange(0, HOP, STRIDE)
    return np.asarray(sums[first + BLOCK] - sums[first])


def follow(near: Heard, far: Heard, row: int) -> Follow:
    """Find the noise that the near side played in a row of what the far side heard."""
    sound = noise().track.astype(np.float64)
    offset = (near.start - near.began + 2**31) % 2**32 - 2**31
    track = far.audio[row].astype(np.float64)
    firsts = np.arange(0, len(track) - WINDOW, HOP)
    times = far.at(firsts.astype(np.float64))
    known = (times > near.times[0]) & (times < near.times[-1])
    firsts, times = firsts[known], times[known]
    at = np.rint(near.frame_of(times)).astype(np.int64) + offset
    lags = np.full(len(firsts), -1)
    for hop, first in enumerate(firsts):
        part = track[first : first + WINDOW]
        if np.std(part) < SILENT:
            continue
        places = np.arange(at[hop] - LONGEST, at[hop] + WINDOW) % len(sound)
        lag, likeness = _lag(part, sound[places])
        if likeness > SURE:
            lags[hop] = lag
    silent, wrong = np.zeros((2, len(firsts)), np.int64)
    for hop, first in enumerate(firsts):
        part = track[first : first + HOP + BLOCK]
        energy = _blocks(part**2)
        quiet = energy < BLOCK * SILENT**2
        near_lags = lags[max(0, hop - 3) : hop + 4]
        best = np.zeros(len(energy))
        for lag in {int(lag) + by for lag in near_lags[near_lags >= 0] for by in (-1, 0, 1)}:
            original = sound[(at[hop] - lag + np.arange(HOP + BLOCK)) % len(sound)]
            scale = np.sqrt(np.maximum(energy * _blocks(original**2), 1e-12))
            best = np.maximum(best, _blocks(part * original) / scale)
        silent[hop] = STRIDE * np.count_nonzero(quiet)
        wrong[hop] = STRIDE * np.count_nonzero(~quiet & (best < ORIGINAL))
    delays = np.where(lags >= 0, lags * 1000.0 / RATE, np.nan)
    return Follow(times, delays, silent, wrong)
