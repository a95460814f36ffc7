"""RTCP, how sender and receivers of a stream tell each other how it goes (RFC 3550 section 6).

A datagram is a compound of packets: the first is a sender or receiver report, and an SDES with the
CNAME goes with it. `parse_compound` gives the packets of the kinds below, in order, and passes over
other kinds; `compound` is the way back. Time is an argument everywhere: see `jackrf.rtp.ntp`.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass

from jackrf.errors import JackrfError

VERSION = 2
SR, RR, SDES, BYE = 200, 201, 202, 203
CNAME = 1
MOST_SOURCES = 31
"""A count has five bits: report blocks, chunks or sources of one packet."""

_HEADER = struct.Struct(">BBH")
_SENDER = struct.Struct(">IQIII")
_BLOCK = struct.Struct(">IIIIII")
_WORD = struct.Struct(">I")


class RtcpError(JackrfError):
    """Bytes that are no RTCP compound; the message says at which part they are short or wrong."""


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """What a receiver tells of one source (section 6.4.1).

    Attributes:
        ssrc: of the source that is reported on.
        fraction_lost: 0..255, in 1/256, since the report before.
        cumulative_lost: -2**23..2**23 - 1 packets; duplicates make it negative.
        extended_highest: sequence number with the count of its cycles above it, 32 bits.
        jitter: of arrival, in timestamp units, 32 bits.
        last_sr: the middle 32 bits of the NTP time of the latest sender report; 0 is none yet.
        delay_since_last_sr: 1/65536 s between that report's coming and this block's going.
    """

    ssrc: int
    fraction_lost: int
    cumulative_lost: int
    extended_highest: int
    jitter: int
    last_sr: int = 0
    delay_since_last_sr: int = 0

    def serialise(self) -> bytes:
        """Return the 24 bytes."""
        return _BLOCK.pack(
            self.ssrc,
            self.fraction_lost << 24 | self.cumulative_lost & 0xFFFFFF,
            self.extended_highest,
            self.jitter,
            self.last_sr,
            self.delay_since_last_sr,
        )


@dataclass(frozen=True, slots=True)
class SenderReport:
    """A sender's clock, and what it sent so far (section 6.4.1).

    Attributes:
        ssrc: of the sender.
        ntp: 64 bits, the wall clock at which `timestamp` is the stream's time.
        timestamp: RTP timestamp of that moment, 32 bits.
        packets: sent since the stream began, 32 bits.
        octets: of payload, without headers and padding, 32 bits.
        blocks: on what it receives itself.
    """

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()

    def serialise(self) -> bytes:
        """Return the packet as bytes."""
        own = _SENDER.pack(self.ssrc, self.ntp, self.timestamp, self.packets, self.octets)
        return _packet(SR, len(self.blocks), own + _serialise_blocks(self.blocks))


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    """What a receiver tells of its sources (section 6.4.2); empty when it heard none."""

    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()

    def serialise(self) -> bytes:
        """Return the packet as bytes."""
        body = _WORD.pack(self.ssrc) + _serialise_blocks(self.blocks)
        return _packet(RR, len(self.blocks), body)


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """Who sources are, by SSRC and CNAME (section 6.5); other items are not kept."""

    names: tuple[tuple[int, str], ...]

    def serialise(self) -> bytes:
        """Return the packet as bytes.

        Raises:
            ValueError: a CNAME of more than 255 bytes of UTF-8.
        """
        chunks = []
        for ssrc, name in self.names:
            text = name.encode()
            if len(text) > 255:
                raise ValueError(f"a CNAME of {len(text)} bytes; at most 255 fit")
            chunk = _WORD.pack(ssrc) + bytes([CNAME, len(text)]) + text
            # At least one zero ends the items of a chunk, and more fill the word.
            chunks.append(chunk + bytes(4 - len(chunk) % 4))
        return _packet(SDES, len(self.names), b"".join(chunks))


@dataclass(frozen=True, slots=True)
class Goodbye:
    """Sources that leave, and why (section 6.6)."""

    sources: tuple[int, ...]
    reason: str = ""

    def serialise(self) -> bytes:
        """Return the packet as bytes.

        Raises:
            ValueError: a reason of more than 255 bytes of UTF-8.
        """
        body = struct.pack(f">{len(self.sources)}I", *self.sources)
        text = self.reason.encode()
        if len(text) > 255:
            raise ValueError(f"a reason of {len(text)} bytes; at most 255 fit")
        if text:
            body += bytes([len(text)]) + text
        return _packet(BYE, len(self.sources), body + bytes(-len(body) % 4))


Report = SenderReport | ReceiverReport | SourceDescription | Goodbye


def compound(first: SenderReport | ReceiverReport, *others: Report) -> bytes:
    """Return one datagram of these packets; a report stands first (section 6.1)."""
    return b"".join(packet.serialise() for packet in (first, *others))


def parse_compound(data: bytes) -> tuple[Report, ...]:
    """Return the packets of a datagram, in order, without those of other kinds.

    Raises:
        RtcpError: it fails the tests of appendix A.2, or a packet ends within its parts.
    """
    found: list[Report] = []
    at = 0
    while at < len(data) or at == 0:
        kind, count, body, padded, end = _header(data, at)
        if at == 0 and kind not in {SR, RR}:
            raise RtcpError(f"RTCP of type {kind} first; a compound begins with 200 or 201")
        if padded:
            # Padding is in the last packet alone, which is never the report that stands first.
            if at == 0 or end != len(data):
                raise RtcpError(f"RTCP padding at byte {at}, in a packet that is not the last")
            body = _without_padding(body)
        parser = _PARSERS.get(kind)
        if parser is not None:
            found.append(parser(body, count))
        at = end
    return tuple(found)


def _packet(kind: int, count: int, body: bytes) -> bytes:
    if count > MOST_SOURCES:
        raise ValueError(f"{count} sources in one RTCP packet; at most {MOST_SOURCES} fit")
    return _HEADER.pack(VERSION << 6 | count, kind, len(body) // 4) + body


def _serialise_blocks(blocks: tuple[ReportBlock, ...]) -> bytes:
    return b"".join(block.serialise() for block in blocks)


def _header(data: bytes, at: int) -> tuple[int, int, bytes, bool, int]:
    """Return type, count, body, whether padding ends it, and where the packet ends."""
    if len(data) < at + _HEADER.size:
        raise RtcpError(f"RTCP of {len(data)} bytes; a header at byte {at} takes 4")
    first, kind, words = _HEADER.unpack_from(data, at)
    if first >> 6 != VERSION:
        raise RtcpError(f"RTCP version {first >> 6} at byte {at}; only 2 is known")
    end = at + _HEADER.size + 4 * words
    if len(data) < end:
        raise RtcpError(f"RTCP of {len(data)} bytes; its packet at byte {at} needs {end}")
    return kind, first & 0x1F, data[at + _HEADER.size : end], bool(first & 0x20), end


def _without_padding(body: bytes) -> bytes:
    count = body[-1] if body else 0
    if count == 0 or count % 4 or count > len(body):
        raise RtcpError(f"RTCP padding of {count} bytes in a packet of {len(body) + 4}")
    return body[:-count]


def _need(body: bytes, size: int, what: str) -> None:
    if len(body) < size:
        raise RtcpError(f"RTCP {what} of {len(body) + 4} bytes; it needs {size + 4}")


def _parse_blocks(body: bytes, at: int, count: int) -> tuple[ReportBlock, ...]:
    """Return the report blocks; what a profile put behind them is passed over."""
    _need(body, at + count * _BLOCK.size, f"report with {count} blocks")
    blocks = []
    for number in range(count):
        ssrc, loss, *others = _BLOCK.unpack_from(body, at + number * _BLOCK.size)
        lost = loss & 0xFFFFFF
        signed = lost - (1 << 24) if lost >> 23 else lost
        blocks.append(ReportBlock(ssrc, loss >> 24, signed, *others))
    return tuple(blocks)


def _parse_sender(body: bytes, count: int) -> SenderReport:
    _need(body, _SENDER.size, "sender report")
    ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
    blocks = _parse_blocks(body, _SENDER.size, count)
    return SenderReport(ssrc, ntp, timestamp, packets, octets, blocks)


def _parse_receiver(body: bytes, count: int) -> ReceiverReport:
    _need(body, _WORD.size, "receiver report")
    (ssrc,) = _WORD.unpack_from(body)
    return ReceiverReport(ssrc, _parse_blocks(body, _WORD.size, count))


def _parse_description(body: bytes, count: int) -> SourceDescription:
    names = []
    at = 0
    for _ in range(count):
        _need(body, at + _WORD.size, f"SDES with {count} chunks")
        (ssrc,) = _WORD.unpack_from(body, at)
        name, at = _parse_items(body, at + _WORD.size)
        if name is not None:
            names.append((ssrc, name))
    return SourceDescription(tuple(names))


def _parse_items(body: bytes, at: int) -> tuple[str | None, int]:
    """Return the CNAME among a chunk's items, and where the next chunk begins."""
    name = None
    while True:
        _need(body, at + 1, "SDES")
        if body[at] == 0:
            return name, at + 4 - at % 4
        _need(body, at + 2, "SDES")
        end = at + 2 + body[at + 1]
        _need(body, end, "SDES")
        if body[at] == CNAME:
            name = body[at + 2 : end].decode(errors="replace")
        at = end


def _parse_goodbye(body: bytes, count: int) -> Goodbye:
    size = 4 * count
    _need(body, size, f"BYE of {count} sources")
    sources = struct.unpack_from(f">{count}I", body)
    if len(body) == size:
        return Goodbye(sources)
    end = size + 1 + body[size]
    _need(body, end, "BYE with a reason")
    return Goodbye(sources, body[size + 1 : end].decode(errors="replace"))


_PARSERS: dict[int, Callable[[bytes, int], Report]] = {
    SR: _parse_sender,
    RR: _parse_receiver,
    SDES: _parse_description,
    BYE: _parse_goodbye,
}
