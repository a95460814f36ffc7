"""The alarm that rings when JACK does not call any more: a timer that each second is put off.

While all is well nothing wakes Python: not even an empty look costs less than fifty periods of a
small desk.
"""

import numpy as np

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import timerfd_settime

EVERY_NS = 1_000_000_000
"""How often it is put off: one system call, that waits for nobody."""


@kernel
def put_off(context, now):
    """Put the alarm off when it is time to.

    Args:
        context: one CONTEXT.
        now: monotonic ns.
    """
    if context.alarm >= 0 and now >= context.alarm_due:
        context.alarm_due = now + EVERY_NS
        timerfd_settime(context.alarm, np.int32(0), context.alarm_at, np.uint64(0))
