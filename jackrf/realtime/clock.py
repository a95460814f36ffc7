"""What time it is, and when the period began, on the machine's monotonic clock in ns."""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import (
    clock_gettime,
    jack_get_cycle_times,
    jack_get_time,
    jack_last_frame_time,
    pointer,
)

BANDWIDTH_HZ = 0.5
RESET_NS = 20_000_000
"""A period that begins so far from where it should begins the filter anew."""


@kernel
def read_clock(clock, scratch_at):
    """Return the time of a clock in ns (clock_gettime(2)); scratch is a struct timespec."""
    clock_gettime(clock, scratch_at)
    parts = carray(pointer(scratch_at), (2,), np.int64)
    return parts[0] * 1_000_000_000 + parts[1]


@kernel
def clock_lead(now):
    """Return how far `now`, monotonic ns, is ahead of JACK's clock, which may be another one."""
    return now - np.int64(jack_get_time()) * 1000


@kernel
def cycle_times(client, scratch_at, now, lead):
    """Return the frame time of this period and when it began, by JACK's delay-locked loop.

    Args:
        client: jack_client_t *.
        scratch_at: of int64[4].
        now: monotonic ns, for where JACK has no such loop.
        lead: of our clock, from `clock_lead`.

    Returns:
        uint32 frames, the same as jack_last_frame_time; monotonic ns.
    """
    failed = jack_get_cycle_times(
        client,
        scratch_at,
        scratch_at + np.uint64(8),
        scratch_at + np.uint64(16),
        scratch_at + np.uint64(24),
    )
    if failed != 0:
        return jack_last_frame_time(client), now
    frames = carray(pointer(scratch_at), (8,), np.uint32)[0]
    began = carray(pointer(scratch_at), (4,), np.int64)[1]
    return frames, began * 1000 + lead


@kernel
def smooth_start(reception, frames):
    """Filter when periods begin, by a delay-locked loop, where JACK does not: into `cycle_ns`."""
    now = reception.drained_ns
    period = frames * 1e9 / reception.samplerate
    expected = reception.cycle_ns + np.int64(reception.period_ns)
    error = now - expected
    if frames != reception.period or abs(error) > 10.0 * period + RESET_NS:
        reception.period_ns = period
        reception.cycle_ns = now
        return
    turn = 2.0 * math.pi * BANDWIDTH_HZ * period * 1e-9
    reception.cycle_ns = expected + np.int64(math.sqrt(2.0) * turn * error)
    reception.period_ns += turn * turn * error
