"""The receive side: what JACK calls each period of `jackrf listen`.

    socket -> packets -> jitter buffer by timestamp -> one small playout delay -> conceal -> ports

Every frame is put into a ring at its timestamp, and played from there when it is due; `delay` says
when that is.
"""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import JACK_PROCESS, callback, kernel
from jackrf.realtime.conceal import mirror, play_broken, play_whole, remember_period
from jackrf.realtime.convert import from_l16, from_l24
from jackrf.realtime.delay import NOTHING_CAME, apart, judge, learn, note_packet, watch
from jackrf.realtime.libc import (
    DONT_WAIT,
    WHOLE_SIZE,
    flush_denormals,
    jack_last_frame_time,
    jack_port_get_buffer,
    pointer,
    recv,
)
from jackrf.realtime.meter import kept_reading, peak_of
from jackrf.realtime.reception import (
    LEARNING,
    PACKET_ROOM,
    PLAYING,
    RECEPTION,
    RING,
    TAIL,
    WAITING,
)
from jackrf.realtime.tap import keep

MOST_PACKETS = 256
"""Datagrams taken in one period, so that a flood cannot make the callback late."""

QUIET_SECONDS = 0.050
"""A stream that is silent for so long may be replaced by another SSRC."""
FAR_SECONDS = 0.5
"""A timestamp further than this from where the stream is belongs to a stream that jumped."""
STRANGERS = 4


@kernel
def _word(octets, at):
    return (
        (np.uint32(octets[at]) << 24)
        | (np.uint32(octets[at + 1]) << 16)
        | (np.uint32(octets[at + 2]) << 8)
        | np.uint32(octets[at + 3])
    )


@kernel
def _payload(octets, size):
    """Return where the payload of an RTP packet begins and ends; end -1 if it is no packet."""
    if size < 12 or octets[0] >> 6 != 2:
        return 0, -1
    start = 12 + 4 * (octets[0] & 0x0F)
    if octets[0] & 0x10:
        if size < start + 4:
            return 0, -1
        start += 4 + 4 * ((np.int64(octets[start + 2]) << 8) | octets[start + 3])
    end = size
    if octets[0] & 0x20:
        padding = octets[size - 1]
        end -= padding if padding > 0 else size
    if start >= end:
        return 0, -1
    return start, end


@kernel
def _sample_bytes(reception, octets):
    if reception.sample_bytes != 0:
        return np.int64(reception.sample_bytes)
    payload_type = octets[1] & 0x7F
    if payload_type == 96:
        return np.int64(2)
    if payload_type == 97:
        return np.int64(3)
    return np.int64(0)


@kernel
def _begin(reception, ssrc, end):
    reception.locked = LEARNING
    reception.ssrc = ssrc
    reception.newest_end = end
    reception.strangers = 0
    reception.streams += 1
    # Frames of a stream before may have the timestamps of this one.
    stamps = carray(pointer(reception.stamps_at), (RING,), np.uint32)
    for place in range(RING):
        stamps[place] = place ^ 1
    watch(reception)


@kernel
def _belongs(reception, ssrc, timestamp, frames):
    """Say whether a packet is of the stream, beginning another stream where that is due."""
    end = np.uint32(timestamp + frames)
    if reception.locked == WAITING:
        _begin(reception, ssrc, end)
        return True
    if ssrc != reception.ssrc:
        if reception.quiet < QUIET_SECONDS * reception.samplerate:
            return False
        _begin(reception, ssrc, end)
        return True
    expected = reception.due if reception.locked == PLAYING else reception.newest_end
    if abs(apart(end, expected)) > FAR_SECONDS * reception.samplerate:
        reception.strangers += 1
        if reception.strangers < STRANGERS:
            return False
        _begin(reception, ssrc, end)
        return True
    reception.strangers = 0
    return True


@kernel
def _store(reception, timestamp, frames):
    """Put a packet's frames into the ring, those that are still to be played and not there yet."""
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
        return
    note_packet(reception, timestamp)
    if first >= frames:
        reception.late += 1
        return
    for frame in range(first, frames):
        stamp = np.uint32(timestamp + frame)
        place = stamp & (RING - 1)
        ring[0, place] = decoded[0, frame]
        ring[1, place] = decoded[1, frame]
        stamps[place] = stamp


@kernel
def _take_packet(reception, octets, size):
    """Take one datagram; return whether it was a packet of the stream."""
    if size > PACKET_ROOM:
        return False
    start, end = _payload(octets, size)
    width = _sample_bytes(reception, octets)
    if end < 0 or width == 0 or (end - start) % (2 * width) != 0:
        return False
    frames = (end - start) // (2 * width)
    timestamp = _word(octets, 4)
    if not _belongs(reception, _word(octets, 8), timestamp, frames):
        return False
    decoded = carray(pointer(reception.decoded_at), (2, PACKET_ROOM // 2), np.float32)
    if width == 2:
        from_l16(octets[start:end], decoded[0, :frames], decoded[1, :frames])
    else:
        from_l24(octets[start:end], decoded[0, :frames], decoded[1, :frames])
    _store(reception, timestamp, frames)
    return True


@kernel
def _drain(reception):
    octets = carray(pointer(reception.packet_at), (PACKET_ROOM,), np.uint8)
    for _ in range(MOST_PACKETS):
        size = recv(reception.socket, reception.packet_at, PACKET_ROOM, DONT_WAIT | WHOLE_SIZE)
        if size < 0:
            return
        if _take_packet(reception, octets, size):
            reception.packets += 1
            reception.quiet = 0
        else:
            reception.alien += 1


@kernel
def _all_there(stamps, start, frames):
    there = 0
    for frame in range(frames):
        timestamp = np.uint32(start + frame)
        if stamps[timestamp & (RING - 1)] == timestamp:
            there += 1
    return there == frames


@kernel
def _play(reception, left, right, time):
    ring = carray(pointer(reception.ring_at), (2, RING), np.float32)
    stamps = carray(pointer(reception.stamps_at), (RING,), np.uint32)
    history = carray(pointer(reception.history_at), (2, TAIL), np.float32)
    fading = carray(pointer(reception.fading_at), (2, TAIL), np.float32)
    start = np.uint32(time + reception.offset)
    if reception.moved == 1:
        reception.moved = 0
        if reception.presence > 0.0:
            mirror(history, fading, reception.written)
            reception.presence = np.float32(0.0)
            reception.tail = 0
    whole = reception.presence == 1.0 and reception.tail == TAIL
    if whole and _all_there(stamps, start, len(left)):
        play_whole(left, right, ring, start)
        remember_period(history, left, right, reception.written)
    else:
        memory = (ring, stamps, history, fading)
        reception.presence, reception.tail, missing = play_broken(
            left, right, memory, start, reception.presence, reception.tail, reception.written
        )
        if reception.locked == PLAYING:
            reception.concealed += missing
    reception.written += len(left)


@kernel
def receive_period(reception, frames, time):
    """Do the work of one period."""
    left = carray(pointer(reception.left_at), (frames,), np.float32)
    right = carray(pointer(reception.right_at), (frames,), np.float32)
    for frame in range(frames):
        left[frame] = 0.0
        right[frame] = 0.0
    reception.quiet = min(reception.quiet + frames, 2**30)
    reception.due = np.uint32(time + reception.offset)
    changed = frames != reception.period
    reception.period = frames
    if changed and reception.locked == PLAYING:
        watch(reception)
    reception.least = NOTHING_CAME
    _drain(reception)
    if reception.learning > 0:
        learn(reception, frames)
    elif reception.locked == PLAYING:
        judge(reception, frames)
    if reception.locked != WAITING:
        _play(reception, left, right, time)
    if reception.locked == PLAYING:
        reception.in_hand = apart(reception.newest_end, time + frames + reception.offset)
    kept = kept_reading(frames, reception.samplerate)
    reception.left_peak = max(peak_of(reception.left_at, frames), reception.left_peak * kept)
    reception.right_peak = max(peak_of(reception.right_at, frames), reception.right_peak * kept)
    keep(reception.tap_at, reception.left_at, reception.right_at, frames)


@callback(JACK_PROCESS)
def receive(frames, argument):
    """Be JACK's process callback: ``argument`` is the address of a RECEPTION."""
    reception = carray(argument, (1,), RECEPTION)[0]
    flush_denormals()
    reception.left_at = jack_port_get_buffer(reception.left_port, frames)
    reception.right_at = jack_port_get_buffer(reception.right_port, frames)
    receive_period(reception, frames, jack_last_frame_time(reception.client))
    reception.cycles += 1
    return 0
