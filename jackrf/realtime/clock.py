"""What time it is, and when the period began, on the machine's monotonic clock in ns.

JACK has a loop of its own for this (`jack_get_cycle_times`), but it does not survive a server that
stands still for a moment, as at an xrun: it is behind by as much, and up to 4 % too fast until it
is there again, tens of seconds later (jackd2 1.9.21). So only the raw time at which the driver woke
is asked of JACK, and filtered here.
"""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import clock_gettime, jack_frames_since_cycle_start, pointer

BANDWIDTH_HZ = 0.5
STRAY_NS = 500_000.0
STRAY_COUNT = 3
"""So many periods in a row that begin so far from where they should mean that time was lost."""
MOST_STRETCH = 0.05
"""Share by which periods may really be longer or shorter than they should be."""


@kernel
def read_clock(clock, scratch_at):
    """Return the time of a clock in ns (clock_gettime(2)); scratch is a struct timespec."""
    clock_gettime(clock, scratch_at)
    parts = carray(pointer(scratch_at), (2,), np.int64)
    return parts[0] * 1_000_000_000 + parts[1]


@kernel
def woken(client, now, samplerate):
    """Return when JACK's driver woke for this period, monotonic ns; `now` where it does not say."""
    since = np.int64(jack_frames_since_cycle_start(client))
    return now if since > samplerate else now - since * 1_000_000_000 // samplerate


@kernel
def follow_start(row, frames, now):
    """Filter when periods begin, by a delay-locked loop, into `cycle_ns`.

    Args:
        row: a CONTEXT or a RECEPTION; its samplerate is above 0.
        frames: of the period that begins.
        now: when it begins, monotonic ns, by a clock that jitters.

    Returns:
        Local frames that were lost before it, by the clock: 0 but after the server stood still.
    """
    last = np.float64(row.start_frames) * 1e9 / row.samplerate
    row.start_frames = frames
    row.woken_ns = now
    if row.start_count == 0:
        row.start_count = 1
        row.start_strayed = 0
        row.stretch = 1.0
        row.cycle_ns = now
        return np.int64(0)
    expected = row.cycle_ns + np.int64(last * row.stretch)
    error = np.float64(now - expected)
    if abs(error) > STRAY_NS:
        if (error > 0.0) != (row.start_off > 0.0):
            row.start_strayed = 0
        if row.start_strayed == 0 or abs(error) < abs(row.start_off):
            row.start_off = error
        row.start_strayed += 1
        row.cycle_ns = expected
        if row.start_strayed < STRAY_COUNT:
            return np.int64(0)
        row.cycle_ns = expected + np.int64(row.start_off)
        row.start_strayed = 0
        row.start_count = 1
        return np.int64(np.rint(row.start_off * 1e-9 * row.samplerate))
    row.start_strayed = 0
    turn = 2.0 * math.pi * BANDWIDTH_HZ * last * 1e-9
    gain = math.sqrt(2.0) * turn
    # At first the mean of all, which is there sooner.
    mean = 1.0 / (row.start_count + 1.0)
    row.cycle_ns = expected + np.int64(max(gain, mean) * error)
    if mean > gain:
        row.start_count += 1
    else:
        stretch = row.stretch + turn * turn * error / last
        row.stretch = min(max(stretch, 1.0 - MOST_STRETCH), 1.0 + MOST_STRETCH)
    return np.int64(0)
