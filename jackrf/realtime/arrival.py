"""Datagrams as they come out of the socket, each with the time at which the kernel had it."""

import numpy as np
from numba import carray

from jackrf.realtime.clock import read_clock
from jackrf.realtime.compiling import kernel
from jackrf.realtime.context import MESSAGE
from jackrf.realtime.follow import note_peer
from jackrf.realtime.libc import (
    CLOCK_MONOTONIC,
    CLOCK_REALTIME,
    DONT_WAIT,
    WHOLE_SIZE,
    pointer,
    recvmmsg,
)
from jackrf.realtime.reception import BATCH, CONTROL_ROOM, NAME_ROOM, PACKET_ROOM
from jackrf.realtime.take import take_packet

MOST_BATCHES = 16
FRAMES_OF_A_BATCH = 64
"""256 datagrams are taken in a period of up to 1024 frames, and in a longer one as many more as it
has more time, so that a flood cannot make the callback late.
"""

LONGEST_WAIT_NS = 1_000_000_000
"""For so long a datagram may have waited for us."""

SOCKET_LEVEL = 1
TIMESTAMP = 35
"""SOL_SOCKET and SCM_TIMESTAMPNS (socket(7)): CLOCK_REALTIME when the packet came."""


@kernel
def _arrival(reception, number, length):
    """Return when a datagram came, monotonic ns; now, where the kernel does not say.

    Below 0 where it says what cannot be used: the clock was set meanwhile, or it is long ago.
    """
    now = reception.drained_ns
    control_at = reception.control_at + np.uint64(number * CONTROL_ROOM)
    head = carray(pointer(control_at), (8,), np.int32)
    if length < 32 or head[2] != SOCKET_LEVEL or head[3] != TIMESTAMP:
        return now
    stamp = carray(pointer(control_at + np.uint64(16)), (2,), np.int64)
    arrival = stamp[0] * 1_000_000_000 + stamp[1] - reception.realtime_ns
    return arrival if now - LONGEST_WAIT_NS < arrival <= now else np.int64(-1)


@kernel
def read_clocks(reception):
    """Read the monotonic clock, and how far the kernel's stamps are from it."""
    reception.realtime_ns = read_clock(CLOCK_REALTIME, reception.clock_at)
    reception.drained_ns = read_clock(CLOCK_MONOTONIC, reception.clock_at)
    reception.realtime_ns -= reception.drained_ns


@kernel
def drain(reception, stamped):
    """Take what the socket has, 256 datagrams at the most; more in a period above 1024 frames.

    Args:
        stamped: whether datagrams came when the kernel says, or else just now.
    """
    packets = carray(pointer(reception.packet_at), (BATCH, PACKET_ROOM), np.uint8)
    messages = carray(pointer(reception.messages_at), (BATCH,), MESSAGE)
    for _ in range(max(MOST_BATCHES, reception.period // FRAMES_OF_A_BATCH)):
        for number in range(BATCH):
            messages[number].name_bytes = NAME_ROOM
            messages[number].control_bytes = CONTROL_ROOM
        taken = recvmmsg(
            reception.socket, reception.messages_at, BATCH, DONT_WAIT | WHOLE_SIZE, np.uint64(0)
        )
        for number in range(taken):
            message = messages[number]
            arrival = reception.drained_ns
            if stamped:
                arrival = _arrival(reception, number, message.control_bytes)
            size = np.int64(message.length & np.uint64(0xFFFFFFFF))
            if take_packet(reception, packets[number], size, arrival):
                note_peer(reception, message.name_at)
        if taken < BATCH:
            return
