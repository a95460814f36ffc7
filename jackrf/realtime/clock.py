"""What time it is, and when the period began, on the machine's monotonic clock in ns."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import clock_gettime, jack_get_cycle_times, jack_get_time, pointer


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
