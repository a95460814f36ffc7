"""Packets of one mix, and sending them to each who hears it.

All listeners of a mix share the packets; what is a listener's own (sequence number, marker) is put
over the first four bytes before each send, which copies them. A packet that is not taken uses up no
sequence number, its timestamp is gone all the same, and the next one carries the marker (RFC 3550
section 5.1, RFC 3389 section 4): receivers then know the gap for silence, not loss.
"""

import numpy as np
from numba import carray

from jackrf.realtime.clock import read_clock
from jackrf.realtime.compiling import kernel
from jackrf.realtime.context import (
    DATAGRAM,
    EXTENSION,
    FIXED_HEADER,
    LISTENER,
    MAX_PACKET,
    MAX_SLICES,
    MESSAGE,
    RTP_HEADER,
    VECTOR,
)
from jackrf.realtime.convert import to_l16, to_l24
from jackrf.realtime.libc import (
    AGAIN,
    CLOCK_MONOTONIC,
    HOST_UNREACHABLE,
    NET_DOWN,
    NET_UNREACHABLE,
    NO_DEVICE_BUFFERS,
    REFUSED,
    pointer,
    send,
    sendmmsg,
)
from jackrf.realtime.stream import FLAGS, flush, last_error, send_frames

BACKOFF_NS = 200_000_000
"""After a refusal or without a route nothing is tried for so long."""

MESSAGE_BYTES = MESSAGE.itemsize


@kernel
def slice_count(frames, frame_bytes):
    """Return into how many packets a period goes: one if it fits, else equal slices.

    The fewest that divide the period evenly, up to twice the fewest possible; a period without
    such a divisor (a prime) goes into slices that differ by one frame.
    """
    fit = (MAX_PACKET - RTP_HEADER) // frame_bytes
    fewest = (frames + fit - 1) // fit
    for count in range(fewest, 2 * fewest + 1):
        if frames % count == 0:
            return count
    return fewest


@kernel
def write_packets(context, mix, frames, timestamp, elapsed):
    """Convert a mix and write its packets, all but sequence numbers and markers.

    Args:
        context, mix: rows of that name.
        frames: of the period.
        timestamp: of its first frame.
        elapsed: ns since the period began.

    Returns:
        How many packets there are.
    """
    left = carray(pointer(mix.left_at), (frames,), np.float32)
    right = carray(pointer(mix.right_at), (frames,), np.float32)
    octets = carray(pointer(context.packets_at), (MAX_SLICES, MAX_PACKET), np.uint8)
    words = carray(pointer(context.packets_at), (MAX_SLICES, MAX_PACKET // 2), np.uint16)
    vectors = carray(pointer(context.vectors_at), (MAX_SLICES,), VECTOR)
    frame_bytes = 2 * mix.sample_bytes
    header = FIXED_HEADER if mix.plain == 1 else RTP_HEADER
    count = slice_count(frames, frame_bytes)
    for number in range(count):
        first = number * frames // count
        last = (number + 1) * frames // count
        _write_word(octets[number], 4, np.uint32(timestamp + first))
        _write_word(octets[number], 8, mix.ssrc)
        if header == RTP_HEADER:
            _write_extension(octets[number], context, elapsed, first)
        payload = words[number, header // 2 :]
        if mix.sample_bytes == 2:
            to_l16(left[first:last], right[first:last], payload)
        else:
            to_l24(left[first:last], right[first:last], payload)
        vectors[number].bytes = header + (last - first) * frame_bytes
    return count


@kernel
def _write_word(octets, at, value):
    octets[at] = (value >> 24) & 0xFF
    octets[at + 1] = (value >> 16) & 0xFF
    octets[at + 2] = (value >> 8) & 0xFF
    octets[at + 3] = value & 0xFF


@kernel
def _write_extension(octets, context, elapsed, first):
    """Tell which clock the timestamp counts on, and how long ago its time was when it is sent."""
    for place in range(len(EXTENSION)):
        octets[12 + place] = EXTENSION[place]
    _write_word(octets, 17, context.clock)
    age = elapsed // 1000 - np.int64(first) * 1_000_000 // context.samplerate
    age = max(min(age, 0x7FFFFF), -0x800000)
    octets[21] = (age >> 16) & 0xFF
    octets[22] = (age >> 8) & 0xFF
    octets[23] = age & 0xFF


@kernel
def transmit(context, listener, row_at, mix, count, now):
    """Offer `count` packets to one listener; count as dropped what its socket does not take now."""
    if listener.gone > 0:
        listener.gone += count
        return
    if listener.resume_at > now:
        listener.backoff += count
        listener.marker = 1
        return
    if listener.paused == 1 or count == 0:
        if listener.framing != DATAGRAM:
            flush(listener)
        listener.marker |= listener.paused
        return
    octets = carray(pointer(context.packets_at), (MAX_SLICES, MAX_PACKET), np.uint8)
    for number in range(count):
        _stamp(octets[number], listener, mix, number)
    if listener.framing == DATAGRAM:
        taken, error = _send_datagrams(context, listener.socket, count)
    else:
        second = np.uint64(context.samplerate) * np.uint64(2 * mix.sample_bytes)
        most_unsent = np.uint64(listener.budget) * second // np.uint64(1_000_000)
        taken, error = send_frames(context, listener, row_at, count, most_unsent)
    listener.sent += taken
    listener.octets += _payload_bytes(context, mix, taken)
    listener.sequence = (listener.sequence + taken) & 0xFFFF
    if taken > 0:
        listener.marker = 0
    if taken < count:
        _drop(listener, count - taken, error, now)
    else:
        listener.last_failed = 0


@kernel
def _payload_bytes(context, mix, count):
    header = FIXED_HEADER if mix.plain == 1 else RTP_HEADER
    vectors = carray(pointer(context.vectors_at), (MAX_SLICES,), VECTOR)
    total = 0
    for number in range(count):
        total += vectors[number].bytes - header
    return total


@kernel
def _stamp(octets, listener, mix, number):
    sequence = listener.sequence + number
    marker = listener.marker if number == 0 else 0
    octets[0] = 0x80 if mix.plain == 1 else 0x90
    octets[1] = (marker << 7) | mix.payload_type
    octets[2] = (sequence >> 8) & 0xFF
    octets[3] = sequence & 0xFF


@kernel
def _send_datagrams(context, socket, count):
    taken = 0
    while taken < count:
        result = _send(context, socket, taken, count)
        if result <= 0:
            return taken, last_error()
        taken += result
    return taken, 0


@kernel
def _send(context, socket, taken, count):
    if count - taken == 1:
        vectors = carray(pointer(context.vectors_at), (MAX_SLICES,), VECTOR)
        vector = vectors[taken]
        return 1 if send(socket, vector.base, vector.bytes, FLAGS) >= 0 else -1
    messages_at = context.messages_at + np.uint64(taken * MESSAGE_BYTES)
    return sendmmsg(socket, messages_at, count - taken, FLAGS)


@kernel
def _drop(listener, count, error, now):
    listener.last_error = error
    listener.last_failed = 1
    listener.marker = 1
    if error in (AGAIN, NO_DEVICE_BUFFERS):
        listener.full += count
    elif listener.framing != DATAGRAM:
        # Whatever else a stream answers, it is over.
        listener.gone += count
    elif error == REFUSED:
        listener.refused += count
        listener.resume_at = now + BACKOFF_NS
    elif error in (HOST_UNREACHABLE, NET_UNREACHABLE, NET_DOWN):
        listener.unreachable += count
        listener.resume_at = now + BACKOFF_NS
    else:
        listener.other += count


@kernel
def transmit_mixes(context, mixes, frames, frame_time, now):
    """Send every mix that somebody hears. Listeners stand in the table by mix.

    While JACK freewheels no packet is made; other messages in streams go out all the same.
    """
    listeners_at = context.listeners_at
    elapsed = np.int64(0)
    if context.cycle_ns != 0:
        # Once a period: what the first mixes take is the same each time, near enough.
        # A period that begins far from where it should has most likely lost time: that is no age.
        began = context.cycle_ns if context.start_strayed == 0 else context.woken_ns
        elapsed = read_clock(CLOCK_MONOTONIC, context.clock_at) - began
    converted = -1
    count = 0
    place = 0
    while True:
        row_at = carray(pointer(listeners_at + np.uint64(8 * place)), (1,), np.uint64)[0]
        if row_at == 0:
            return
        listener = carray(pointer(row_at), (1,), LISTENER)[0]
        mix = mixes[listener.mix]
        if listener.mix != converted and context.freewheel == 0:
            timestamp = np.uint32(frame_time + mix.timestamp_offset)
            count = write_packets(context, mix, frames, timestamp, elapsed)
            converted = listener.mix
        transmit(context, listener, row_at, mix, count, now)
        place += 1
