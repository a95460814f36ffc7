"""The send side: what JACK calls each period. Read this after `context`.

    port buffers -> clean, meter -> mix with gliding gains -> tone -> fade -> limit, meter
                 -> local ports, and L16 or L24 packets -> each listener's socket

The mixes are made in place in the client's own output ports, and from there converted straight into
the packets; an input's buffer is another program's output and is never written.
"""

import numpy as np
from numba import carray

from jackrf.realtime.alarm import put_off
from jackrf.realtime.clock import follow_start, read_clock, woken
from jackrf.realtime.compiling import JACK_PROCESS, callback, kernel
from jackrf.realtime.context import CONTEXT, DURATION_BINS, INPUT, MIX
from jackrf.realtime.identify import add_tone
from jackrf.realtime.libc import (
    CLOCK_MONOTONIC,
    flush_denormals,
    jack_last_frame_time,
    jack_port_get_buffer,
    pointer,
)
from jackrf.realtime.limit import ATTACK_SECONDS, RELEASE_SECONDS, limit
from jackrf.realtime.meter import LOUDEST, as_float, clean, kept_reading, peak_bits, peak_of
from jackrf.realtime.mix import fade, follow_targets, glide_row, mix_row, sort_row
from jackrf.realtime.statistics import bin_of
from jackrf.realtime.transmit import transmit_mixes

FADE_IN_SECONDS = 0.5
FADE_OUT_SECONDS = 0.020


@kernel
def _take_inputs(inputs, frames, kept):
    """Meter each input; one that is not finite is replaced by a cleaned copy of itself."""
    for number in range(len(inputs)):
        strip = inputs[number]
        bits = carray(pointer(strip.buffer_at), (frames,), np.int32)
        largest = peak_bits(bits)
        if largest > LOUDEST:
            cleaned = carray(pointer(strip.silence_at), (frames,), np.int32)
            strip.bad_samples += clean(bits, cleaned)
            strip.buffer_at = strip.silence_at
            largest = peak_bits(cleaned)
        strip.peak = max(as_float(largest), strip.peak * kept)


@kernel
def _mix(context, inputs, mixes):
    """Update the gains that changed, and mix every row into its port's buffer."""
    shape = (2 * len(mixes), len(inputs))
    gains = carray(pointer(context.gains_at), shape, np.float32)
    goals = carray(pointer(context.goals_at), shape, np.float32)
    remaining = carray(pointer(context.remaining_at), shape, np.uint32)
    sounding = carray(pointer(context.sounding_at), shape, np.uint16)
    steady = carray(pointer(context.steady_at), (shape[0],), np.uint32)
    moving = carray(pointer(context.moving_at), (shape[0],), np.uint32)
    revision = context.revision
    changed = revision != context.seen_revision
    if changed:
        # One read: Python may put other targets in their place meanwhile.
        targets_at = context.targets_at
        targets = carray(pointer(targets_at), shape, np.float32)
        glides_at = targets_at + np.uint64(4 * shape[0] * shape[1])
        glides = carray(pointer(glides_at), shape, np.uint32)
        follow_targets(targets, glides, goals, remaining)
        context.seen_revision = revision
    return gains, goals, remaining, sounding, steady, moving, changed


@kernel
def _mix_side(state, row, side, inputs):
    gains, goals, remaining, sounding, steady, moving, changed = state
    if changed or moving[row] > 0:
        steady[row], moving[row] = sort_row(gains[row], goals[row], remaining[row], sounding[row])
    mix_row(side, inputs, gains[row], sounding[row], steady[row])
    if moving[row] > 0:
        glide_row(side, inputs, gains[row], goals[row], remaining[row], sounding[row], moving[row])


@kernel
def _fade(context, mix, left, right):
    """Open a mix over 500 ms, close it over 20 ms."""
    start = mix.fade
    if context.gate == 1:
        end = start + np.float32(len(left) / (FADE_IN_SECONDS * context.samplerate))
        end = min(end, np.float32(1.0))
    else:
        end = start - np.float32(len(left) / (FADE_OUT_SECONDS * context.samplerate))
        end = max(end, np.float32(0.0))
    if start < 1.0 or end < 1.0:
        fade(left, right, start, end)
        mix.fade = end


@kernel
def _limit(context, mix, left, right, kept):
    """Keep a mix below its ceiling and read its meters."""
    frames = len(left)
    left_peak = peak_of(mix.left_at, frames)
    right_peak = peak_of(mix.right_at, frames)
    lowest = np.float32(1.0)
    over = max(left_peak, right_peak) > mix.ceiling or mix.limiter_gain < 1.0
    if mix.ceiling > 0.0 and over:
        envelope = carray(pointer(context.envelope_at), (frames,), np.float32)
        attack = np.float32(1.0 / (ATTACK_SECONDS * context.samplerate))
        release = np.float32(1.0 / (RELEASE_SECONDS * context.samplerate))
        mix.limiter_gain, lowest = limit(
            left, right, envelope, mix.ceiling, mix.limiter_gain, attack, release
        )
        left_peak = peak_of(mix.left_at, frames)
        right_peak = peak_of(mix.right_at, frames)
    mix.left_peak = max(left_peak, mix.left_peak * kept)
    mix.right_peak = max(right_peak, mix.right_peak * kept)
    # The meter's distance from 1 in dB shrinks at a peak meter's pace.
    mix.limiter_meter = min(lowest, mix.limiter_meter / kept, np.float32(1.0))


@kernel
def run_period(context, inputs, mixes, frames, frame_time, now):
    """Do the work of one period; the rows of `inputs` and `mixes` know their buffers."""
    if frames != context.meter_frames:
        context.meter_frames = frames
        context.meter_kept = kept_reading(frames, context.samplerate)
    kept = context.meter_kept
    _take_inputs(inputs, frames, kept)
    state = _mix(context, inputs, mixes)
    for number in range(len(mixes)):
        mix = mixes[number]
        left = carray(pointer(mix.left_at), (frames,), np.float32)
        right = carray(pointer(mix.right_at), (frames,), np.float32)
        _mix_side(state, 2 * number, left, inputs)
        _mix_side(state, 2 * number + 1, right, inputs)
        add_tone(context.samplerate, mix, left, right)
        _fade(context, mix, left, right)
        _limit(context, mix, left, right, kept)
    transmit_mixes(context, mixes, frames, frame_time, now)


@kernel
def _silence_ports(mixes, frames):
    for number in range(len(mixes)):
        for port in (mixes[number].left_port, mixes[number].right_port):
            samples_at = jack_port_get_buffer(port, frames)
            if samples_at != 0:
                samples = carray(pointer(samples_at), (frames,), np.float32)
                for frame in range(frames):
                    samples[frame] = 0.0


@kernel
def _fetch_buffers(inputs, mixes, frames):
    """Ask JACK for this period's buffers; say whether all are there (PipeWire may have none)."""
    there = True
    for number in range(len(inputs)):
        inputs[number].buffer_at = jack_port_get_buffer(inputs[number].port, frames)
        there = there and inputs[number].buffer_at != 0
    for number in range(len(mixes)):
        mixes[number].left_at = jack_port_get_buffer(mixes[number].left_port, frames)
        mixes[number].right_at = jack_port_get_buffer(mixes[number].right_port, frames)
        there = there and mixes[number].left_at != 0 and mixes[number].right_at != 0
    return there


@callback(JACK_PROCESS)
def process(frames, argument):
    """Be JACK's process callback: ``argument`` is the address of a CONTEXT."""
    context = carray(argument, (1,), CONTEXT)[0]
    inputs = carray(pointer(context.inputs_at), (context.inputs,), INPUT)
    mixes = carray(pointer(context.mixes_at), (context.mixes,), MIX)
    start = read_clock(CLOCK_MONOTONIC, context.clock_at)
    flush_denormals()
    if frames > context.capacity or not _fetch_buffers(inputs, mixes, frames):
        _silence_ports(mixes, frames)
        context.refused_periods += 1
    else:
        context.frame_time = jack_last_frame_time(context.client)
        follow_start(context, frames, woken(context.client, start, np.int64(context.samplerate)))
        run_period(context, inputs, mixes, frames, context.frame_time, start)
    context.cycles += 1
    put_off(context, start)
    duration = read_clock(CLOCK_MONOTONIC, context.clock_at) - start
    carray(pointer(context.durations_at), (DURATION_BINS,), np.int64)[bin_of(duration)] += 1
    context.longest = max(context.longest, duration)
    return 0
