"""The way of sound by WebTransport: datagrams of QUIC, which are never sent again (RFC 9221).

aioquic queues datagrams without a bound and tells nobody what is under way, so that five of its
private names are read here, and nowhere else; tests/web/test_datagrams.py holds a release to them.
"""

import asyncio
import math
from collections import deque
from typing import Any, Final, Protocol

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3Connection

from jackrf.web.packets import Packet
from jackrf.web.ways import Delivered, Trips

OVERHEAD: Final = 31
"""Bytes around a datagram in a packet of QUIC: header, frame, session and seal."""


class HttpConnection(Protocol):
    """What is needed of H3Connection."""

    def send_datagram(self, stream_id: int, data: bytes) -> None:
        """Queue a datagram of a session."""


class DatagramWay:
    """One session.

    Args:
        protocol: of the connection.
        http: of the connection.
        session: number of the stream that the session was opened with.
        transport: the UDP socket, which all connections share, as asyncio has it.
    """

    name = "WebTransport"
    resends = False

    def __init__(
        self,
        protocol: QuicConnectionProtocol,
        http: H3Connection | HttpConnection,
        session: int,
        transport: asyncio.WriteTransport,
    ) -> None:
        quic: Any = protocol._quic  # noqa: SLF001 - see above
        self._protocol = protocol
        self._http = http
        self._session = session
        self._transport = transport
        self._waiting: deque[bytes] = quic._datagrams_pending  # noqa: SLF001
        self._loss: Any = quic._loss  # noqa: SLF001
        self._sent = 0
        self._delivered = Delivered()
        self.ended = False

    def is_closed(self) -> bool:
        """Return whether it has ended."""
        return self.ended

    def is_waiting(self) -> bool:
        """Return whether the UDP socket is full; what waits in the connection can be taken back."""
        return self._transport.get_write_buffer_size() > 0

    def under_way(self) -> int:
        """Return how many bytes are sent, and neither acknowledged nor known to be lost."""
        return int(self._loss.bytes_in_flight)

    def size(self, packet: Packet) -> int:
        """Return how many bytes a packet is under way."""
        return sum(map(len, packet.datagrams)) + OVERHEAD * len(packet.datagrams)

    def look(self, now: float) -> Trips:
        """Return what the connection shows: its rate from what is not under way any more."""
        least = self._loss._rtt_min  # noqa: SLF001
        return Trips(
            1000.0 * self._loss._rtt_smoothed,  # noqa: SLF001
            1000.0 * least if math.isfinite(least) else 0.0,
            self._delivered.per_ms(now, self._sent - self.under_way()),
        )

    def send(self, packet: Packet) -> int:
        """Send, in place of what the connection holds back; return how many that were."""
        forgotten = -(-len(self._waiting) // len(packet.datagrams))
        self._waiting.clear()
        for data in packet.datagrams:
            self._http.send_datagram(self._session, data)
        self._sent += self.size(packet)
        self._protocol.transmit()
        return forgotten
