"""Clocks as the callbacks read them."""

import time
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.realtime.clock import follow_start, read_clock
from jackrf.realtime.context import CONTEXT
from jackrf.realtime.libc import CLOCK_MONOTONIC

RATE = 48000


def test_the_monotonic_clock_is_python_s() -> None:
    """Read in compiled code it lies between two readings of Python's."""
    scratch = np.zeros(2, np.int64)
    before = time.monotonic_ns()
    now = read_clock(CLOCK_MONOTONIC, np.uint64(scratch.ctypes.data))
    assert before <= now <= time.monotonic_ns()


def followed(
    starts: NDArray[np.float64], frames: NDArray[np.int64], jitter: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """How far the filter is off at each period, in us, and the frames that it found lost.

    Args:
        starts: when each period begins, ns.
        frames: of each.
        jitter: each is seen 0 to so many ns late.
    """
    row: Any = np.zeros(1, CONTEXT).view(np.recarray)[0]
    row.samplerate = RATE
    seen = starts + np.random.default_rng(3).uniform(0, jitter, len(starts))
    off, lost = np.zeros(len(starts)), np.zeros(len(starts), np.int64)
    for number, now in enumerate(seen):
        lost[number] = follow_start(row, np.uint32(frames[number]), np.int64(now))
        off[number] = (row.cycle_ns - starts[number]) * 1e-3
    return off, lost


def starts_of(frames: NDArray[np.int64], ppm: float) -> NDArray[np.float64]:
    """When periods of these lengths begin, by a clock that is slower."""
    lengths = frames * 1e9 / RATE * (1.0 + ppm * 1e-6)
    return 5e9 + np.concatenate([[0.0], np.cumsum(lengths[:-1])])


@pytest.mark.parametrize("period", [64, 128, 1024])
@pytest.mark.parametrize("ppm", [0.0, 250.0, -1000.0])
def test_jitter_of_the_driver_s_waking_is_filtered(period: int, ppm: float) -> None:
    """Of 100 us a fifth is left, about the middle, at whatever real rate; no time was lost."""
    frames = np.full(int(12 * RATE / period), period)
    off, lost = followed(starts_of(frames, ppm), frames, 100_000.0)
    late = off[len(off) // 2 :]
    assert np.mean(late) == pytest.approx(50.0, abs=10.0)
    assert np.ptp(late) < 40.0
    assert not lost.any()


def test_the_filter_is_there_soon() -> None:
    """A tenth of a second after the first period it is off by no more than jitter may do."""
    frames = np.full(400, 128)
    off, _ = followed(starts_of(frames, 100.0), frames, 100_000.0)
    assert np.max(np.abs(off[40:] - 50.0)) < 30.0


@pytest.mark.parametrize("stall_ms", [2.0, 60.0, 900.0])
def test_time_that_a_server_lost_is_known_at_once(stall_ms: float) -> None:
    """In the third period after it: so many frames; and the filter is where it should be."""
    frames = np.full(2000, 128)
    starts = starts_of(frames, 200.0)
    starts[1000:] += stall_ms * 1e6
    off, lost = followed(starts, frames, 50_000.0)
    assert np.flatnonzero(lost).tolist() == [1002]
    assert lost[1002] == pytest.approx(stall_ms * 48.0, abs=4)
    assert np.max(np.abs(off[1002:])) < 60.0


def test_one_late_period_is_not_lost_time() -> None:
    """Nor are two: the driver catches up, and the filter has not moved."""
    frames = np.full(1000, 128)
    starts = starts_of(frames, 0.0)
    for late in (600, 800, 801):
        starts[late] += 2e6
    off, lost = followed(starts, frames, 10_000.0)
    on_time = np.delete(np.arange(400, 1000), [200, 400, 401])
    assert not lost.any()
    assert np.max(np.abs(off[on_time])) < 15.0


def test_periods_of_other_lengths_follow_each_other() -> None:
    """A change of the period does not disturb the filter."""
    frames = np.repeat([128, 1024, 96, 512], 500)
    off, lost = followed(starts_of(frames, 150.0), frames, 10_000.0)
    assert not lost.any()
    assert np.max(np.abs(off[300:])) < 20.0
