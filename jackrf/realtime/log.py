"""How a stream went, a row each 50 ms in a ring, for plots: Python reads it in its own time."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import drift_of
from jackrf.realtime.reception import LOG, LOG_ROW, LOG_SECONDS, WAITING


@kernel
def _lost(reception):
    if reception.received == 0:
        return np.int64(0)
    expected = np.int64(reception.highest) - np.int64(reception.base_sequence) + 1
    return max(np.int64(0), expected - reception.received)


@kernel
def write_log(reception, frames):
    """Let a period pass; return whether 50 ms were over and a row was written."""
    reception.log_wait -= frames
    if reception.log_wait > 0:
        return False
    reception.log_wait = np.int32(LOG_SECONDS * reception.samplerate)
    rows = carray(pointer(reception.log_at), (LOG,), LOG_ROW)
    row = rows[reception.logged % LOG]
    row.ns = reception.cycle_ns
    row.packets = reception.packets
    row.lost = _lost(reception)
    row.late = reception.late
    row.concealed = reception.concealed
    row.silent = reception.silent
    row.dropped = reception.dropped
    row.shifts = reception.shifts
    row.delay = reception.delay
    row.goal = reception.goal
    row.jitter = reception.need
    row.drift = drift_of(reception) * 1e6 if reception.locked != WAITING else 0.0
    row.left_peak = reception.left_peak
    row.right_peak = reception.right_peak
    row.locked = reception.locked
    row.settled = reception.settled
    reception.logged += 1
    return True
