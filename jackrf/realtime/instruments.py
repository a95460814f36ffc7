"""A player and a recorder of ports, exact on JACK's frame time: what measures and tests others.

Frames that the graph lost stay lost at their place: nothing slips.
"""

from typing import Any

import numpy as np
from numba import carray

from jackrf.realtime import libc
from jackrf.realtime.clock import read_clock, woken
from jackrf.realtime.compiling import JACK_PROCESS, callback, kernel

SEAT = np.dtype(
    [
        ("client", "u8"),  # jack_client_t *
        ("ports_at", "u8"),  # jack_port_t *[channels]
        ("channels", "u8"),
        ("tracks_at", "u8"),  # float32[channels, frames]
        ("frames", "i8"),
        ("start", "u4"),  # JACK frame time of the first frame of the tracks
        ("active", "u4"),  # 1: play or record
        ("looping", "u4"),  # 1: begin again at the end of the tracks
        ("now", "u4"),  # frame time of the latest period
        ("next", "u4"),  # frame time at which the next period is due
        ("missed", "u4"),  # counter: periods that did not begin when they were due
        ("cycles", "i8"),
        ("woken_ns", "i8"),  # monotonic ns at which the driver woke for the latest period
        ("clock_at", "u8"),  # int64[2]: scratch for clocks
        ("samplerate", "i8"),  # Hz
    ]
)
"""Memory of one player or recorder, shared with its callback."""

pointer: Any = libc.pointer


@kernel
def begin_period(seat):
    """Count a lost period; return ports, tracks, and where in the tracks this one begins."""
    now = libc.jack_last_frame_time(seat.client)
    if seat.cycles > 0 and now != seat.next:
        seat.missed += 1
    seat.next = now
    ports = carray(pointer(seat.ports_at), (seat.channels,), np.uint64)
    tracks = carray(pointer(seat.tracks_at), (seat.channels, seat.frames), np.float32)
    return ports, tracks, np.int64(np.int32(np.uint32(now - seat.start)))


@kernel
def end_period(seat, frames):
    """Tell the other side that the period is done."""
    clock = read_clock(libc.CLOCK_MONOTONIC, seat.clock_at)
    seat.woken_ns = woken(seat.client, clock, seat.samplerate)
    seat.now = seat.next
    seat.next = np.uint32(seat.now + frames)
    seat.cycles += 1


@callback(JACK_PROCESS)
def play(frames: Any, argument: Any) -> Any:
    """Play the tracks where the frame time says."""
    seat = carray(argument, (1,), SEAT)[0]
    ports, tracks, first = begin_period(seat)
    for channel in range(len(ports)):
        buffer = libc.jack_port_get_buffer(ports[channel], frames)
        samples = carray(pointer(buffer), (frames,), np.float32)
        for frame in range(frames):
            at = first + frame
            if seat.looping == 1 and at >= 0:
                at %= seat.frames
            inside = seat.active == 1 and 0 <= at < seat.frames
            samples[frame] = tracks[channel, at] if inside else np.float32(0.0)
    end_period(seat, frames)
    return 0


@callback(JACK_PROCESS)
def record(frames: Any, argument: Any) -> Any:
    """Write what comes in to where the frame time says."""
    seat = carray(argument, (1,), SEAT)[0]
    ports, tracks, first = begin_period(seat)
    for channel in range(len(ports)):
        buffer = libc.jack_port_get_buffer(ports[channel], frames)
        samples = carray(pointer(buffer), (frames,), np.float32)
        for frame in range(frames):
            at = first + frame
            if seat.active == 1 and 0 <= at < seat.frames:
                tracks[channel, at] = samples[frame]
    end_period(seat, frames)
    return 0
