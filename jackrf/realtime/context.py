"""The memory that the audio thread and Python share: structured arrays, field by field.

Python allocates all of it before the first period and keeps it alive. Fields called ``*_at`` hold
the address of another array. Unless a field says otherwise Python writes it once, before the client
is activated; counters and meters are written by the audio thread alone and never reset: readers
take differences. Aligned fields of up to 8 bytes are read and written whole.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_PERIOD = 8192
"""The largest period, in frames, that memory is laid out for (jackd's own limit)."""

MAX_PACKET = 1280
"""Bytes of UDP payload, RTP header included: PipeWire's default ``net.mtu`` drops larger ones."""

RTP_HEADER = 24
"""Bytes: the fixed header (RFC 3550, section 5.1) and one extension (RFC 8285, section 4.2)."""

FIXED_HEADER = 12
"""Bytes of the header of a mix whose packets have no extension."""

EXTENSION = (0xBE, 0xDE, 0x00, 0x02, 0x16)
"""One-byte form, two words, one element: number 1, 7 bytes. They hold the clock's identity (4)
and how long before the packet is sent the time of its first frame was (3, signed, us)."""

MAX_SLICES = 80
"""The most packets that one period becomes: twice 8192 frames of L24 stereo over 1268 bytes."""

STREAM_HEADER = 4
"""The most bytes that tell where a packet begins in a TCP stream: ``$``, channel, length."""

MAX_FRAME = STREAM_HEADER + MAX_PACKET
"""Bytes of a packet as it stands in a TCP stream."""

OUTBOX = 8192
"""Bytes of other messages that wait for their turn in a TCP stream."""

DATAGRAM, PREFIXED, INTERLEAVED = 0, 2, 4
"""How a listener's socket keeps packets apart; in a stream, the bytes before each of them."""

DURATION_BINS = 992
"""Of the histogram of callback durations: 32 in each octave of nanoseconds, up to 30 s."""

INPUT = np.dtype(
    [
        ("port", "u8"),  # jack_port_t *
        ("buffer_at", "u8"),  # float32[period], another program's memory: read only
        ("silence_at", "u8"),  # float32[capacity]: the cleaned copy when an input is not finite
        ("bad_samples", "i8"),  # counter: NaN, infinity or absurdly loud, played as silence
        ("peak", "f4"),  # amplitude, falls 20 dB in 1.5 s
        ("padding", "u4"),
    ]
)

MIX = np.dtype(
    [
        ("left_port", "u8"),  # jack_port_t *
        ("right_port", "u8"),
        ("left_at", "u8"),  # float32[period]: the port's buffer, which is our mix array
        ("right_at", "u8"),
        ("ceiling", "f4"),  # amplitude; Python writes it at any time; 0 = no limiter
        ("limiter_gain", "f4"),  # of the last frame, 0..1
        ("limiter_meter", "f4"),  # lowest gain lately, back to 1 at the meters' pace
        ("fade", "f4"),  # 0..1, of the last frame: 500 ms in, 20 ms out
        ("left_peak", "f4"),  # amplitude after the limiter, falls 20 dB in 1.5 s
        ("right_peak", "f4"),
        ("ssrc", "u4"),
        ("timestamp_offset", "u4"),  # RTP timestamp = JACK frame time + this, modulo 2**32
        ("payload_type", "u4"),
        ("sample_bytes", "u4"),  # 2 = L16, 3 = L24
        ("plain", "u4"),  # 1 = packets have the fixed header alone
        ("padding", "u4"),
        ("tone", "u4"),  # Python: 1 = play the tone that says whose ears these are
        ("tone_level", "f4"),  # 0..1, of the last frame
        ("tone_frames", "i8"),  # played since it was switched on
    ]
)

LISTENER = np.dtype(
    [
        ("socket", "i4"),  # non-blocking and connected: UDP, TCP, or AF_UNIX datagrams
        ("mix", "i4"),  # which mix it hears
        ("sequence", "u4"),  # of the next packet that is sent, modulo 2**16
        ("marker", "u4"),  # 1: the next packet is the first after a gap
        ("resume_at", "i8"),  # monotonic ns before which nothing is tried
        ("sent", "i8"),  # counters: packets
        ("full", "i8"),
        ("refused", "i8"),
        ("unreachable", "i8"),
        ("backoff", "i8"),
        ("gone", "i8"),  # the other end of a stream has hung up: above 0 nothing is tried any more
        ("other", "i8"),
        ("octets", "i8"),  # counter: payload bytes sent, without headers (RFC 3550, 6.4.1)
        ("last_error", "i4"),  # errno of the last packet that was dropped
        ("last_failed", "u4"),  # 1: the last period was dropped, 0: it was sent
        ("framing", "u4"),  # DATAGRAM, PREFIXED (RFC 4571) or INTERLEAVED (RFC 2326, 10.12)
        ("channel", "u4"),  # of interleaved packets, 0..255
        ("paused", "u4"),  # Python at any time: 1 = no packets, only what waits already
        # Streams only.
        ("budget", "u4"),  # us of audio that may wait unsent before packets are dropped
        ("unsent", "u4"),  # the most that can wait in the socket: its last answer, and bytes since
        ("rest_bytes", "u4"),  # of the frame in `rest`
        ("rest_done", "u4"),  # of these, how many the socket took; less: the frame is half-written
        ("padding", "u4"),
        ("rest_at", "u8"),  # uint8[MAX_FRAME]
        ("outbox_at", "u8"),  # uint8[OUTBOX], a ring: messages that go out between two packets
        ("outbox_written", "i8"),  # counter: bytes that Python put in, after it has
        ("outbox_taken", "i8"),  # counter: bytes that the socket took
    ]
)
"""One who hears a mix. Each row is a block of its own, so it outlives the table it stands in."""

DROP_CAUSES = ("full", "refused", "unreachable", "backoff", "gone", "other")

CONTEXT = np.dtype(
    [
        ("client", "u8"),  # jack_client_t *
        ("capacity", "u4"),  # frames that our arrays hold; a longer period is silence
        ("samplerate", "u4"),  # Hz
        ("meter_frames", "u4"),  # the period for which `meter_kept` holds
        ("meter_kept", "f4"),  # share of its reading that a meter keeps over that period
        ("inputs", "u4"),  # how many INPUT rows
        ("mixes", "u4"),  # how many MIX rows
        ("inputs_at", "u8"),  # INPUT[inputs]
        ("mixes_at", "u8"),  # MIX[mixes]
        # Gains. Python writes targets, or the address of new ones, and then the revision.
        ("targets_at", "u8"),  # float32[2 * mixes, inputs]: amplitudes to glide to, and behind
        # them uint32[2 * mixes, inputs]: the frames that a glide to each takes, > 0
        ("revision", "u4"),  # Python counts up after it has written targets
        ("seen_revision", "u4"),
        ("gate", "u4"),  # Python: 1 = play, 0 = fade out
        ("freewheel", "u4"),  # Python: 1 = the graph runs faster than the network, send nothing
        ("gains_at", "u8"),  # float32[2 * mixes, inputs]: amplitude at the end of the last period
        ("goals_at", "u8"),  # float32[2 * mixes, inputs]: the targets that were seen
        ("remaining_at", "u8"),  # uint32[2 * mixes, inputs]: frames left of each glide
        ("sounding_at", "u8"),  # uint16[2 * mixes, inputs]: inputs of each row that sound, steady
        ("steady_at", "u8"),  # uint32[2 * mixes]: how many of `sounding` are steady
        ("moving_at", "u8"),  # uint32[2 * mixes]: how many glide; they stand at the row's end
        # Time.
        ("clock", "u4"),  # which clock drives the graph, as packets tell it; 0 = not known
        ("frame_time", "u4"),  # JACK's, of the last period
        ("cycle_ns", "i8"),  # monotonic ns at the frame time, filtered; 0 = not known, offline
        ("woken_ns", "i8"),  # monotonic ns at which the driver woke for it
        ("stretch", "f8"),  # length of a period over what it should be
        ("start_off", "f8"),  # ns: the least by which periods have strayed
        ("start_frames", "u4"),  # of the last period
        ("start_count", "i4"),  # periods that the filter has had since it began
        ("start_strayed", "i4"),  # periods in a row that began far from where they should
        # The alarm that the audio thread puts off as long as JACK calls it (`alarm`).
        ("alarm", "i4"),  # Python at any time: a timerfd, -1 = none
        ("alarm_due", "i8"),  # monotonic ns at which it is put off again
        ("alarm_at", "u8"),  # struct itimerspec
        # Listeners. Python publishes a new table by writing its address.
        ("listeners_at", "u8"),  # uint64[]: addresses of LISTENER rows by mix, 0 at the end
        # Scratch.
        ("envelope_at", "u8"),  # float32[capacity]: the limiter's gain
        ("packets_at", "u8"),  # uint8[MAX_SLICES, MAX_PACKET]
        ("messages_at", "u8"),  # struct mmsghdr[MAX_SLICES], each pointing at its packet
        ("vectors_at", "u8"),  # struct iovec[MAX_SLICES]
        ("clock_at", "u8"),  # struct timespec
        # Counters.
        ("cycles", "i8"),
        ("refused_periods", "i8"),  # longer than capacity, or without buffers: played as silence
        ("durations_at", "u8"),  # int64[DURATION_BINS]
        ("longest", "i8"),  # ns
    ]
)

MESSAGE = np.dtype(
    [
        ("name_at", "u8"),
        ("name_bytes", "u8"),
        ("vectors_at", "u8"),
        ("vectors", "u8"),
        ("control_at", "u8"),
        ("control_bytes", "u8"),
        ("flags", "u8"),
        ("length", "u8"),
    ]
)
"""``struct mmsghdr`` of a 64-bit Linux (sendmmsg(2)); narrower members with their padding."""

VECTOR = np.dtype([("base", "u8"), ("bytes", "u8")])
"""``struct iovec`` (sendmsg(2))"""


def address(array: NDArray[Any]) -> int:
    """Return where an array's data lies. The caller keeps the array alive."""
    return int(array.ctypes.data)
