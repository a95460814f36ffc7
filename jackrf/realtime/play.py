"""What is played in a period: where the stream is read, how fast, and when it jumps."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.conceal import jump, repair
from jackrf.realtime.lateness import (
    BELOW_MOST,
    GLIDE,
    MARGIN,
    choose_goal,
    forget_lateness,
    least_delay,
    most_delay,
    pass_time,
)
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import drift_of, local_at, stream_at
from jackrf.realtime.reception import LOOKBACK, MOST_TAPS, PHASES, PLAYING, RATES, ROOM
from jackrf.realtime.resample import resample

PULL_SECONDS = 12.0
SMOOTH_SECONDS = 3.0
"""With these time constants the reading follows the loop: what is faster is jitter, not drift."""
GLIDE_SECONDS = 2.0
EASE_SECONDS = 0.5
"""And with these the delay goes to its goal, at `GLIDE` at the most."""
PULL = 0.0002
"""And by this share of the time at the most."""
SHORTEST_PULL_SECONDS = 1.0
SHORTEST_SMOOTH_SECONDS = 0.2
"""They are shorter at first, in proportion to the age of the stream, while the drift is a guess."""
FIRST_SHARE = 0.0625
"""Of the jitter, by which the delay is larger as long as the packets seen are few."""
WIDE_COUNT = 80
WIDE_SECONDS = 0.002
"""Where the delay has been too wide by so much for so many rows it is taken back."""
HURRY_COUNT = 4
HURRY_MASK = 0xFFFFF
HURRY_SECONDS = 0.001
"""Where packets were late in so many of the last 20 rows of the log, and so much is missing."""
MOST_MISSING = ROOM - LOOKBACK - 2 * MOST_TAPS
"""Frames of the stream that a period may need, so that they fit beside what is looked back to."""
FOLD_SECONDS = 0.0005
"""Further away than this the reading does not hurry back: the delay glides."""


@kernel
def reading(reception):
    """Return the stream's frame that is read next, counted from `first`."""
    ahead = np.int32(np.uint32(reception.due - reception.first))
    return np.float64(ahead) - (reception.repaired - reception.read)


@kernel
def _move(reception, delay):
    """Jump so that the delay is another one; count what is given up."""
    wanted = stream_at(reception, reception.local - delay)
    by = np.int64(np.rint(wanted - reading(reception)))
    if by == 0:
        return
    jump(reception, by)
    reception.shifts += 1
    if by > 0:
        reception.dropped += by
    reception.delay = reception.local - local_at(reception, reading(reception))


@kernel
def start_playing(reception):
    """Begin to play a stream of another clock, its delay and its line just found."""
    reception.goal = 0.0
    choose_goal(reception, reception.longest)
    if reception.wanted_delay == 0.0:
        # The latest of a few packets is not the latest of many.
        wider = reception.goal + FIRST_SHARE * max(reception.need, 0.0)
        reception.goal = min(wider, most_delay(reception, reception.longest) - BELOW_MOST)
    reception.locked = PLAYING
    reception.behind = 0
    reception.speed = drift_of(reception)
    dropped = reception.dropped
    _move(reception, reception.goal)
    reception.dropped = dropped


@kernel
def periods_grew(reception):
    """Take the delay that longer periods need, at once unless there is as much already."""
    choose_goal(reception, reception.longest)
    now = reception.local - local_at(reception, reading(reception))
    if now < reception.goal - MARGIN:
        _move(reception, reception.goal)


@kernel
def periods_shrank(reception):
    """Take the delay that shorter periods need, at once."""
    reception.goal = 0.0
    choose_goal(reception, reception.longest)
    dropped = reception.dropped
    _move(reception, reception.goal)
    reception.dropped = dropped


@kernel
def _go_to_goal(reception, frames):
    """Jump to the goal after a period was played: the next one is where it is heard."""
    dropped = reception.dropped
    _move(reception, reception.goal - frames)
    reception.dropped = dropped
    reception.delay = reception.goal
    reception.wide_rows = 0
    reception.tardy_rows = 0


@kernel
def hurry(reception, frames):
    """Each 50 ms: take a wider delay at once where packets have come too late again and again.

    One crossfade is heard less than the gaps of many seconds, after which a glide would be there. A
    single spike, however long, is no reason. What a glide cannot bring back in 10 s is taken back.
    """
    above = reception.delay - reception.goal
    wide = above > WIDE_SECONDS * reception.samplerate
    reception.wide_rows = reception.wide_rows + 1 if wide else 0
    if reception.wide_rows > WIDE_COUNT:
        _go_to_goal(reception, frames)
    reception.tardy_rows = ((reception.tardy_rows << 1) | reception.tardy) & HURRY_MASK
    reception.tardy = 0
    if reception.goal - reception.delay < HURRY_SECONDS * reception.samplerate:
        return
    count, rows = 0, reception.tardy_rows
    while rows != 0:
        count += rows & 1
        rows >>= 1
    if count >= HURRY_COUNT:
        _go_to_goal(reception, frames)


@kernel
def skip(reception, frames):
    """Leave out what would have been played in frames that JACK lost; go back if time does."""
    jump(reception, np.int64(np.rint(frames * reception.slope)))
    reception.skipped += max(frames, 0)


@kernel
def steer(reception, frames, moved, late_by):
    """Choose the ratio of this period; jump where a glide would not do.

    Args:
        moved: the loop's line was moved at once.
        late_by: stream frames by which the packets of this period came too late; 0 if in time.
    """
    pass_time(reception, frames)
    length = reception.longest
    if moved:
        # How late packets were against the line before says nothing; jitter is what it was.
        forget_lateness(reception)
        reception.goal = 0.0
        choose_goal(reception, length)
    now = reception.local - local_at(reception, reading(reception))
    least, most = least_delay(reception, length), most_delay(reception, length)
    off = now - reception.delay
    if moved or abs(off) > FOLD_SECONDS * reception.samplerate:
        reception.delay = now
        off = 0.0
    if (moved and now < least) or now > most:
        _move(reception, min(max(reception.goal, least), most))
        off = 0.0
    elif late_by > 0:
        wider = min(now + late_by * reception.samplerate / reception.rate, most)
        if wider > now:
            _move(reception, wider)
            reception.goal = max(reception.goal, wider)
            off = 0.0
    wanted = (reception.goal - reception.delay) / (GLIDE_SECONDS * reception.samplerate)
    share = min(frames / (EASE_SECONDS * reception.samplerate), 1.0)
    reception.glide += share * (min(max(wanted, -GLIDE), GLIDE) - reception.glide)
    glide = reception.glide
    reception.delay += glide * frames
    age = reception.local / reception.samplerate
    seconds = min(max(age, SHORTEST_PULL_SECONDS), PULL_SECONDS)
    pull = off / (seconds * reception.samplerate)
    speed = drift_of(reception) + min(max(pull, -PULL), PULL)
    seconds = min(max(0.25 * age, SHORTEST_SMOOTH_SECONDS), SMOOTH_SECONDS)
    share = min(frames / (seconds * reception.samplerate), 1.0)
    reception.speed += share * (speed - reception.speed)
    reception.ratio = reception.rate / reception.samplerate * (1.0 + reception.speed - glide)


@kernel
def _read_filtered(reception, left, right):
    half = reception.taps // 2
    last = reception.read + (len(left) - 1) * reception.ratio
    missing = np.int64(last) + half + 1 - reception.repaired
    if missing > MOST_MISSING:
        # A rate far above ours, and a period that nobody has: memory is not laid out for it.
        reception.refused_periods += 1
        for frame in range(len(left)):
            left[frame], right[frame] = np.float32(0.0), np.float32(0.0)
        return
    if missing > 0:
        repair(reception, missing)
    repaired = carray(pointer(reception.repaired_at), (2, ROOM), np.float32)
    tables = carray(
        pointer(reception.tables_at), (len(RATES) + 1, PHASES + 1, MOST_TAPS), np.float32
    )
    reception.read = resample(
        left,
        right,
        repaired,
        tables[reception.table],
        np.int64(reception.taps),
        reception.read,
        reception.ratio,
    )


@kernel
def _read_whole(reception, left, right):
    missing = np.int64(reception.read) + len(left) - reception.repaired
    if missing > 0:
        repair(reception, missing)
    repaired = carray(pointer(reception.repaired_at), (2, ROOM), np.float32)
    at = np.int64(reception.read)
    for frame in range(len(left)):
        left[frame] = repaired[0, at + frame]
        right[frame] = repaired[1, at + frame]
    reception.read = np.float64(at + len(left))


@kernel
def play(reception, left, right):
    """Fill a period; in the sender's own clock frame by frame, else through the resampler."""
    if reception.same_clock == 1:
        if reception.locked == PLAYING:
            wanted = np.uint32(reception.time + reception.offset)
            unread = np.uint32(reception.repaired - np.int64(reception.read))
            by = np.int32(np.uint32(wanted - np.uint32(reception.due - unread)))
            if by != 0:
                jump(reception, np.int64(by))
        reception.ratio = 1.0
        _read_whole(reception, left, right)
        end = reception.local + len(left)
        reception.delay = np.rint(end - local_at(reception, reading(reception)))
        reception.goal = reception.delay
    else:
        _read_filtered(reception, left, right)
