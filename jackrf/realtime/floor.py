"""The floor of arrival: what the quickest packets alone say of the sender's clock.

A network makes packets late, and none early. Where its floor is sharp, the quickest packets know
the drift far better than the mean of all: a line of least squares through N packets of jitter s
over T seconds is wrong by s * sqrt(12 / N) / T, and no other line through their mean is better, but
the error of one along their edge falls with N, not with its root. So the quickest packet of each
half second is kept, for 32 s. A line before all of them is likely by how near it lies: how late
they are against it is taken for exponential, with their own mean. The mean of all such lines'
slopes is what is known, and how far they differ is how well (the estimator of Pitman).

Where the floor is not sharp, as under normal jitter, that spread is large, and the loop is believed
alone (`jackrf.realtime.loop.slope_of`).
"""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import WANDER, stream_at
from jackrf.realtime.reception import CELLS

CELL_SECONDS = 0.5
FEWEST = 16
"""Of the half seconds that the line needs: 8 s."""
DOUBT = 1.5
"""By which the slope is taken to be less sure than all lines make it: no floor is exponential."""
SEARCHES = 40
LINES = 16
REACH = 40.0
"""Slopes that are weighed, on each side of the best, and how far: in mean latenesses over the span,
by the number of packets. The likely ones differ by 7 of these."""


@kernel
def note_floor(reception, position, stream):
    """Take in when a packet came, local frames by its age corrected, and its first frame."""
    seconds = (position - reception.cell_begun) / reception.samplerate
    if reception.cell_open == 1 and seconds > CELL_SECONDS:
        _close(reception)
    quickest = reception.quick_stream - stream_at(reception, reception.quick_position)
    if reception.cell_open == 0:
        reception.cell_open = 1
        reception.cell_begun = position
    elif stream - stream_at(reception, position) <= quickest:
        return
    reception.quick_position, reception.quick_stream = position, stream


@kernel
def _close(reception):
    """Keep the quickest packet of the half second that is over, and draw the line anew."""
    cells = carray(pointer(reception.cells_at), (4, CELLS), np.float64)
    place = reception.cells % CELLS
    cells[0, place], cells[1, place] = reception.quick_position, reception.quick_stream
    reception.cells += 1
    reception.cell_open = 0
    count = min(reception.cells, CELLS)
    if count >= FEWEST:
        _draw(reception, cells, count)


@kernel
def _behind(x, y, count, slope):
    """Return by how much points lie behind the line of a slope that is before all, in the mean."""
    most, total = y[0] - slope * x[0], 0.0
    for place in range(count):
        value = y[place] - slope * x[place]
        most = max(most, value)
        total += value
    return most - total / count


@kernel
def _nearest(x, y, count, low, high):
    """Return the slope between two at which the line lies nearest to all points."""
    for _ in range(SEARCHES):
        third = (high - low) / 3.0
        if _behind(x, y, count, low + third) < _behind(x, y, count, high - third):
            high -= third
        else:
            low += third
    return 0.5 * (low + high)


@kernel
def _draw(reception, cells, count):
    """Weigh all lines before the quickest packets."""
    x, y = cells[2], cells[3]
    middle, height = 0.0, 0.0
    for place in range(count):
        x[place] = cells[0, place] - reception.quick_position
        y[place] = cells[1, place] - reception.quick_stream
        middle += x[place] / count
        height += y[place] / count
    xx, xy, first, last = 0.0, 0.0, x[0], x[0]
    for place in range(count):
        first, last = min(first, x[place]), max(last, x[place])
        x[place] -= middle
        y[place] -= height
        xx += x[place] * x[place]
        xy += x[place] * y[place]
    span = last - first
    if span <= 0.0 or xx <= 0.0:
        return
    wide = 8.0 * _behind(x, y, count, xy / xx) / span
    best = _nearest(x, y, count, xy / xx - wide, xy / xx + wide)
    late = _behind(x, y, count, best)
    step = REACH * late / (count * span) / LINES
    weights, slopes, squares = 0.0, 0.0, 0.0
    for line in range(-LINES, LINES + 1):
        more = _behind(x, y, count, best + line * step) - late
        weight = math.exp(-count * more / max(late, 1e-9))
        weights += weight
        slopes += weight * line * step
        squares += weight * (line * step) ** 2
    off = slopes / weights
    spread = max(squares / weights - off * off, 0.0)
    reception.floor_slope = best + off
    wander = 0.5 * WANDER * WANDER * span / reception.samplerate
    reception.floor_p = DOUBT * DOUBT * spread + wander
