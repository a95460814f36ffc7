"""One RTP packet (RFC 3550 section 5.1): parse and serialise."""

import struct
from dataclasses import dataclass

from jackrf.errors import JackrfError

VERSION = 2
_FIXED = struct.Struct(">BBHII")
_EXTENSION = struct.Struct(">HH")


class PacketError(JackrfError):
    """Bytes that are no RTP packet; the message says at which part they are short or wrong."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A parsed RTP packet.

    Attributes:
        payload_type: 0..127.
        sequence: 0..65535.
        timestamp: 0..2**32 - 1, in frames.
        ssrc: 0..2**32 - 1.
        payload: without padding.
        marker: for audio, the first packet after a silence (RFC 3551 section 4.1).
        contributors: the CSRC list.
        extension: profile word and data of the header extension (section 5.3.1), or None.
    """

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    marker: bool = False
    contributors: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None

    def serialise(self) -> bytes:
        """Return the packet as bytes, without padding."""
        first = VERSION << 6 | (self.extension is not None) << 4 | len(self.contributors)
        second = self.marker << 7 | self.payload_type
        parts = [_FIXED.pack(first, second, self.sequence, self.timestamp, self.ssrc)]
        parts += [struct.pack(">I", contributor) for contributor in self.contributors]
        if self.extension is not None:
            profile, data = self.extension
            parts += [_EXTENSION.pack(profile, len(data) // 4), data]
        return b"".join([*parts, self.payload])


def parse(data: bytes) -> Packet:
    """Return the packet that `data` is.

    Raises:
        PacketError: it is no RTP packet of version 2, or shorter than it says it is.
    """
    if len(data) < _FIXED.size:
        raise PacketError(f"RTP packet of {len(data)} bytes; the fixed header alone is 12")
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    if first >> 6 != VERSION:
        raise PacketError(f"RTP version {first >> 6}; only 2 is known")
    count = first & 0x0F
    at = _FIXED.size + 4 * count
    if len(data) < at:
        raise PacketError(f"RTP packet of {len(data)} bytes ends within its {count} CSRCs")
    contributors = struct.unpack_from(f">{count}I", data, _FIXED.size)
    extension, at = _parse_extension(data, at) if first & 0x10 else (None, at)
    end = len(data) - _padding(data, at) if first & 0x20 else len(data)
    return Packet(
        payload_type=second & 0x7F,
        sequence=sequence,
        timestamp=timestamp,
        ssrc=ssrc,
        payload=data[at:end],
        marker=bool(second & 0x80),
        contributors=contributors,
        extension=extension,
    )


def _parse_extension(data: bytes, at: int) -> tuple[tuple[int, bytes], int]:
    if len(data) < at + _EXTENSION.size:
        raise PacketError(f"RTP packet of {len(data)} bytes ends within its extension header")
    profile, words = _EXTENSION.unpack_from(data, at)
    start = at + _EXTENSION.size
    end = start + 4 * words
    if len(data) < end:
        raise PacketError(f"RTP packet of {len(data)} bytes; its extension needs {end}")
    return (profile, data[start:end]), end


def _padding(data: bytes, at: int) -> int:
    count = data[-1]
    if count == 0 or at + count > len(data):
        raise PacketError(f"RTP padding of {count} bytes in a packet of {len(data)}")
    return count
