"""OSC packets in a TCP stream, of both kinds: OSC 1.0 length counts and OSC 1.1 SLIP. Sans-IO.

The first byte tells which: a length below 16 MiB begins with a zero, SLIP with END, and SLIP of
those who leave the leading END out with the packet itself, ``/`` or ``#``. Whatever else a stream
begins with, an HTTP request for one, is no OSC.
"""

import struct
from collections.abc import Iterator

from pythonosc import slip

LONGEST_PACKET = 8192
"""Bytes; the same as a datagram may have."""
_END = slip.END[0]
_LENGTH = struct.Struct(">I")


class FramingError(ValueError):
    """The stream is no OSC, or has lost its step; the only remedy is to hang up."""


class Framing:
    """One direction of one connection: bytes in as they come, packets out.

    `frame` answers in the framing that the other side uses, and in OSC 1.0 until it has spoken.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._slip: bool | None = None

    @property
    def unfinished(self) -> bool:
        """Whether a packet has begun that is not whole yet."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield the packets that are whole with these bytes; the caller takes all of them.

        Raises:
            FramingError: of a length that no packet has, of bytes that are no SLIP.
        """
        self._buffer += data
        if self._slip is None and self._buffer:
            self._slip = self._recognise(self._buffer[0])
        return self._slip_packets() if self._slip else self._counted_packets()

    @staticmethod
    def _recognise(first: int) -> bool:
        if first == 0:
            return False
        if first in (_END, ord("/"), ord("#")):
            return True
        raise FramingError(f"a stream that begins with byte 0x{first:02x} is no OSC")

    def _counted_packets(self) -> Iterator[bytes]:
        start = 0
        buffer = bytes(self._buffer)
        self._buffer.clear()
        while start + _LENGTH.size <= len(buffer):
            (length,) = _LENGTH.unpack_from(buffer, start)
            if not 0 < length <= LONGEST_PACKET:
                raise FramingError(f"a packet of {length} bytes: 1 to {LONGEST_PACKET} are allowed")
            end = start + _LENGTH.size + length
            if end > len(buffer):
                break
            yield buffer[start + _LENGTH.size : end]
            start = end
        self._buffer += buffer[start:]

    def _slip_packets(self) -> Iterator[bytes]:
        *whole, rest = bytes(self._buffer).split(slip.END)
        # What is escaped has two bytes for one.
        if len(rest) > 2 * LONGEST_PACKET:
            raise FramingError(f"no END within {2 * LONGEST_PACKET} bytes")
        self._buffer[:] = rest
        for packet in whole:
            if not packet:  # between two ENDs
                continue
            if len(packet) > 2 * LONGEST_PACKET:
                raise FramingError(f"no END within {2 * LONGEST_PACKET} bytes")
            try:
                yield slip.decode(packet)
            except slip.ProtocolError:
                raise FramingError("an ESC byte that escapes nothing") from None

    def frame(self, packet: bytes) -> bytes:
        """Return a packet as it goes into the stream."""
        if self._slip:
            framed: bytes = slip.encode(packet)
            return framed
        return _LENGTH.pack(len(packet)) + packet
