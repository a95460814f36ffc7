"""The receive side: what JACK calls each period of `jackrf listen`. Read this after `reception`.

    socket -> packets -> ring, each frame at its timestamp -> repaired stream, in order, gaps filled
                      -> loop: the sender's clock          -> resampler -> ports

A stream on the ports' own clock is played frame by frame, one period after it was sent; any other
one through the resampler, at the ratio of the two clocks and at a delay that covers the jitter.
"""

import numpy as np
from numba import carray

from jackrf.realtime.arrival import drain, read_clocks
from jackrf.realtime.clock import follow_start, woken
from jackrf.realtime.compiling import JACK_PROCESS, callback, kernel
from jackrf.realtime.context import MAX_PERIOD
from jackrf.realtime.delay import NOTHING_CAME, apart, judge, watch
from jackrf.realtime.delay import learn as learn_same
from jackrf.realtime.follow import LEARN_SECONDS, renumber
from jackrf.realtime.lateness import choose_goal
from jackrf.realtime.learn import conclude
from jackrf.realtime.libc import (
    flush_denormals,
    jack_last_frame_time,
    jack_port_get_buffer,
    pointer,
)
from jackrf.realtime.log import write_log
from jackrf.realtime.loop import drift_of
from jackrf.realtime.meter import kept_reading, peak_of
from jackrf.realtime.play import (
    hurry,
    periods_grew,
    periods_shrank,
    play,
    skip,
    start_playing,
    steer,
)
from jackrf.realtime.reception import LEARNING, PLAYING, RECEPTION, SEEN, WAITING
from jackrf.realtime.tap import keep

BEHIND_SECONDS = 0.030
"""When packets come and for so long none came in time, the delay is too small: it jumps."""
FADED_SECONDS = 0.1
"""So long into a gap there has been silence for a while."""
RUNAWAY_COUNT = 8
RUNAWAY_SECONDS = 0.15
"""A line that has moved so often, each time so soon after the last, is none: learn the stream anew.
"""
LENGTH_SECONDS = 1.0
SHORTER = 0.75
"""When for so long no period was longer than so much of the longest, the delay is for shorter ones.
"""
TRUST_PPM = 20e-6
TRUST_DEVIATION = 3e-6
"""A clock that says it is ours and drifts so much, surely, is not."""


@kernel
def _learn(reception, frames):
    """Count the watch of a new stream down, and begin to play at its end."""
    if reception.same_clock == 1:
        learn_same(reception, frames)
        return
    reception.learning -= frames
    if reception.learning > 0 and reception.seen < SEEN:
        return
    reception.learning = 0
    if conclude(reception):
        start_playing(reception)
    else:
        reception.seen = 0
        reception.learning = np.int32(LEARN_SECONDS * reception.samplerate)


@kernel
def _distrust(reception):
    """Follow a clock after all that was taken for our own."""
    if reception.p_slope > TRUST_DEVIATION * TRUST_DEVIATION:
        return
    if abs(drift_of(reception)) > TRUST_PPM:
        reception.distrusted = 1
        reception.same_clock = 0
        start_playing(reception)


@kernel
def _runs_away(reception):
    """Count a line that has moved; say whether the stream is another one than it was taken for."""
    soon = reception.local - reception.moved_at < RUNAWAY_SECONDS * reception.samplerate
    reception.moves = reception.moves + 1 if soon else 1
    reception.moved_at = reception.local
    return reception.moves >= RUNAWAY_COUNT


@kernel
def _follow(reception, frames):
    """Decide how a stream of another clock goes on after this period's packets."""
    late_by = np.int64(0)
    if reception.earliest >= 0:
        reception.behind = 0
    elif reception.least != NOTHING_CAME:
        reception.behind += frames
        if reception.behind > BEHIND_SECONDS * reception.samplerate + 2 * frames:
            late_by = np.int64(-reception.earliest)
            reception.behind = 0
    moved = reception.line_moved == 1
    reception.line_moved = 0
    if moved and _runs_away(reception):
        reception.locked = WAITING
        return
    steer(reception, frames, moved, late_by)


@kernel
def _note_length(reception, frames):
    """Note how long periods are; return 1 if the delay is for longer ones now, -1 for shorter ones.

    JACK's are all as long, until somebody changes that. PortAudio's may be as long as the card has
    room: another number each time, of which the longest lately counts.
    """
    reception.longest_now = max(reception.longest_now, np.int32(frames))
    reception.longest_wait -= frames
    grew = frames > reception.longest
    if not grew and reception.longest_wait > 0:
        return 0
    most = reception.longest_now
    reception.longest_now = frames
    reception.longest_wait = np.int32(LENGTH_SECONDS * reception.samplerate)
    if not grew and most >= SHORTER * reception.longest:
        return 0
    reception.longest = most
    return 1 if grew else -1


@kernel
def begin_period(reception, frames, time, lost):
    """Take note of the time that has passed, and of a period of another length.

    Args:
        reception: its clocks are read.
        frames: of the period.
        time: of its first frame by JACK, which a stream of our own clock keeps to.
        lost: frames by the clock, from `follow_start`, before it.
    """
    if reception.same_clock == 1:
        lost = apart(time, reception.time) - reception.period
    passed = reception.period + lost
    changed = frames != reception.period
    if abs(lost) > reception.samplerate and reception.same_clock == 0:
        reception.locked = WAITING
    if reception.locked == PLAYING and lost != 0 and reception.same_clock == 0:
        skip(reception, lost)
    reception.local += passed
    reception.time = time
    reception.period = frames
    reception.quiet = min(reception.quiet + frames, 2**30)
    reception.searched = 0
    reception.begun = 0
    longer = _note_length(reception, frames)
    if reception.locked == PLAYING:
        renumber(reception)
        if reception.same_clock == 1 and changed:
            watch(reception)
        elif reception.same_clock == 0 and longer > 0:
            periods_grew(reception)
        elif reception.same_clock == 0 and longer < 0:
            periods_shrank(reception)
    reception.least = NOTHING_CAME
    reception.earliest = -NOTHING_CAME


@kernel
def finish_period(reception, frames):
    """Judge what came, and play."""
    left = carray(pointer(reception.left_at), (frames,), np.float32)
    right = carray(pointer(reception.right_at), (frames,), np.float32)
    if reception.locked == LEARNING or reception.learning > 0:
        _learn(reception, frames)
    elif reception.locked == PLAYING and reception.same_clock == 1:
        judge(reception, frames)
        _distrust(reception)
    if reception.locked == PLAYING and reception.same_clock == 0:
        _follow(reception, frames)
    if reception.locked == WAITING and reception.gap > FADED_SECONDS * reception.rate:
        for frame in range(frames):
            left[frame] = 0.0
            right[frame] = 0.0
    else:
        play(reception, left, right)
    reception.drift = drift_of(reception) if reception.locked != WAITING else 0.0
    if reception.locked == PLAYING:
        reception.in_hand = apart(reception.newest_end, reception.due)
    kept = kept_reading(frames, reception.samplerate)
    reception.left_peak = max(peak_of(reception.left_at, frames), reception.left_peak * kept)
    reception.right_peak = max(peak_of(reception.right_at, frames), reception.right_peak * kept)
    if write_log(reception, frames) and reception.locked == PLAYING:
        choose_goal(reception, reception.longest)
        if reception.same_clock == 0:
            hurry(reception, frames)
    keep(reception.tap_at, reception.left_at, reception.right_at, frames)


@kernel
def receive_period(reception, frames, time):
    """Do the work of one period where nobody filters the time: on a sound card.

    Args:
        reception: its `left_at` and `right_at` are float32[frames].
        frames: up to MAX_PERIOD.
        time: of the first frame, modulo 2**32.
    """
    read_clocks(reception)
    lost = follow_start(reception, frames, reception.drained_ns)
    begin_period(reception, frames, time, lost)
    drain(reception, True)
    finish_period(reception, frames)


@kernel
def receive_simulated(reception, frames, time, now):
    """Do the work of one period at a time that is told; what is in the socket came just now."""
    reception.cycle_ns = now
    reception.drained_ns = now
    begin_period(reception, frames, time, apart(time, reception.time) - reception.period)
    drain(reception, False)
    finish_period(reception, frames)


@kernel
def _silence(reception, frames):
    for samples_at in (reception.left_at, reception.right_at):
        if samples_at != 0:
            samples = carray(pointer(samples_at), (frames,), np.float32)
            for frame in range(frames):
                samples[frame] = 0.0
    reception.refused_periods += 1


@callback(JACK_PROCESS)
def receive(frames, argument):
    """Be JACK's process callback: ``argument`` is the address of a RECEPTION."""
    reception = carray(argument, (1,), RECEPTION)[0]
    flush_denormals()
    reception.left_at = jack_port_get_buffer(reception.left_port, frames)
    reception.right_at = jack_port_get_buffer(reception.right_port, frames)
    if reception.left_at == 0 or reception.right_at == 0 or frames > MAX_PERIOD:
        _silence(reception, frames)
        return 0
    read_clocks(reception)
    rate = np.int64(reception.samplerate)
    lost = follow_start(reception, frames, woken(reception.client, reception.drained_ns, rate))
    begin_period(reception, frames, jack_last_frame_time(reception.client), lost)
    drain(reception, True)
    finish_period(reception, frames)
    reception.cycles += 1
    return 0
