"""Which stream is followed, what it is made of, and what is counted of it for RTCP."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.delay import apart, watch
from jackrf.realtime.lateness import forget_lateness
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import start_loop
from jackrf.realtime.reception import (
    CELLS,
    FAR_FRAMES,
    LEARNING,
    NAME_ROOM,
    PLAYING,
    RATES,
    RING,
    WAITING,
)

LEARN_SECONDS = 0.200
"""For so long a stream of another clock is watched before it plays."""
QUIET_SECONDS = 0.050
"""A stream that is silent for so long may be replaced by another SSRC."""
FAR_SECONDS = 0.5
"""A timestamp further than this, or than `FAR_FRAMES` if that is less, is of a stream that jumped.
"""
STRANGERS = 4
RENUMBER = np.uint32(1 << 30)
"""Frames after which a stream's are counted from a later one: half of what a timestamp tells."""
MOST_APART = 100
"""Packets by which a sequence number may be ahead or behind without a reason (RFC 3550, A.1)."""
NOTHING_SUSPECTED = np.uint32(1 << 16)

STATIC_STEREO, STATIC_MONO = 10, 11
"""L16 at 44.1 kHz (RFC 3551, section 6); 96 and 97 are jackrf's own."""


@kernel
def sample_bytes_of(reception, payload_type):
    """Return the bytes of a sample, 0 when nobody knows."""
    if reception.sample_bytes != 0:
        return np.int64(reception.sample_bytes)
    if payload_type in (96, STATIC_STEREO, STATIC_MONO):
        return np.int64(2)
    return np.int64(3 if payload_type == 97 else 0)


@kernel
def channels_of(reception, payload_type):
    """Return how many channels a packet has."""
    if reception.channels != 0:
        return np.int64(reception.channels)
    return np.int64(1 if payload_type == STATIC_MONO else 2)


@kernel
def set_rate(reception, rate):
    """Choose the resampler's table for a stream's rate in Hz."""
    taps = carray(pointer(reception.taps_at), (len(RATES) + 1,), np.int32)
    reception.rate = rate
    reception.table = len(RATES)
    if rate != reception.samplerate:
        for place in range(len(RATES)):
            if rate == RATES[place]:
                reception.table = place
    reception.taps = taps[reception.table]


@kernel
def known_rate(reception, payload_type):
    """Return a stream's rate in Hz where somebody said it, else 0."""
    if reception.stream_rate != 0:
        return np.uint32(reception.stream_rate)
    if reception.same_clock == 1:
        return np.uint32(reception.samplerate)
    if reception.sample_bytes == 0 and payload_type in (STATIC_STEREO, STATIC_MONO):
        return np.uint32(44100)
    return np.uint32(0)


@kernel
def lost(reception):
    """Return how many packets of the stream under way are missing (RFC 3550, A.3)."""
    if reception.received == 0:
        return np.int64(0)
    # Extended numbers begin anew at 2**32, and so does what is expected.
    expected = np.uint32(reception.highest - reception.base_sequence + np.uint32(1))
    return max(np.int64(0), apart(expected, np.uint32(reception.received)))


@kernel
def _begin(reception, ssrc, timestamp, frames, clock):
    reception.locked = LEARNING
    reception.begun = 1
    reception.ssrc = ssrc
    reception.newest_end = np.uint32(timestamp + frames)
    reception.first = timestamp
    reception.local = 0.0
    reception.strangers = 0
    reception.moves = 0
    reception.moved_at = 0.0
    reception.streams += 1
    reception.lost_before += lost(reception)
    reception.received = 0
    ours = clock != 0 and clock == reception.clock and reception.distrusted == 0
    reception.same_clock = np.uint32(1 if ours else 0)
    # Frames of a stream before may have the timestamps of this one.
    stamps = carray(pointer(reception.stamps_at), (RING,), np.uint32)
    for place in range(RING):
        stamps[place] = place ^ 1
    forget_lateness(reception)
    if ours:
        set_rate(reception, reception.samplerate)
        start_loop(reception, 0.0, 0.0, 1.0)
    watch(reception)
    reception.seen = 0
    if not ours:
        reception.learning = np.int32(LEARN_SECONDS * reception.samplerate)


@kernel
def _is_far(reception, end):
    """Say whether a packet ends far from what is played, and from the latest one that came."""
    most = min(FAR_SECONDS * reception.rate, FAR_FRAMES)
    far = abs(apart(end, reception.newest_end)) > most
    return far and (reception.locked != PLAYING or abs(apart(end, reception.due)) > most)


@kernel
def belongs(reception, ssrc, timestamp, frames, clock):
    """Say whether a packet is of the stream, beginning another stream where that is due."""
    if reception.locked == WAITING:
        _begin(reception, ssrc, timestamp, frames, clock)
        return True
    if ssrc != reception.ssrc:
        if reception.begun == 1 or reception.quiet < QUIET_SECONDS * reception.samplerate:
            return False
        _begin(reception, ssrc, timestamp, frames, clock)
        return True
    if _is_far(reception, np.uint32(timestamp + frames)):
        reception.strangers += 1
        # Once in a period at the most: it costs as much as many packets.
        if reception.strangers < STRANGERS or reception.begun == 1:
            return False
        _begin(reception, ssrc, timestamp, frames, clock)
        return True
    reception.strangers = 0
    return True


@kernel
def renumber(reception):
    """Count a stream's frames from a later one before they are more than a timestamp tells."""
    if apart(reception.due, reception.first) < RENUMBER:
        return
    frames = np.float64(RENUMBER)
    reception.first = np.uint32(reception.first + RENUMBER)
    reception.stream -= frames
    reception.transit += frames
    reception.quick_stream -= frames
    cells = carray(pointer(reception.cells_at), (4, CELLS), np.float64)
    for place in range(CELLS):
        cells[1, place] -= frames


@kernel
def _goes_on(reception, ahead, timestamp, frames):
    """Say whether a sequence number goes on from those before.

    One that is far off does where its timestamp is as far: packets were lost, or this one is late.
    """
    passed = apart(np.uint32(timestamp + frames), reception.newest_end)
    if ahead > MOST_APART:
        return (ahead - MOST_APART) * frames <= passed
    return ahead >= -MOST_APART or passed < 0


@kernel
def _count_number(reception, sequence, timestamp, frames):
    """Count a packet by its sequence number; return whether it counts.

    A sender that was restarted begins to count anew, at any number: two in a row show that. What
    was lost before stays lost, and nothing that never was sent is.
    """
    number = np.int64(sequence)
    ahead = np.int64(np.int16(np.uint16(number - np.int64(reception.highest & 0xFFFF))))
    if _goes_on(reception, ahead, timestamp, frames):
        reception.suspect = NOTHING_SUSPECTED
        if ahead > 0:
            reception.highest = np.uint32(reception.highest + ahead)
        elif ahead < 0:
            reception.reordered += 1
        return True
    if number != np.int64(reception.suspect):
        reception.suspect = np.uint32((number + 1) & 0xFFFF)
        return False
    cycle = (np.int64(reception.highest) >> 16) + 1
    highest = np.uint32((cycle << 16) + number)
    further = np.uint32(highest - reception.highest)
    reception.base_sequence = np.uint32(reception.base_sequence + further - np.uint32(1))
    reception.highest = highest
    reception.suspect = NOTHING_SUSPECTED
    return True


@kernel
def count_sequence(reception, sequence, timestamp, frames, position):
    """Count a packet as RFC 3550 does (A.1, A.8): highest number, order, jitter of arrival."""
    transit = position * reception.rate / reception.samplerate - apart(timestamp, reception.first)
    if reception.received == 0:
        reception.base_sequence = sequence
        reception.highest = sequence
        reception.suspect = NOTHING_SUSPECTED
        reception.rtp_jitter = np.float32(0.0)
    elif _count_number(reception, sequence, timestamp, frames):
        change = np.float32(abs(transit - reception.transit))
        reception.rtp_jitter += (change - reception.rtp_jitter) / np.float32(16.0)
    else:
        return
    reception.transit = transit
    reception.received += 1


@kernel
def note_peer(reception, name_at):
    """Remember where the stream comes from."""
    peer = carray(pointer(reception.peer_at), (NAME_ROOM,), np.uint8)
    name = carray(pointer(name_at), (NAME_ROOM,), np.uint8)
    for place in range(NAME_ROOM):
        peer[place] = name[place]
