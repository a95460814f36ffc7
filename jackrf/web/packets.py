"""The packet that a browser gets: one period of a mix, with its place in time. Sans-IO.

An RTP packet comes in, 24 bytes (little-endian) and the same samples go out:

    0  u32  number: counts the packets of the mix
    4  u8   version, 1
    5  u8   bytes of a sample: 2 (L16, RFC 3551) or 3 (L24, RFC 3190), big-endian as there
    6  u8   channels, 2
    7  u8   0
    8  u64  microseconds, of the relay's clock: when the audio thread sent the first frame
    16 u64  number of the first frame

The number of the frame places the samples: what is lost is a hole of its own length, not a slip.
"""

import struct
from dataclasses import dataclass
from typing import Final

from jackrf.rtp.packet import PacketError, parse
from jackrf.rtp.stream import CHANNELS

VERSION: Final = 1
HEADER: Final = struct.Struct("<IBBBBQQ")

LONGEST_DATAGRAM: Final = 1150
"""Bytes that fit into a packet of QUIC of 1200 bytes, which every network takes."""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet.

    Attributes:
        data: as it goes to a browser.
        frames: how many there are in it.
        made: nanoseconds, when the audio thread sent it.
        message: the same as a message of a WebSocket, made once for all who hear it.
        datagrams: the same in as few datagrams as fit into packets of QUIC.
    """

    data: bytes
    frames: int
    made: int
    message: bytes
    datagrams: tuple[bytes, ...]


class Packets:
    """Makes the packets of a mix.

    Args:
        sample_bytes: 2 or 3.
        rate: Hz.
    """

    def __init__(self, sample_bytes: int, rate: int) -> None:
        self._sample_bytes = sample_bytes
        self._rate = rate
        self._number = 0
        self._frame: int | None = None

    def make(self, datagram: bytes, made: int) -> Packet | None:
        """Return what a browser gets of an RTP packet; None of anything else.

        Args:
            datagram: as jackrf sends it.
            made: nanoseconds, when the audio thread sent it.
        """
        try:
            rtp = parse(datagram)
        except PacketError:
            return None
        frames, rest = divmod(len(rtp.payload), CHANNELS * self._sample_bytes)
        if not frames or rest:
            return None
        self._frame = frame = self._unwrapped(rtp.timestamp)
        self._number = (self._number + 1) & 0xFFFFFFFF
        data = self._packed(rtp.payload, frame, made)
        return Packet(data, frames, made, framed(data), self._split(data, rtp.payload, frame, made))

    def _unwrapped(self, timestamp: int) -> int:
        """Return the number of a frame, of which 32 bits are known."""
        if self._frame is None:
            return timestamp + (1 << 32)
        step = (timestamp - self._frame) & 0xFFFFFFFF
        return self._frame + (step if step < 1 << 31 else step - (1 << 32))

    def _packed(self, payload: bytes, frame: int, made: int) -> bytes:
        microseconds = max(made, 0) // 1000
        head = (self._number, VERSION, self._sample_bytes, CHANNELS, 0, microseconds, frame)
        return HEADER.pack(*head) + payload

    def _split(self, data: bytes, payload: bytes, frame: int, made: int) -> tuple[bytes, ...]:
        """Return a packet in parts, each with the place in time of its own first frame."""
        if len(data) <= LONGEST_DATAGRAM:
            return (data,)
        size, rate = CHANNELS * self._sample_bytes, self._rate
        room = (LONGEST_DATAGRAM - HEADER.size) // size * size
        parts = -(-len(payload) // room)
        many = -(-len(payload) // (size * parts))
        return tuple(
            self._packed(
                payload[first * size : (first + many) * size],
                frame + first,
                made + first * 1_000_000_000 // rate,
            )
            for first in range(0, len(payload) // size, many)
        )


def framed(data: bytes) -> bytes:
    """Return a packet as a WebSocket message of a server (RFC 6455 section 5.2): not masked.

    It is the same for all who hear a mix, so it is made once.

    Args:
        data: at most 65535 bytes.
    """
    if len(data) < 126:
        return bytes((0x82, len(data))) + data
    return b"\x82\x7e" + len(data).to_bytes(2, "big") + data
