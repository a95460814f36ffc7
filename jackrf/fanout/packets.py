"""Opus in RTP (RFC 7587): the packets that an engine takes."""

import struct
from typing import Final

PAYLOAD_TYPE: Final = 111
"""That browsers and Janus call Opus; dynamic, so an engine's configuration says it too."""
_HEADER: Final = struct.Struct(">BBHII")


class Packetizer:
    """One outgoing stream.

    Args:
        payload_type: 96 to 127.
        frames: of 48 kHz in each packet.
        ssrc: made by chance.
        sequence: likewise, of the first packet.
        timestamp: likewise.
    """

    def __init__(
        self, payload_type: int, frames: int, ssrc: int, sequence: int, timestamp: int
    ) -> None:
        self._payload_type = payload_type
        self._frames = frames
        self._ssrc = ssrc
        self._sequence = sequence
        self._timestamp = timestamp
        self._marker = True

    def skip(self, frames: int) -> None:
        """Leave out so many frames of 48 kHz: the next packet is the first after a gap."""
        self._timestamp = (self._timestamp + frames) & 0xFFFFFFFF
        self._marker = True

    def packet(self, opus: bytes) -> bytes:
        """Return the next packet."""
        second = self._marker << 7 | self._payload_type
        header = _HEADER.pack(0x80, second, self._sequence, self._timestamp, self._ssrc)
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._timestamp = (self._timestamp + self._frames) & 0xFFFFFFFF
        self._marker = False
        return header + opus
