"""Packets in a TCP stream: frames that are never torn, and audio that stays young.

A socket holds far more than anybody wants to hear late, and "full" comes when all of it is old. So
the socket is asked for what it has not sent yet, and while that is more than the listener's budget
packets are dropped. It is not asked where the answer cannot matter: what it said last and all that
was written since are no more than the budget. A frame that the socket took in part is finished
before anything else is written; what Python put into the outbox goes out next, and then packets.
"""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.context import (
    INTERLEAVED,
    LISTENER,
    MAX_FRAME,
    MAX_PACKET,
    MAX_SLICES,
    OUTBOX,
    VECTOR,
)
from jackrf.realtime.libc import (
    AGAIN,
    DONT_WAIT,
    NO_SIGNAL,
    UNSENT_BYTES,
    errno_location,
    ioctl,
    pointer,
    send,
)

FLAGS = DONT_WAIT | NO_SIGNAL
DOLLAR = 0x24
UNSENT_PLACE = LISTENER.fields["unsent"][1] if LISTENER.fields else 0


@kernel
def last_error():
    """Return this thread's errno."""
    return carray(pointer(errno_location()), (1,), np.int32)[0]


@kernel
def flush(listener):
    """Finish the frame that was taken in part, then send what waits in the outbox.

    Returns:
        0, or the errno with which the socket took no more.
    """
    while listener.rest_done < listener.rest_bytes:
        rest_at = listener.rest_at + np.uint64(listener.rest_done)
        taken = send(listener.socket, rest_at, listener.rest_bytes - listener.rest_done, FLAGS)
        if taken < 0:
            return last_error()
        listener.rest_done += taken
    # One read: what Python puts in meanwhile has its turn after the next packet.
    written = listener.outbox_written
    while listener.outbox_taken < written:
        place = listener.outbox_taken % OUTBOX
        size = min(written - listener.outbox_taken, OUTBOX - place)
        taken = send(listener.socket, listener.outbox_at + np.uint64(place), size, FLAGS)
        if taken < 0:
            return last_error()
        listener.outbox_taken += taken
        listener.unsent += taken
    return 0


@kernel
def send_frames(context, listener, row_at, count, most_unsent):
    """Write packets into a stream, as many as the socket takes young.

    Args:
        context: its packets are stamped.
        listener: a row of a stream.
        row_at: its address.
        count: of packets.
        most_unsent: bytes that may wait in the socket before a packet is given up.

    Returns:
        How many it took, in whole or in part, and the errno with which it took no more.
    """
    octets = carray(pointer(context.packets_at), (MAX_SLICES, MAX_PACKET), np.uint8)
    vectors = carray(pointer(context.vectors_at), (MAX_SLICES,), VECTOR)
    frame = carray(pointer(listener.rest_at), (MAX_FRAME,), np.uint8)
    error = flush(listener)
    for number in range(count):
        if error != 0:
            return number, error
        if listener.unsent > most_unsent:
            if ioctl(listener.socket, UNSENT_BYTES, row_at + np.uint64(UNSENT_PLACE)) < 0:
                return number, last_error()
            if listener.unsent > most_unsent:
                return number, AGAIN
        length = vectors[number].bytes
        header = listener.framing
        if header == INTERLEAVED:
            frame[0] = DOLLAR
            frame[1] = listener.channel
        frame[header - 2] = length >> 8
        frame[header - 1] = length & 0xFF
        for place in range(length):
            frame[header + place] = octets[number, place]
        taken = send(listener.socket, listener.rest_at, header + length, FLAGS)
        if taken < 0:
            return number, last_error()
        listener.unsent += header + length
        listener.rest_bytes = header + length
        listener.rest_done = taken
        if taken < header + length:
            error = flush(listener)
    return count, error
