"""Chirps: short sweeps that are found again however they were delayed, filtered or mixed. Pure.

The delay of each is where the recording correlates with it best: a path that resamples, dithers or
fades still has one, and one that loses or distorts a chirp is counted instead.
"""

import numpy as np
from numpy.typing import NDArray

CHIRP_FRAMES = 256
GAP_FRAMES = 6000
"""From chirp to chirp."""
LONGEST_FRAMES = 4500
"""A chirp later than this counts as lost."""
LEAD_FRAMES = 12000
"""Before the first chirp."""
LIKENESS = 0.7
"""Correlation, 0..1, from which a chirp counts as come through."""
PEAK = 0.5

Audio = NDArray[np.float32]


def make_chirp(peak: float = PEAK) -> Audio:
    """Return a sweep from 1 to 9 kHz, 256 frames at 48 kHz, faded at both ends."""
    t = np.arange(CHIRP_FRAMES) / 48000
    slope = 8000 / (CHIRP_FRAMES / 48000)
    sound = np.sin(2 * np.pi * (1000 * t + slope * t * t / 2)) * np.hanning(CHIRP_FRAMES)
    return (peak * sound).astype(np.float32)


def make_chirps(
    count: int, period: int, seed: int = 1, peak: float = PEAK
) -> tuple[Audio, list[int]]:
    """Return a track of chirps, shape (frames,), and where each begins: anywhere in a period."""
    random = np.random.default_rng(seed)
    starts = [LEAD_FRAMES + n * GAP_FRAMES + int(random.integers(period)) for n in range(count)]
    track = np.zeros(LEAD_FRAMES + (count + 1) * GAP_FRAMES, np.float32)
    for start in starts:
        track[start : start + CHIRP_FRAMES] = make_chirp(peak)
    return track, starts


def delays(recording: Audio, starts: list[int]) -> list[int]:
    """Return the delay in frames of each chirp that came through.

    Args:
        recording: shape (frames,), on the same clock as `starts`.
        starts: where each chirp was played.
    """
    chirp = make_chirp()
    found = []
    for start in starts:
        heard = recording[start : start + LONGEST_FRAMES + CHIRP_FRAMES]
        if len(heard) < CHIRP_FRAMES:
            continue
        likeness = _likeness(heard, chirp)
        delay = int(np.argmax(likeness))
        if likeness[delay] > LIKENESS:
            found.append(delay)
    return found


def find_chirps(recording: Audio) -> list[float]:
    """Return where chirps begin in a recording, in frames, between two of them where need be."""
    if len(recording) < CHIRP_FRAMES:
        return []
    likeness = _likeness(recording, make_chirp())
    found: list[float] = []
    while True:
        place = int(np.argmax(likeness))
        if likeness[place] <= LIKENESS:
            return sorted(found)
        found.append(place + _between(likeness, place))
        likeness[max(0, place - GAP_FRAMES // 2) : place + GAP_FRAMES // 2] = 0.0


def _likeness(heard: Audio, chirp: Audio) -> NDArray[np.float64]:
    """Return the correlation, -1..1, of a chirp with every part of what was heard."""
    size = 1 << (len(heard) + len(chirp)).bit_length()
    spectrum = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(chirp, size))
    match = np.fft.irfft(spectrum, size)[: len(heard) - len(chirp) + 1]
    sums = np.concatenate([[0.0], np.cumsum(heard.astype(np.float64) ** 2)])
    energy = sums[len(chirp) :] - sums[: -len(chirp)]
    # -100 dBFS and below is silence, in which anything is like anything.
    floor = 1e-10 * len(chirp)
    scale = np.sqrt(np.maximum(energy, floor) * np.sum(chirp.astype(np.float64) ** 2))
    return np.asarray(match / scale)


def _between(values: NDArray[np.float64], place: int) -> float:
    """Return by how much the top of a parabola through three values is off their middle one."""
    if not 0 < place < len(values) - 1:
        return 0.0
    before, at, after = values[place - 1 : place + 2]
    bend = before - 2.0 * at + after
    return 0.0 if bend >= 0.0 else float(0.5 * (before - after) / bend)
