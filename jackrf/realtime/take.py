"""One datagram: is it a packet of the stream, when did it come, and its frames into the ring."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.convert import from_l16, from_l24
from jackrf.realtime.delay import apart, note_packet
from jackrf.realtime.floor import note_floor
from jackrf.realtime.follow import belongs, channels_of, count_sequence, sample_bytes_of
from jackrf.realtime.header import clock_and_age, payload_of, word
from jackrf.realtime.lateness import note_lateness
from jackrf.realtime.learn import remember
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import local_at, observe
from jackrf.realtime.reception import LEARNING, PACKET_ROOM, PLAYING, RING


@kernel
def _decode(reception, audio, width, channels, frames):
    """Write the first two channels of L16 or L24 frames, or one to both, as float32."""
    decoded = carray(pointer(reception.decoded_at), (2, PACKET_ROOM // 2), np.float32)
    left, right = decoded[0, :frames], decoded[1, :frames]
    if width == 2:
        from_l16(audio, left, right, channels)
    else:
        from_l24(audio, left, right, channels)


@kernel
def _store(reception, timestamp, frames):
    """Put a packet's frames into the ring; return whether it is new."""
    decoded = carray(pointer(reception.decoded_at), (2, PACKET_ROOM // 2), np.float32)
    ring = carray(pointer(reception.ring_at), (2, RING), np.float32)
    stamps = carray(pointer(reception.stamps_at), (RING,), np.uint32)
    end = np.uint32(timestamp + frames)
    if apart(end, reception.newest_end) > 0:
        reception.newest_end = end
    first = 0
    if reception.locked == PLAYING:
        first = max(0, -apart(timestamp, reception.due))
    probe = np.uint32(timestamp + min(first, frames - 1))
    if stamps[probe & (RING - 1)] == probe:
        reception.duplicate += 1
        return False
    note_packet(reception, timestamp)
    if first > 0:
        reception.tardy = 1
    if first >= frames:
        reception.late += 1
    # What is late is kept all the same: the delay may be about to grow.
    for frame in range(frames):
        stamp = np.uint32(timestamp + frame)
        place = stamp & (RING - 1)
        ring[0, place] = decoded[0, frame]
        ring[1, place] = decoded[1, frame]
        stamps[place] = stamp
    return True


@kernel
def _position(reception, ns):
    """Return the local position, in frames, of a time."""
    return reception.local + (ns - reception.cycle_ns) * 1e-9 * reception.samplerate


@kernel
def _time_packet(reception, timestamp, arrival, age):
    """Show the loop when a packet came, and count how late that was."""
    raw = _position(reception, arrival)
    corrected = _position(reception, arrival - age)
    stream = np.float64(apart(timestamp, reception.first))
    if reception.locked == LEARNING and reception.same_clock == 0:
        remember(reception, raw, corrected, stream)
        return
    if observe(reception, corrected, stream):
        reception.line_moved = 1
    elif reception.strayed == 0:
        note_floor(reception, corrected, stream)
    # A period that begins before its time finds less than it should.
    early = max(0.0, (reception.cycle_ns - reception.drained_ns) * 1e-9 * reception.samplerate)
    note_lateness(reception, raw - local_at(reception, stream) + early)


@kernel
def _is_taken(reception, octets, size, arrival):
    if size > PACKET_ROOM:
        return False
    start, end = payload_of(octets, size)
    payload_type = octets[1] & 0x7F
    width = sample_bytes_of(reception, payload_type)
    channels = channels_of(reception, payload_type)
    if end < 0 or width == 0 or (end - start) % (width * channels) != 0:
        return False
    frames = (end - start) // (width * channels)
    timestamp = word(octets, 4)
    clock, age = clock_and_age(octets, start)
    if not belongs(reception, word(octets, 8), timestamp, frames, clock):
        return False
    reception.payload_type = payload_type
    reception.width = width
    reception.stream_channels = channels
    sequence = (np.uint32(octets[2]) << 8) | np.uint32(octets[3])
    came = arrival if arrival >= 0 else reception.drained_ns
    count_sequence(reception, sequence, timestamp, frames, _position(reception, came))
    _decode(reception, octets[start:end], width, channels, frames)
    if _store(reception, timestamp, frames) and arrival >= 0:
        _time_packet(reception, timestamp, arrival, age)
    return True


@kernel
def take_packet(reception, octets, size, arrival):
    """Take one datagram, uint8[PACKET_ROOM], that came at a monotonic ns; below 0: nobody knows.

    Returns:
        Whether it was a packet of the stream.
    """
    if not _is_taken(reception, octets, size, arrival):
        reception.alien += 1
        return False
    reception.packets += 1
    reception.quiet = 0
    return True
