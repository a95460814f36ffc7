"""The playout delay where two clocks run: what jitter needs, and how the delay goes there.

How late packets come, against their own time on the loop's line, is counted over a sliding window
of 4 s, in bins of 62.5 us, or wider ones where the maximum is above 40 ms. The delay has to cover
the p99.9 of it, a period (packets wait for the next one) and what the resampler looks ahead. It
grows and shrinks by 0.07 % of the time.
"""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer
from jackrf.realtime.reception import FAR_FRAMES, LATENESS, RING, SPANS

BIN_SECONDS = 62.5e-6
BINS = 640.0
"""In the maximum delay, at the least: they reach further than that."""
ZERO_BIN = 256
SPAN_SECONDS = 1.0
EXCEEDED = 0.001
MARGIN = 8
"""Frames that the delay stays beyond what was needed, and by which it may lie too high."""
BAND = 0.25
"""And this share of the jitter, which is not known better than that."""
GLIDE = 0.0007
"""Share of the time by which the delay grows or shrinks."""
LEAST_COVER_SECONDS = 0.006
"""Of jitter, that the maximum leaves room for even where a period is longer than it."""
FEW_STRAYED = 2
BELOW_MOST = 24
"""Frames by which the goal stays below the maximum, above which audio is dropped."""


@kernel
def _bin_frames(reception):
    """Return how many local frames a bin is wide."""
    return max(BIN_SECONDS, 1e-3 * reception.max_delay / BINS) * reception.samplerate


@kernel
def note_lateness(reception, late):
    """Count a packet that came so many local frames after its first frame's own time."""
    lateness = carray(pointer(reception.lateness_at), (SPANS, LATENESS), np.int32)
    place = np.int64(late / _bin_frames(reception) + ZERO_BIN)
    lateness[reception.span, min(max(place, 0), LATENESS - 1)] += 1


@kernel
def forget_lateness(reception):
    """Begin the window anew."""
    lateness = carray(pointer(reception.lateness_at), (SPANS, LATENESS), np.int32)
    for span in range(SPANS):
        for place in range(LATENESS):
            lateness[span, place] = 0
    reception.span = 0
    reception.span_left = np.int32(SPAN_SECONDS * reception.samplerate)


@kernel
def pass_time(reception, frames):
    """Let the window slide on by a period."""
    reception.span_left -= frames
    if reception.span_left > 0:
        return
    lateness = carray(pointer(reception.lateness_at), (SPANS, LATENESS), np.int32)
    reception.span = (reception.span + 1) % SPANS
    reception.span_left = np.int32(SPAN_SECONDS * reception.samplerate)
    for place in range(LATENESS):
        lateness[reception.span, place] = 0


@kernel
def needed(reception):
    """Return by how many local frames at most 99.9 % of the packets were late.

    Without a packet it is what it was.
    """
    lateness = carray(pointer(reception.lateness_at), (SPANS, LATENESS), np.int32)
    count = 0
    for span in range(SPANS):
        for place in range(LATENESS):
            count += lateness[span, place]
    if count == 0:
        return reception.need
    allowed = np.int64(count * EXCEEDED)
    beyond, place = 0, LATENESS
    while place > 0 and beyond <= allowed:
        place -= 1
        for span in range(SPANS):
            beyond += lateness[span, place]
    return (place + 1 - ZERO_BIN) * _bin_frames(reception)


@kernel
def least_delay(reception, frames):
    """Return the local frames of delay that there have to be without any jitter."""
    ahead = 0.5 * reception.taps * reception.samplerate / reception.rate
    return frames + ahead + reception.margin


@kernel
def most_delay(reception, frames):
    """Return the local frames of delay that there may be."""
    most = reception.max_delay * 1e-3 * reception.samplerate
    cover = LEAST_COVER_SECONDS * reception.samplerate
    # At the highest rates the ring holds less than the longest that one may ask for.
    held = (RING - FAR_FRAMES) * reception.samplerate / reception.rate - frames
    return max(min(most, held), least_delay(reception, frames) + cover)


@kernel
def choose_goal(reception, frames):
    """Set where the delay goes, from what was needed or what is wanted."""
    least, most = least_delay(reception, frames), most_delay(reception, frames)
    # Where all packets are elsewhere it may be the line that moves, not jitter.
    if reception.strayed < FEW_STRAYED:
        reception.need = needed(reception)
    # Below 0 where the sender is woken before its filtered time: packets are early then.
    goal = least + reception.need + MARGIN
    if reception.wanted_delay > 0.0:
        goal = max(reception.wanted_delay * 1e-3 * reception.samplerate, least)
        reception.goal = min(goal, most - BELOW_MOST)
        return
    band = MARGIN + BAND * max(reception.need, 0.0)
    goal = min(goal, most - BELOW_MOST)
    if goal > reception.goal or goal < reception.goal - band or reception.goal > most:
        reception.goal = goal
