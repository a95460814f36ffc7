"""The first 200 ms of a stream of another clock: its rate, its line, and how late packets come."""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.follow import known_rate, set_rate
from jackrf.realtime.lateness import note_lateness
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import LEAST_NOISE, local_at, observe, start_loop
from jackrf.realtime.reception import RATES, SEEN

FEWEST = 3
"""Packets without which nothing is known."""
SURE = 3.0
"""Deviations by which another rate than our own has to be nearer."""


@kernel
def remember(reception, raw, corrected, stream):
    """Keep when a packet came, when by its age its time was, and its first frame."""
    if reception.seen < SEEN:
        seen = carray(pointer(reception.seen_at), (SEEN, 3), np.float64)
        row = reception.seen
        seen[row, 0], seen[row, 1], seen[row, 2] = raw, corrected, stream
        reception.seen += 1


@kernel
def _line_through(seen, first, end):
    """Return the slope of the line of least squares through some rows, and how unsure it is."""
    x, y = 0.0, 0.0
    count = end - first
    for row in range(first, end):
        x += seen[row, 1] / count
        y += seen[row, 2] / count
    xx, xy, yy = 0.0, 0.0, 0.0
    for row in range(first, end):
        xx += (seen[row, 1] - x) ** 2
        xy += (seen[row, 1] - x) * (seen[row, 2] - y)
        yy += (seen[row, 2] - y) ** 2
    if xx <= 0.0:
        return 1.0, 1.0
    slope = xy / xx
    return slope, math.sqrt(max(yy - slope * xy, 0.0) / count / xx)


@kernel
def _nearest_rate(reception, seen, first, end, sure):
    """Return the rate in Hz at which rows came: our own, or one nearer by `sure` deviations."""
    slope, unsure = _line_through(seen, first, end)
    best = np.uint32(reception.samplerate)
    off = abs(slope - 1.0) - sure * unsure
    for place in range(len(RATES)):
        other = abs(slope - RATES[place] / reception.samplerate)
        if other < off:
            best = np.uint32(RATES[place])
            off = other
    return best


@kernel
def measured_rate(reception, seen, count):
    """Return the rate in Hz that packets come at: our own, unless another one is surely nearer.

    Both halves have to say so: a moment in which either end stood still bends the whole.
    """
    best = _nearest_rate(reception, seen, 0, count, SURE)
    for half in range(2):
        first, end = half * (count // 2), (half + 1) * (count // 2)
        if best != _nearest_rate(reception, seen, first, end, 0.0):
            return np.uint32(reception.samplerate)
    return best


@kernel
def conclude(reception):
    """Take what was seen together; return whether it was enough to begin."""
    count = np.int64(reception.seen)
    if count < FEWEST:
        return False
    seen = carray(pointer(reception.seen_at), (SEEN, 3), np.float64)
    rate = known_rate(reception, reception.payload_type)
    if rate == 0:
        rate = measured_rate(reception, seen, count)
    set_rate(reception, rate)
    slope = rate / reception.samplerate
    start = 0.0
    for row in range(count):
        start += (seen[row, 2] - slope * seen[row, 1]) / count
    spread = 0.0
    for row in range(count):
        spread += abs(seen[row, 2] - slope * seen[row, 1] - start) / count
    start_loop(reception, seen[0, 1], start + slope * seen[0, 1], slope)
    reception.noise = max(spread, LEAST_NOISE)
    reception.p_stream = reception.noise * reception.noise
    for row in range(count):
        observe(reception, seen[row, 1], seen[row, 2])
    for row in range(count):
        note_lateness(reception, seen[row, 0] - local_at(reception, seen[row, 2]))
    return True
