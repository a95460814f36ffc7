"""What time it is, and when the period began, on the machine's monotonic clock in ns."""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import clock_gettime, jack_get_cycle_times, jack_get_time, pointer

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
def cycle_start(client, scratch_at, now):
    """Return when the period began, as JACK's delay-locked loop has it, or `now` where it has none.

    Args:
        client: jack_client_t *.
        scratch_at: of int64[4].
        now: monotonic ns; JACK may count from elsewhere, so only a difference is taken from it.
    """
    times = carray(pointer(scratch_at), (4,), np.uint64)
    failed = jack_get_cycle_times(
        client,
        scratch_at,
        scratch_at + np.uint64(8),
        scratch_at + np.uint64(16),
        scratch_at + np.uint64(24),
    )
    if failed != 0:
        return now
    return now - np.int64(jack_get_time() - times[1]) * 1000


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
