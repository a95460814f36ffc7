"""What a recording at the end of a path says: how late, what was missing, what clicked. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.side import Heard
from bench.sounds import TONE_PEAK, tone
from jackrf.latency.chirps import CHIRP_FRAMES, find_chirps

SILENT = 1e-4
"""Amplitude below which the tone is not there."""
SHORTEST = 5
"""Frames of silence that are a dropout; the tone itself has fewer."""
STEP = 4 * TONE_PEAK * 2 * np.pi * 1000 / 48000
"""From one frame to the next: more than three times what the tone makes."""
BEFORE_CHIRP, AFTER_CHIRP = 96, 300
"""Frames around a chirp in which nothing is looked for."""
CLICK_FRAMES = 256
"""Steps that are no further apart are one click."""
PART = 96_000
LONGEST_SECONDS = 0.240
EARLIEST_SECONDS = 0.002
NEAR_SECONDS = 0.100
"""A disturbance so soon after a server lost a cycle is that server's."""

Track = NDArray[np.float32]
Frames = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Disturbances:
    """What was wrong with a tone.

    Attributes:
        dropouts: frame at which each begins, and how many frames it lasts; shape (n, 2).
        clicks: frame of each: a step that the tone cannot make.
    """

    dropouts: Frames
    clicks: Frames


def runs(where: NDArray[np.bool_], shortest: int) -> Frames:
    """Return first frame and length of each run of so many at least, shape (n, 2)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], where.astype(np.int8), [0]])))
    found: Frames = edges.reshape(-1, 2)
    lengths = found[:, 1] - found[:, 0]
    return np.stack([found[:, 0], lengths], axis=1)[lengths >= shortest]


def lost_cycles(wire: Track) -> Frames:
    """Return first frame and length of what a server's own recorder never had."""
    return runs(wire == 0.0, 2)


def disturbances(track: Track) -> Disturbances:
    """Return dropouts and clicks of a tone with chirps."""
    keep = np.ones(len(track), np.bool_)
    for place in find_chirps_in_parts(track):
        keep[max(0, int(place) - BEFORE_CHIRP) : int(place) + CHIRP_FRAMES + AFTER_CHIRP] = False
    quiet = runs((np.abs(track) < SILENT) & keep, SHORTEST)
    steps = np.flatnonzero((np.abs(np.diff(track)) > STEP) & keep[1:] & keep[:-1]) + 1
    first = np.concatenate([[True], np.diff(steps) > CLICK_FRAMES])[: len(steps)]
    return Disturbances(quiet, steps[first])


def find_chirps_in_parts(track: Track) -> NDArray[np.float64]:
    """Return where chirps begin, to a fraction of a frame."""
    found: list[float] = []
    for first in range(0, len(track), PART):
        part = track[first : first + PART + 2 * CHIRP_FRAMES]
        found += [first + place for place in find_chirps(part)]
    places: NDArray[np.float64] = np.sort(np.array(found, np.float64))
    twice = np.concatenate([[False], np.diff(places) < CHIRP_FRAMES])
    return np.asarray(places[~twice])


def latencies(near: Heard, far: Heard, row: int) -> tuple[NDArray[np.float64], int]:
    """Return how late each chirp was that came through, in ms, and how many were played.

    Args:
        near: the side that played.
        far: the side that heard.
        row: of its recording.
    """
    sound = tone()
    length = len(sound.track)
    first = (near.start - near.began + 2**31) % 2**32 - 2**31
    repeats = np.arange(first // length, (first + near.audio.shape[1]) // length + 1)
    played = (repeats[:, None] * length + sound.chirps).ravel() - first
    inside = (played > near.frames[0]) & (played < near.frames[-1])
    times = near.at(played[inside].astype(np.float64))
    last = far.times[-1] - LONGEST_SECONDS * 1e9
    times = times[(times > far.times[0]) & (times < last)]
    heard = far.at(find_chirps_in_parts(far.audio[row]))
    found = []
    for time in times:
        at = np.searchsorted(heard, time - EARLIEST_SECONDS * 1e9)
        if at < len(heard) and heard[at] - time < LONGEST_SECONDS * 1e9:
            found.append((heard[at] - time) * 1e-6)
    return np.array(found), len(times)


def own(found: NDArray[np.float64], lost: NDArray[np.float64]) -> int:
    """Return how many disturbances are not soon after a server lost a cycle.

    Args:
        found: times, monotonic ns.
        lost: times, monotonic ns, of lost cycles of either server.
    """
    if len(lost) == 0:
        return len(found)
    lost = np.sort(lost)
    place = np.searchsorted(lost, found + 0.005e9) - 1
    since = found - lost[np.maximum(place, 0)]
    return int(np.count_nonzero((place < 0) | (since > NEAR_SECONDS * 1e9)))
