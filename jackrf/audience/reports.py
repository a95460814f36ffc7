"""RTCP of one listener: what is told of a stream, and what its receiver tells (RFC 3550, 6).

Sender reports relate each mix's timestamps to one wall clock, so that a player which hears several
mixes can play them together. Receiver reports say how many packets the network lost, and how
unevenly they came. Pure: counters, bytes and times are arguments.
"""

from dataclasses import dataclass
from typing import Any

from jackrf.rtp.ntp import round_trip, to_ntp
from jackrf.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    ReportBlock,
    RtcpError,
    SenderReport,
    SourceDescription,
    compound,
    parse_compound,
)

WORD = 1 << 32


@dataclass(frozen=True, slots=True)
class Heard:
    """What a receiver told last of the stream that it gets.

    Attributes:
        loss: share of the packets sent that did not arrive, 0..1, since its report before.
        lost: packets that did not arrive since it listens; duplicates can make it negative.
        jitter_ms: of their arrival.
        round_trip_ms: to the receiver and back; None where it had no report of ours yet.
        at: when it told, monotonic seconds.
    """

    loss: float
    lost: int
    jitter_ms: float
    round_trip_ms: float | None
    at: float

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it."""
        trip = self.round_trip_ms
        return {
            "loss": round(self.loss, 4),
            "lost": self.lost,
            "jitter_ms": round(self.jitter_ms, 2),
            "round_trip_ms": None if trip is None else round(trip, 2),
        }


def sender_report(
    ssrc: int,
    timestamp: int,
    unix_ns: int,
    packets: int,
    octets: int,
    name: str,
    *,
    last: bool = False,
) -> bytes:
    """Return a sender report with the source's name, to be sent as one datagram.

    Args:
        ssrc: of the stream.
        timestamp: of the stream at `unix_ns`.
        unix_ns: wall clock, ns since 1970.
        packets: sent to this listener so far.
        octets: of payload, likewise.
        name: CNAME, the same for all streams that share a clock.
        last: whether the source leaves (BYE, section 6.6).
    """
    report = SenderReport(ssrc, to_ntp(unix_ns), timestamp % WORD, packets % WORD, octets % WORD)
    described = report, SourceDescription(((ssrc, name),))
    return compound(*described, Goodbye((ssrc,))) if last else compound(*described)


def is_goodbye(data: bytes) -> bool:
    """Return whether a listener says by an RTCP datagram that it leaves (section 6.6)."""
    try:
        return any(isinstance(packet, Goodbye) for packet in parse_compound(data))
    except RtcpError:
        return False


def heard_in(data: bytes, ssrc: int, samplerate: int, unix_ns: int, now: float) -> Heard | None:
    """Return what an RTCP datagram tells of a stream; None if it tells nothing, or is no RTCP.

    Args:
        data: what came from the listener.
        ssrc: of the stream that it hears.
        samplerate: Hz.
        unix_ns: wall clock when it came, ns since 1970.
        now: monotonic seconds.
    """
    try:
        packets = parse_compound(data)
    except RtcpError:
        return None
    blocks = [
        block
        for packet in packets
        if isinstance(packet, SenderReport | ReceiverReport)
        for block in packet.blocks
        if block.ssrc == ssrc
    ]
    return _heard(blocks[-1], samplerate, unix_ns, now) if blocks else None


def _heard(block: ReportBlock, samplerate: int, unix_ns: int, now: float) -> Heard:
    trip = round_trip(block, to_ntp(unix_ns))
    return Heard(
        loss=block.fraction_lost / 256,
        lost=block.cumulative_lost,
        jitter_ms=1000.0 * block.jitter / samplerate,
        round_trip_ms=None if trip is None else 1000.0 * trip,
        at=now,
    )
