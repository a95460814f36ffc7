"""The stream in order, and what is played where frames of it are missing.

A gap goes on with the pitch that the sound had: one turn of it is repeated, for 10 ms at full
level, then falling over 10 ms to silence. When frames are there again they rise over 128 frames
while the repeat falls. A jump to another place of the stream is a gap of no frames.
"""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer
from jackrf.realtime.reception import (
    LONGEST_PITCH,
    LOOKBACK,
    MOST_TAPS,
    PLAYING,
    RING,
    ROOM,
)

HOLD_SECONDS = 0.010
FADE_SECONDS = 0.010
BLEND = 128
"""Frames of the crossfade back to the stream."""
STEP = 64
"""Frames over which what the repeat misses of the last frame's value goes to 0."""

SHORTEST_SECONDS = 0.002
LONGEST_SECONDS = 0.0125
TEMPLATE_SECONDS = 0.004
"""The end of the sound, looked for at lags from 2 to 12.5 ms."""
STRIDE = 4
LONGEST_GAP = 1 << 30


@kernel
def make_room(reception, count):
    """Move what is looked back to to the front when `count` frames would not fit behind it."""
    if reception.repaired + count <= ROOM:
        return
    repaired = carray(pointer(reception.repaired_at), (2, ROOM), np.float32)
    unread = reception.repaired - np.int64(reception.read)
    kept = min(max(LOOKBACK, unread + MOST_TAPS), reception.repaired)
    first = reception.repaired - kept
    for frame in range(kept):
        repaired[0, frame] = repaired[0, first + frame]
        repaired[1, frame] = repaired[1, first + frame]
    reception.repaired = kept
    reception.read -= first


@kernel
def _likeness(repaired, end, lag, template, stride):
    """Return how like the last frames those are that lie `lag` before: 1 at the most."""
    product, energy = np.float32(0.0), np.float32(1e-12)
    for frame in range(0, template, stride):
        here = end - template + frame
        a = repaired[0, here] + np.float32(0.5) * repaired[1, here]
        b = repaired[0, here - lag] + np.float32(0.5) * repaired[1, here - lag]
        product += a * b
        energy += b * b
    return product / math.sqrt(energy)


@kernel
def find_pitch(repaired, end, rate):
    """Return after how many frames the end of float32[2, end] comes nearest to itself."""
    template = np.int64(TEMPLATE_SECONDS * rate)
    shortest = np.int64(SHORTEST_SECONDS * rate)
    longest = min(np.int64(LONGEST_SECONDS * rate), LONGEST_PITCH)
    shortest = min(shortest, longest)
    template = min(template, longest)
    best, found = np.float32(-1.0), longest
    for lag in range(shortest, longest + 1, 2):
        like = _likeness(repaired, end, lag, template, STRIDE)
        if like > best:
            best, found = like, lag
    best, middle = np.float32(-1.0), found
    for lag in range(max(shortest, middle - 3), min(longest, middle + 3) + 1):
        like = _likeness(repaired, end, lag, template, 1)
        if like > best:
            best, found = like, lag
    return found


@kernel
def _take_turn(reception, repaired, turn):
    """Put the last turn of the pitch aside so that its end leads into its beginning."""
    end, pitch = np.int64(reception.repaired), np.int64(reception.pitch)
    overlap = min(pitch // 4, 64)
    for frame in range(pitch):
        for side in range(2):
            here = repaired[side, end - pitch + frame]
            into = frame - (pitch - overlap)
            if into >= 0:
                share = np.float32(into + 1) / np.float32(overlap + 1)
                before = repaired[side, end - 2 * pitch + frame]
                here += share * (before - here)
            turn[side, frame] = here
    reception.step_left = repaired[0, end - 1] - repaired[0, end - 1 - pitch]
    reception.step_right = repaired[1, end - 1] - repaired[1, end - 1 - pitch]


@kernel
def open_gap(reception):
    """Go on with a repeat from here; once in a period a new pitch is looked for."""
    repaired = carray(pointer(reception.repaired_at), (2, ROOM), np.float32)
    turn = carray(pointer(reception.pitch_at), (2, LONGEST_PITCH), np.float32)
    if reception.searched == 0:
        reception.searched = 1
        reception.pitch = find_pitch(repaired, np.int64(reception.repaired), reception.rate)
        _take_turn(reception, repaired, turn)
        reception.turn = 0
    else:
        # What was put aside goes on, from where the sound is now.
        place = reception.turn
        reception.step_left = repaired[0, reception.repaired - 1] - turn[0, place]
        reception.step_right = repaired[1, reception.repaired - 1] - turn[1, place]
    reception.gap = 1
    reception.blend = 0


@kernel
def jump(reception, frames):
    """Go on elsewhere in the stream, so many frames later: what is heard glides over."""
    reception.due = np.uint32(reception.due + np.uint32(frames))
    if reception.gap == 0 or reception.blend > 0:
        open_gap(reception)


@kernel
def _level(reception):
    """Return the level of the repeat at this frame of the gap, 1..0."""
    hold, fade = HOLD_SECONDS * reception.rate, FADE_SECONDS * reception.rate
    return np.float32(min(max((hold + fade - reception.gap) / fade, 0.0), 1.0))


@kernel
def _fill(reception, turn, level):
    """Return the next frame of the repeat."""
    if level <= 0.0:
        reception.turn = 0
        return np.float32(0.0), np.float32(0.0)
    place = reception.turn
    reception.turn = place + 1 if place + 1 < reception.pitch else 0
    left = max(np.float32(STEP + 1 - reception.gap), np.float32(0.0)) / np.float32(STEP + 1)
    a = turn[0, place] + left * reception.step_left
    b = turn[1, place] + left * reception.step_right
    return level * a, level * b


@kernel
def _bridge(reception, repaired, ring, turn, there):
    """Repair one frame within a gap, or on the way back from one."""
    if not there and reception.blend > 0:
        open_gap(reception)
    at, level = np.int64(reception.repaired), _level(reception)
    a, b = _fill(reception, turn, level)
    if there:
        if reception.blend == 0:
            reception.blend = BLEND + 1
        reception.blend -= 1
        share = np.float32(BLEND - reception.blend + 1) / np.float32(BLEND + 1)
        place = reception.due & (RING - 1)
        a += share * (ring[0, place] - a)
        b += share * (ring[1, place] - b)
    elif reception.locked == PLAYING:
        if level > 0.0:
            reception.concealed += 1
        else:
            reception.silent += 1
    repaired[0, at], repaired[1, at] = a, b
    reception.gap = min(reception.gap + 1, LONGEST_GAP)
    if there and reception.blend == 1:
        reception.gap = 0
        reception.blend = 0


@kernel
def _copy_whole(reception, repaired, ring, stamps, count):
    """Copy the frames that are there in a row; return how many."""
    at, due = np.int64(reception.repaired), np.uint32(reception.due)
    run = 0
    while run < count:
        stamp = np.uint32(due + run)
        if stamps[stamp & (RING - 1)] != stamp:
            break
        run += 1
    for frame in range(run):
        place = np.uint32(due + frame) & (RING - 1)
        repaired[0, at + frame] = ring[0, place]
        repaired[1, at + frame] = ring[1, place]
    reception.repaired += run
    reception.due = np.uint32(due + np.uint32(run))
    return run


@kernel
def repair(reception, count):
    """Put the stream's next `count` frames behind what is repaired: as they are, or concealed."""
    make_room(reception, count)
    repaired = carray(pointer(reception.repaired_at), (2, ROOM), np.float32)
    ring = carray(pointer(reception.ring_at), (2, RING), np.float32)
    stamps = carray(pointer(reception.stamps_at), (RING,), np.uint32)
    turn = carray(pointer(reception.pitch_at), (2, LONGEST_PITCH), np.float32)
    playing = reception.locked == PLAYING
    done = 0
    while done < count:
        if reception.gap == 0:
            if playing:
                done += _copy_whole(reception, repaired, ring, stamps, count - done)
            if done < count:
                open_gap(reception)
            continue
        stamp = np.uint32(reception.due)
        there = playing and stamps[stamp & (RING - 1)] == stamp
        _bridge(reception, repaired, ring, turn, there)
        reception.repaired += 1
        reception.due = np.uint32(stamp + np.uint32(1))
        done += 1
