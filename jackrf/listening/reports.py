"""Receiver reports: what the sender is told of how its packets arrive (RFC 3550 section 6).

Sans-IO but for two sockets that are handed in. Where reports go is learned: from the sender report
that came last (RFC 4961), or, until one comes, the port above the one that packets come from.
"""

import contextlib
import secrets
import socket
from dataclasses import dataclass
from typing import Any

from jackrf.rtp.ntp import middle, since_last_sr
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
from jackrf.rtp.statistics import Reception, interval

UNICAST_SECONDS = 1.0
"""Between reports to a sender that has us alone (section 6.2 allows 0.25 s for stereo L16)."""

HEADERS = 28
"""Bytes of IPv4 and UDP around a datagram."""

Address = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """The latest sender report: of whom, its NTP time's middle, when it came in monotonic s."""

    ssrc: int
    middle: int
    at: float


class Reports:
    """Says how a stream arrives, to whoever sends it.

    Args:
        sending: RTCP socket, non-blocking; None for no reports.
        name: CNAME, by which the sender shows who listens.
        alone: unicast: nobody else reports on this stream.
    """

    def __init__(self, sending: socket.socket | None, name: str, *, alone: bool) -> None:
        self._socket = sending
        self._name = name
        self._alone = alone
        self._ssrc = secrets.randbits(32)
        self._octets = 100.0
        self._before: Reception | None = None
        self._reported: int | None = None
        self._heard: _Heard | None = None
        self._told_by: Address | None = None
        self._sent_from: Address | None = None
        self.sent = 0
        self.received = 0
        self.refused = 0

    def wait(self, bandwidth: float) -> float:
        """Return for how many s to wait before the next report.

        Args:
            bandwidth: of the stream, in bytes per s.
        """
        draw = secrets.randbelow(1 << 16) / (1 << 16)
        if self._alone:
            return interval(2, self._octets, bandwidth, draw, UNICAST_SECONDS)
        # The others of a group are not counted: 30 are assumed, so that 1000 stay below 3 %.
        return interval(31, self._octets, bandwidth, draw)

    def learn(self, peer: Address | None) -> None:
        """Take in where the stream's packets come from."""
        if peer is not None and peer != self._sent_from:
            # Another sender: the one before tells nothing of it.
            self._sent_from, self._told_by = peer, None

    @property
    def to(self) -> Address | None:
        """Where reports go; None while that is not known."""
        if self._told_by is not None:
            return self._told_by
        if self._sent_from is None or self._sent_from[1] >= 65535:
            return None
        return (self._sent_from[0], self._sent_from[1] + 1, *self._sent_from[2:])

    def hear(self, now: float, ssrc: int) -> None:
        """Take in what has come on the RTCP socket.

        Args:
            now: monotonic s.
            ssrc: of the stream that is played; reports of other sources are passed over.
        """
        if self._socket is None:
            return
        for _ in range(64):
            try:
                data, sender = self._socket.recvfrom(2048)
            except OSError:
                return
            self._take(data, sender, now, ssrc)

    def _take(self, data: bytes, sender: Address, now: float, ssrc: int) -> None:
        try:
            packets = parse_compound(data)
        except RtcpError:
            self.refused += 1
            return
        for packet in packets:
            if isinstance(packet, SenderReport) and packet.ssrc == ssrc:
                self.received += 1
                self._heard = _Heard(ssrc, middle(packet.ntp), now)
                self._told_by = sender

    def report(self, reception: Reception, ssrc: int, now: float) -> None:
        """Send one report.

        Args:
            reception: what is known of the stream now.
            ssrc: of the stream.
            now: monotonic s.
        """
        if ssrc != self._reported:
            # Another stream: what was said of the one before is over.
            self._before, self._reported = None, ssrc
        block = self._block(reception, ssrc, now)
        self._before = reception
        self._send(
            compound(
                ReceiverReport(self._ssrc, (block,)),
                SourceDescription(((self._ssrc, self._name),)),
            )
        )

    def _block(self, reception: Reception, ssrc: int, now: float) -> ReportBlock:
        if self._heard is None or self._heard.ssrc != ssrc:
            return reception.block(ssrc, self._before)
        held = since_last_sr(now - self._heard.at)
        return reception.block(ssrc, self._before, self._heard.middle, held)

    def leave(self) -> None:
        """Say that this listener goes (section 6.6)."""
        self._send(
            compound(
                ReceiverReport(self._ssrc),
                SourceDescription(((self._ssrc, self._name),)),
                Goodbye((self._ssrc,)),
            )
        )

    def _send(self, data: bytes) -> None:
        to = self.to
        if self._socket is None or to is None:
            return
        self._octets += (len(data) + HEADERS - self._octets) / 16
        # A report that does not go out is followed by the next one.
        with contextlib.suppress(OSError):
            self._socket.sendto(data, to)
            self.sent += 1
