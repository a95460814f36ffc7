"""Which stream is followed, what it is made of, and what is counted of it for RTCP."""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.delay import apart, watch
from jackrf.realtime.lateness import forget_lateness
from jackrf.realtime.libc import pointer
from jackrf.realtime.loop import start_loop
from jackrf.realtime.reception import (
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
FAR_FRAMES = 24000
"""A timestamp further than this, the less of both, is of a stream that jumped."""
STRANGERS = 4

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
    end = np.uint32(timestamp + frames)
    expected = reception.due if reception.locked == PLAYING else reception.newest_end
    if abs(apart(end, expected)) > min(FAR_SECONDS * reception.rate, FAR_FRAMES):
        reception.strangers += 1
        # Once in a period at the most: it costs as much as many packets.
        if reception.strangers < STRANGERS or reception.begun == 1:
            return False
        _begin(reception, ssrc, timestamp, frames, clock)
        return True
    reception.strangers = 0
    return True


@kernel
def count_sequence(reception, sequence, timestamp, position):
    """Count a packet as RFC 3550 does (A.1, A.8): highest number, order, jitter of arrival."""
    transit = position * reception.rate / reception.samplerate - apart(timestamp, reception.first)
    if reception.received == 0:
        reception.base_sequence = sequence
        reception.highest = sequence
        reception.rtp_jitter = np.float32(0.0)
    else:
        ahead = np.int64(np.int16(np.uint16(sequence - (reception.highest & 0xFFFF))))
        if ahead > 0:
            reception.highest = np.uint32(reception.highest + ahead)
        elif ahead < 0:
            reception.reordered += 1
        change = np.float32(abs(transit - reception.transit))
        reception.rtp_jitter += (change - reception.rtp_jitter) / np.float32(16.0)
    reception.transit = transit
    reception.received += 1


@kernel
def note_peer(reception, name_at):
    """Remember where the stream comes from."""
    peer = carray(pointer(reception.peer_at), (NAME_ROOM,), np.uint8)
    name = carray(pointer(name_at), (NAME_ROOM,), np.uint8)
    for place in range(NAME_ROOM):
        peer[place] = name[place]
