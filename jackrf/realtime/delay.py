"""The playout delay on the sender's own clock: found by watching packets, and judged each second.

What is watched is how early a packet comes before its first frame is due. A packet that never comes
says nothing: that a link was away for a while is no reason to play later.

The delay is found in 30 ms, such that the packet that came least early is played at once. From then
on each second is judged, period by period: the delay grows by what is missing when in more than 4 %
of the periods packets came too late, and shrinks by what 98 % of the periods can spare. How it is
where two clocks run is `lateness`.
"""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer
from jackrf.realtime.reception import EARLINESS, LEARNING, PLAYING

LEARN_SECONDS = 0.030
BEHIND_SECONDS = 0.020
"""When packets come and for so long none came in time, their pace has changed: watch again."""
WINDOW_SECONDS = 1.0
LATE_SHARE = 0.04
SPARE_SHARE = 0.02
NOTHING_CAME = np.int32(2**30)


@kernel
def apart(later, earlier):
    """Return later - earlier of two timestamps as a signed number (RFC 1982)."""
    return np.int64(np.int32(np.uint32(np.uint32(later) - np.uint32(earlier))))


@kernel
def _wanted_lag(reception):
    """Return by how many frames playing is to stay behind what the packets need."""
    wished = 0.0
    if reception.wanted_delay > 0.0:
        wished = reception.wanted_delay * 1e-3 * reception.samplerate - reception.period
    return np.int32(reception.margin + max(wished, 0.0))


@kernel
def watch(reception):
    """Begin to watch how early packets come."""
    reception.lag = _wanted_lag(reception) if reception.same_clock == 1 else 0
    learning = np.int32(LEARN_SECONDS * reception.samplerate)
    # Two periods first, in which packets of the old pace may still come.
    reception.learning = learning + 2 * reception.period
    reception.watched = 0
    _forget(reception)


@kernel
def _forget(reception):
    earliness = carray(pointer(reception.earliness_at), (EARLINESS,), np.int32)
    for place in range(EARLINESS):
        earliness[place] = 0
    reception.window = 0
    reception.behind = 0


@kernel
def note_packet(reception, timestamp):
    """Take in that a packet of the stream came in this period, in time or late."""
    early = np.int32(apart(timestamp, reception.due) - np.int64(reception.lag))
    reception.least = min(reception.least, early)
    reception.earliest = max(reception.earliest, early)
    if 0 < reception.learning <= LEARN_SECONDS * reception.samplerate:
        offset = np.uint32(timestamp - reception.time)
        if reception.watched == 0 or apart(offset, reception.lowest) < 0:
            reception.lowest = offset
        reception.watched += 1


@kernel
def learn(reception, frames):
    """Count the watch down; at its end, when packets came, fix what to play when."""
    reception.learning -= frames
    if reception.learning > 0:
        return
    if reception.watched == 0:
        watch(reception)
        return
    offset = np.uint32(reception.lowest - np.uint32(reception.lag))
    if reception.locked == LEARNING or offset != reception.offset:
        _move(reception, offset)
    reception.locked = PLAYING


@kernel
def _move(reception, offset):
    reception.offset = offset
    reception.shifts += 1
    _forget(reception)


@kernel
def judge(reception, frames):
    """Take in the packets of this period; move the delay where the last second asks for it.

    It never grows above the maximum.
    """
    if reception.lag != _wanted_lag(reception):
        watch(reception)
        return
    earliness = carray(pointer(reception.earliness_at), (EARLINESS,), np.int32)
    reception.behind += frames
    reception.window += frames
    if reception.least != NOTHING_CAME:
        periods = reception.least // np.int64(frames)
        place = min(max(periods + EARLINESS // 2, 0), EARLINESS - 1)
        earliness[place] += 1
        if reception.least >= 0:
            reception.behind = 0
    if reception.behind > BEHIND_SECONDS * reception.samplerate and reception.least < 0:
        watch(reception)
    elif reception.window >= WINDOW_SECONDS * reception.samplerate:
        periods = _periods_to_spare(earliness)
        if periods == EARLINESS // 2 - 1:
            watch(reception)
        elif periods > 0 or (periods < 0 and _may_grow(reception, -periods * frames)):
            _move(reception, np.uint32(reception.offset + periods * frames))
        else:
            _forget(reception)


@kernel
def _may_grow(reception, frames):
    return reception.delay + frames <= reception.max_delay * 1e-3 * reception.samplerate


@kernel
def _periods_to_spare(earliness):
    """Return how many periods later than now packets may be used; below 0, have to be."""
    came = 0
    for place in range(EARLINESS):
        came += earliness[place]
    if came == 0:
        return 0
    spare = _share(earliness, LATE_SHARE * came)
    if spare >= 0:
        spare = max(0, _share(earliness, SPARE_SHARE * came))
    return spare


@kernel
def _share(earliness, count):
    """Return the least earliness, in periods, that no more than `count` periods are below."""
    below = 0
    for place in range(EARLINESS):
        below += earliness[place]
        if below > count:
            return place - EARLINESS // 2
    return EARLINESS // 2 - 1
