"""The memory that the receive callback and Python share; the rules of `context` hold here too."""

import numpy as np

RING = 1 << 16
"""Frames of the jitter buffer, a power of two: 1.37 s at 48 kHz."""

TAIL = 64
"""Frames over which a gap fades out, and over which audio fades in after it."""

EARLINESS = 64
"""Of the histogram of how early packets come: whole periods from -32 to 31."""

PACKET_ROOM = 2048
"""Bytes; a longer datagram is no packet of ours."""

RECEPTION = np.dtype(
    [
        ("client", "u8"),  # jack_client_t *
        ("left_port", "u8"),  # jack_port_t *
        ("right_port", "u8"),
        ("left_at", "u8"),  # float32[period]: the port's buffer
        ("right_at", "u8"),
        ("samplerate", "u4"),  # Hz
        ("socket", "i4"),  # non-blocking
        ("sample_bytes", "u4"),  # 2 = L16, 3 = L24, 0 = by payload type
        ("margin", "u4"),  # frames that playing stays behind the latest packet, beyond the least
        # Memory.
        ("packet_at", "u8"),  # uint8[PACKET_ROOM]
        ("decoded_at", "u8"),  # float32[2, PACKET_ROOM // 4]: frames of one packet
        ("ring_at", "u8"),  # float32[2, RING], frame t at t modulo RING
        ("stamps_at", "u8"),  # uint32[RING]: which frame lies there
        ("history_at", "u8"),  # float32[2, TAIL]: what was played last, in a circle
        ("fading_at", "u8"),  # float32[2, TAIL]: what a fade-out under way reads
        ("earliness_at", "u8"),  # int32[EARLINESS]: periods by what came least early in them
        ("written", "i8"),  # frames ever put into history
        # The stream.
        ("locked", "u4"),  # WAITING for a stream, LEARNING its delay, PLAYING
        ("ssrc", "u4"),
        ("newest_end", "u4"),  # timestamp after the latest frame received
        ("offset", "u4"),  # timestamp played = frame time + offset, modulo 2**32
        ("due", "u4"),  # timestamp of the first frame of this period
        ("period", "i4"),  # frames of the last period
        ("learning", "i4"),  # frames still to watch before the offset is set
        ("watched", "i4"),  # packets seen while watching
        ("lowest", "u4"),  # least (timestamp - frame time) of them, modulo 2**32
        ("least", "i4"),  # frames by which the least early packet of this period was early
        ("behind", "i4"),  # frames since packets last came in time
        ("window", "i4"),  # frames since the delay was last judged
        ("quiet", "i4"),  # frames since the stream's last packet
        ("strangers", "i4"),  # packets in a row far from where the stream is
        ("moved", "u4"),  # 1: what is played next does not follow what was played last
        ("presence", "f4"),  # 0..1: how far audio has faded in
        ("tail", "i4"),  # frames of the fade-out played; TAIL = done
        ("in_hand", "i4"),  # frames received beyond the last one played, in the last period
        # Counters and meters.
        ("cycles", "i8"),
        ("packets", "i8"),  # of the stream, played or not
        ("late", "i8"),
        ("duplicate", "i8"),
        ("alien", "i8"),  # datagrams that are no packet of this stream
        ("streams", "i8"),  # streams begun: restarts of the sender show here
        ("shifts", "i8"),  # times the playout delay was moved
        ("concealed", "i8"),  # frames that were not there in time
        ("left_peak", "f4"),  # amplitude, falls 20 dB in 1.5 s
        ("right_peak", "f4"),
    ]
)

WAITING, LEARNING, PLAYING = 0, 1, 2
