"""The memory that the receive callback and Python share; the rules of `context` hold here too."""

import numpy as np
from numpy.typing import DTypeLike

from jackrf.realtime.context import MESSAGE, VECTOR

RING = 1 << 16
"""Frames of the jitter buffer, a power of two: 1.37 s at 48 kHz."""
FAR_FRAMES = 24000
"""That are kept of it behind what is played, and ahead of the latest packet."""

ROOM = 1 << 16
"""Frames of the repaired stream that lie side by side: what a period takes, and what it looks back
to."""
LOOKBACK = 4096
"""Frames of it that are kept at least: two of the longest pitches at 96 kHz."""
LONGEST_PITCH = 1200
"""Frames: 12.5 ms at 96 kHz."""

PHASES = 256
"""Of the resampler's table: positions between two frames, between which it interpolates."""
MOST_TAPS = 128
RATES = (32000, 44100, 48000, 88200, 96000, 176400, 192000)
"""Hz that a stream may have; a stream that does not say is taken for the nearest."""

EARLINESS = 64
"""Of the histogram of how early packets come: whole periods from -32 to 31."""

LATENESS = 1024
"""Bins of the histogram of how late packets come, of 62.5 us each, from -16 to 48 ms."""
SPANS = 4
"""Parts of the sliding window over which lateness is judged."""

CELLS = 64
"""Half seconds of which the quickest packet is remembered."""

SEEN = 256
"""Packets that are remembered while the delay of a stream is learned."""

PACKET_ROOM = 1 << 14
"""Bytes; a longer datagram is no packet of ours: 20 ms of eight channels of L16 at 48 kHz fit."""
BATCH = 16
"""Datagrams that one system call takes."""
CONTROL_ROOM = 64
"""Bytes for what the kernel tells of a datagram: the time of its arrival."""
NAME_ROOM = 32
"""Bytes of a struct sockaddr_in6, and some."""

LOG = 1 << 11
"""Rows of the log: 102 s."""
LOG_SECONDS = 0.050

RECEPTION = np.dtype(
    [
        ("client", "u8"),  # jack_client_t *
        ("left_port", "u8"),  # jack_port_t *
        ("right_port", "u8"),
        ("left_at", "u8"),  # float32[period]: the port's buffer
        ("right_at", "u8"),
        ("samplerate", "u4"),  # Hz, of the port
        ("socket", "i4"),  # non-blocking
        ("sample_bytes", "u4"),  # 2 = L16, 3 = L24, 0 = by payload type
        ("channels", "u4"),  # of the stream; 0 = by payload type
        ("stream_rate", "u4"),  # Hz; 0 = by payload type, or as measured
        ("margin", "u4"),  # frames that playing stays behind the latest packet, beyond the least
        ("clock", "u4"),  # which clock drives the ports; 0 = not known
        ("wanted_delay", "f4"),  # Python: ms; 0 = auto
        ("max_delay", "f4"),  # Python: ms
        # Memory.
        ("packet_at", "u8"),  # uint8[BATCH, PACKET_ROOM]
        ("control_at", "u8"),  # uint8[BATCH, CONTROL_ROOM]
        ("name_at", "u8"),  # uint8[BATCH, NAME_ROOM]: where datagrams came from
        ("messages_at", "u8"),  # struct mmsghdr[BATCH]
        ("peer_at", "u8"),  # uint8[NAME_ROOM]: where the stream comes from
        ("decoded_at", "u8"),  # float32[2, PACKET_ROOM // 2]: frames of one packet
        ("ring_at", "u8"),  # float32[2, RING], frame t at t modulo RING
        ("stamps_at", "u8"),  # uint32[RING]: which frame lies there
        ("seen_at", "u8"),  # float64[SEEN, 3]: packets seen while learning
        ("cells_at", "u8"),  # float64[4, CELLS]: when the quickest packet of each half second came,
        # its first frame, and both once more as scratch
        ("repaired_at", "u8"),  # float32[2, ROOM]: the stream in order, gaps filled
        ("pitch_at", "u8"),  # float32[2, LONGEST_PITCH]: one turn of what fills a gap
        ("earliness_at", "u8"),  # int32[EARLINESS]: periods by what came least early in them
        ("lateness_at", "u8"),  # int32[SPANS, LATENESS]: packets by how late they came
        ("tables_at", "u8"),  # float32[len(RATES) + 1, PHASES + 1, MOST_TAPS]: by the rate of a
        # stream; the last is for the ports' own
        ("taps_at", "u8"),  # int32[len(RATES) + 1]: taps of each table
        ("tap_at", "u8"),  # of what Python records from; 0 = nothing
        ("log_at", "u8"),  # LOG_ROW[LOG], in a circle
        ("clock_at", "u8"),  # int64[4]: scratch for clocks
        # The stream.
        ("locked", "u4"),  # WAITING for a stream, LEARNING its delay, PLAYING
        ("same_clock", "u4"),  # 1: its timestamps count on our own clock: no resampler
        ("distrusted", "u4"),  # a clock that said it was ours and was not
        ("ssrc", "u4"),
        ("payload_type", "u4"),
        ("width", "u4"),  # bytes of its samples
        ("stream_channels", "u4"),
        ("rate", "u4"),  # Hz of the stream, as played
        ("newest_end", "u4"),  # timestamp after the latest frame received
        ("offset", "u4"),  # same clock: timestamp played = frame time + offset, modulo 2**32
        ("due", "u4"),  # timestamp of the next frame to repair: what is before it is late
        ("time", "u4"),  # frame time of this period
        ("period", "i4"),  # frames of the last period
        ("longest", "i4"),  # frames of the longest period lately, which the delay is for
        ("longest_now", "i4"),  # and of the second under way
        ("longest_wait", "i4"),  # frames left of it
        ("learning", "i4"),  # frames still to watch before the delay is set
        ("watched", "i4"),  # packets seen while watching
        ("seen", "i4"),  # packets remembered while learning another clock
        ("lag", "i4"),  # same clock: frames of margin and wish that the delay has now
        ("begun", "u4"),  # 1: a stream was begun in this period
        ("lowest", "u4"),  # least (timestamp - frame time) of them, modulo 2**32
        ("least", "i4"),  # frames by which the least early packet of this period was early
        ("behind", "i4"),  # frames since packets last came in time
        ("window", "i4"),  # frames since the delay was last judged
        ("quiet", "i4"),  # frames since the stream's last packet
        ("strangers", "i4"),  # packets in a row far from where the stream is
        ("log_wait", "i4"),  # frames until the next row of the log
        ("line_moved", "u4"),  # 1: the loop's line was moved at once in this period
        # Time. Local frames are counted from the beginning of the stream, as float64.
        ("cycle_ns", "i8"),  # monotonic ns at the start of the period, filtered
        ("drained_ns", "i8"),  # monotonic ns when the socket was read
        ("woken_ns", "i8"),  # monotonic ns at which the driver woke for it
        ("stretch", "f8"),  # length of a period over what it should be
        ("start_off", "f8"),  # ns: the least by which periods have strayed
        ("start_frames", "u4"),  # of the last period
        ("start_count", "i4"),  # periods that the filter has had since it began
        ("start_strayed", "i4"),  # periods in a row that began far from where they should
        ("realtime_ns", "i8"),  # CLOCK_REALTIME less CLOCK_MONOTONIC
        ("local", "f8"),  # local frames at the start of the period
        ("first", "u4"),  # timestamp from which stream frames are counted
        ("samples", "i4"),  # observations that the loop has had, up to 2**30
        # Delay-locked loop: stream frames = stream + slope * (local frames - anchor).
        ("anchor", "f8"),
        ("stream", "f8"),
        ("slope", "f8"),  # stream frames per local frame
        ("p_stream", "f8"),  # covariance: frames**2
        ("p_cross", "f8"),
        ("p_slope", "f8"),
        ("noise", "f8"),  # frames: mean error of an observation
        ("strayed", "i4"),  # observations in a row that are far off on one side
        ("settled", "u4"),  # 1: drift is known to 1 ppm
        ("strayed_from", "f8"),  # local frames at the first of them
        ("strayed_by", "f8"),  # stream frames: the least of their errors
        ("strayed_most", "f8"),  # and the largest
        ("strayed_since", "f8"),  # local frames of the period in which the first of them came
        ("floor_slope", "f8"),  # slope of a line through the quickest packets alone
        ("floor_p", "f8"),  # its variance; 0 = not known
        ("drift", "f8"),  # share by which the sender's clock is faster, as far as is known
        ("cells", "i4"),  # half seconds whose quickest packet is known, the last CELLS of them kept
        ("cell_open", "u4"),  # 1: one is under way
        ("cell_begun", "f8"),  # local frames at its first packet
        ("quick_position", "f8"),  # local frames at which its quickest packet came
        ("quick_stream", "f8"),  # and the first frame of that, counted from `first`
        ("moved_at", "f8"),  # local frames when the line last moved at once
        ("moves", "i4"),  # times that it did, each soon after the one before
        # Playing.
        ("repaired", "i4"),  # frames that lie in the repaired stream
        ("gap", "i4"),  # frames of the gap under way; 0 = none
        ("pitch", "i4"),  # frames of a turn of what fills it
        ("turn", "i4"),  # where in that turn it is
        ("blend", "i4"),  # frames left of the crossfade back to the stream
        ("searched", "u4"),  # 1: a pitch was looked for in this period
        ("step_left", "f4"),  # what is left of the step from the stream into its repeat
        ("step_right", "f4"),
        ("read", "f8"),  # position in the repaired stream of the next frame played
        ("ratio", "f8"),  # frames of the stream per frame played, in the last period
        ("speed", "f8"),  # the share by which it is above the nominal ratio, but for glides
        ("glide", "f8"),  # frames by which the delay grows per frame
        ("delay", "f8"),  # local frames from a frame's own time to its being played, now
        ("goal", "f8"),  # and where it goes
        ("need", "f8"),  # local frames: jitter (p99.9) that the delay has to cover
        ("span", "i4"),  # part of the window that is written now
        ("span_left", "i4"),  # frames left of it
        ("earliest", "i4"),  # frames by which the earliest packet of this period was early
        ("taps", "i4"),  # of the resampler at this rate
        ("table", "i4"),  # which of them
        ("tardy", "u4"),  # 1: since the last row of the log a packet came too late, in part
        ("tardy_rows", "u4"),  # the same of the last 20 rows, a bit each
        ("wide_rows", "u4"),  # rows on end in which the delay was far above its goal
        # Counters and meters.
        ("cycles", "i8"),
        ("packets", "i8"),  # of the stream, played or not
        ("late", "i8"),
        ("duplicate", "i8"),
        ("reordered", "i8"),
        ("alien", "i8"),  # datagrams that are no packet of this stream
        ("streams", "i8"),  # streams begun: restarts of the sender show here
        ("shifts", "i8"),  # times the playout delay was moved at once: resyncs
        ("concealed", "i8"),  # frames that were not there in time, and were filled
        ("silent", "i8"),  # frames that were not there for so long that it was silent
        ("dropped", "i8"),  # frames given up so that the delay stays below its maximum
        ("skipped", "i8"),  # frames whose time JACK itself lost here
        ("refused_periods", "i8"),  # longer than memory, or without buffers: played as silence
        ("logged", "i8"),  # rows ever put into the log
        # For RTCP (RFC 3550, appendices A.1, A.3, A.8); of the stream under way.
        ("base_sequence", "u4"),  # extended sequence number of its first packet
        ("highest", "u4"),  # extended: cycles above the 16 bits
        ("suspect", "u4"),  # sequence number that would show that the sender counts anew
        ("received", "i8"),
        ("lost_before", "i8"),  # packets that were missing of the streams before
        ("transit", "f8"),  # arrival less timestamp of the last packet, in stream frames
        ("rtp_jitter", "f4"),  # stream frames
        ("in_hand", "i4"),  # frames received beyond the last one played, in the last period
        ("left_peak", "f4"),  # amplitude, falls 20 dB in 1.5 s
        ("right_peak", "f4"),
    ],
    align=True,
)

LOG_ROW = np.dtype(
    [
        ("ns", "i8"),  # monotonic, at the start of the period
        ("packets", "i8"),  # counters as they were
        ("lost", "i8"),
        ("late", "i8"),
        ("concealed", "i8"),
        ("silent", "i8"),
        ("dropped", "i8"),
        ("shifts", "i8"),
        ("delay", "f4"),  # frames
        ("goal", "f4"),
        ("jitter", "f4"),  # frames
        ("drift", "f4"),  # ppm
        ("left_peak", "f4"),
        ("right_peak", "f4"),
        ("locked", "u4"),
        ("settled", "u4"),
    ]
)

WAITING, LEARNING, PLAYING = 0, 1, 2

MEMORY: dict[str, tuple[DTypeLike, tuple[int, ...]]] = {
    "reception": (RECEPTION, (1,)),
    "clock_at": (np.int64, (4,)),
    "messages_at": (MESSAGE, (BATCH,)),
    "vectors": (VECTOR, (BATCH,)),
    "control_at": (np.uint8, (BATCH, CONTROL_ROOM)),
    "name_at": (np.uint8, (BATCH, NAME_ROOM)),
    "peer_at": (np.uint8, (NAME_ROOM,)),
    "packet_at": (np.uint8, (BATCH, PACKET_ROOM)),
    "decoded_at": (np.float32, (2, PACKET_ROOM // 2)),
    "seen_at": (np.float64, (SEEN, 3)),
    "cells_at": (np.float64, (4, CELLS)),
    "earliness_at": (np.int32, (EARLINESS,)),
    "taps_at": (np.int32, (len(RATES) + 1,)),
    "lateness_at": (np.int32, (SPANS, LATENESS)),
    "pitch_at": (np.float32, (2, LONGEST_PITCH)),
    "tables_at": (np.float32, (len(RATES) + 1, PHASES + 1, MOST_TAPS)),
    "repaired_at": (np.float32, (2, ROOM)),
    "stamps_at": (np.uint32, (RING,)),
    "ring_at": (np.float32, (2, RING)),
    "log_at": (LOG_ROW, (LOG,)),
}
"""All that a receiver works in, in the order in which it is used, for `jackrf.realtime.memory`."""
