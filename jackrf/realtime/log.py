"""How a stream went, a row each 50 ms in a ring, for plots: Python reads it in its own time."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.follow import lost
from jackrf.realtime.libc import pointer
from jackrf.realtime.reception import LOG, LOG_ROW, LOG_SECONDS


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
    row.lost = reception.lost_before + lost(reception)
    row.late = reception.late
    row.concealed = reception.concealed
    row.silent = reception.silent
    row.dropped = reception.dropped
    row.shifts = reception.shifts
    row.delay = reception.delay
    row.goal = reception.goal
    row.jitter = reception.need
    row.drift = reception.drift * 1e6
    row.left_peak = reception.left_peak
    row.right_peak = reception.right_peak
    row.locked = reception.locked
    row.settled = reception.settled
    reception.logged += 1
    return True
