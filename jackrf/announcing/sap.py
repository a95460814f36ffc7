"""Packets of the Session Announcement Protocol (RFC 2974), without I/O.

PipeWire listens to the first of `GROUPS`, software in AES67's style to the second. Receivers know
an announcement by its hash and its origin: the same text is announced again with the same hash, and
another text with another one.
"""

import hashlib
import ipaddress
import struct
from typing import Final

GROUPS: Final = ("224.0.0.56", "239.255.255.255")
PORT: Final = 9875
TTL: Final = 1
REPEAT_SECONDS: Final = 10.0
"""PipeWire forgets what it has not heard of for 90 s."""
_TYPE: Final = b"application/sdp\0"
_ANNOUNCE: Final = 0x20
"""Version 1, IPv4, no encryption, not compressed."""
_DELETE: Final = 0x24


def message_hash(text: str) -> int:
    """Return the number, never 0, by which receivers know a description (section 3)."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:2]) or 1


def announcement(origin: str, text: str, *, delete: bool = False) -> bytes:
    """Return a packet.

    Args:
        origin: our IPv4 address.
        text: the SDP.
        delete: whether it says that the stream is gone.
    """
    first = _DELETE if delete else _ANNOUNCE
    address = ipaddress.IPv4Address(origin).packed
    return struct.pack(">BBH4s", first, 0, message_hash(text), address) + _TYPE + text.encode()
