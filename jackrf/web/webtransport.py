"""WebTransport (draft-ietf-webtrans-http3): sound by datagrams, for browsers that can.

What is lost is lost: nothing behind it waits, as it would in TCP. Browsers know the certificate by
its fingerprint (`jackrf.web.pins`), so that no authority has to be installed.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any, Final

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import QuicServer
from aioquic.h3.connection import H3_ALPN
from aioquic.quic.configuration import SMALLEST_MAX_DATAGRAM_SIZE, QuicConfiguration
from aioquic.quic.connection import QuicConnection
from aioquic.quic.packet import QuicProtocolVersion

from jackrf.web.feed import Feed
from jackrf.web.gate import MOST_OF_A_HOST, MOST_OPEN, Gate
from jackrf.web.pins import Pins
from jackrf.web.plan import Plan
from jackrf.web.session import PATH, Session, Site
from jackrf.web.talk import COME_AGAIN
from jackrf.web.ways import expedite

GONE_SECONDS: Final = 5.0
"""A browser of which nothing comes for so long has gone; its page would begin anew after 3."""
_MOST_DATA: Final = 65_536
_MOST_OF_A_STREAM: Final = 16_384
"""Bytes that may come before they are looked at, of a connection and of a stream."""


class WebTransport:
    """Serves sessions.

    Args:
        plan: what there is.
        gate: decides who is let in.
        feeds: by mix id.
    """

    def __init__(self, plan: Plan, gate: Gate, feeds: Mapping[str, Feed]) -> None:
        self.site = Site(plan, gate, feeds)
        self._pins = Pins()
        self._door: _Door | None = None
        self._port = 0

    async def start(self) -> None:
        """Listen on the relay's own UDP port; call :meth:`close` afterwards."""
        own = socket.socket(fileno=self.site.plan.datagrams)
        own.setblocking(False)
        self._port = int(own.getsockname()[1])
        expedite(own)
        loop = asyncio.get_running_loop()
        _, self._door = await loop.create_datagram_endpoint(lambda: _Door(self), sock=own)

    def close(self) -> None:
        """Hang up on everyone."""
        if self._door is not None:
            self._door.close()
            self._door = None

    def renew(self, hosts: Collection[str] | None = None) -> None:
        """Have all who hear, or those of some hosts, come in again."""
        for session in list(self.site.sessions):
            if hosts is None or session.host in hosts:
                session.bye(COME_AGAIN)

    @property
    def hosts(self) -> set[str]:
        """Those that have a session."""
        return {session.host for session in self.site.sessions}

    def way_in(self) -> dict[str, Any]:
        """Return what a page has to know to get in."""
        return {"port": self._port, "path": PATH, "fingerprints": self._pins.fingerprints()}

    def configuration(self) -> QuicConfiguration:
        """Return how connections are made, with the certificate of now."""
        pin = self._pins.current()
        return QuicConfiguration(
            alpn_protocols=H3_ALPN,
            is_client=False,
            max_datagram_frame_size=65536,
            max_data=_MOST_DATA,
            max_stream_data=_MOST_OF_A_STREAM,
            idle_timeout=GONE_SECONDS,
            supported_versions=[QuicProtocolVersion.VERSION_1],
            certificate=pin.certificate,
            private_key=pin.key,
        )


class _Door(QuicServer):
    """The UDP socket: looks at packets that begin a connection before anything is made of them."""

    def __init__(self, server: WebTransport) -> None:
        super().__init__(configuration=server.configuration(), create_protocol=self._welcome)
        self._server = server
        self._here: Counter[str] = Counter()
        self._arriving = ""

    def datagram_received(self, data: bytes | str, addr: Any) -> None:
        """Take a packet, or drop it."""
        if isinstance(data, bytes) and self._begins(data):
            self._arriving = addr[0]
            if self._is_refused(addr[0]):
                return
            self._configuration = self._server.configuration()
        super().datagram_received(data, addr)

    def _begins(self, data: bytes) -> bool:
        """Return whether a packet has a long header, is an Initial, and of no known connection.

        RFC 9000 sections 14.1 and 17.2.2.
        """
        is_initial = len(data) >= SMALLEST_MAX_DATAGRAM_SIZE and data[0] & 0xF0 == 0xC0
        return is_initial and data[6 : 6 + data[5]] not in self._protocols

    def _is_refused(self, host: str) -> bool:
        gate = self._server.site.gate
        if self._here.total() >= MOST_OPEN or self._here[host] >= MOST_OF_A_HOST:
            gate.refuse("full")
            return True
        return gate.knock(host, self._loop.time()) is not None

    def _welcome(self, quic: QuicConnection, **_: Any) -> Session:
        self._here[self._arriving] += 1
        return Session(quic, self._server.site, self._arriving)

    def _connection_terminated(self, protocol: QuicConnectionProtocol) -> None:
        super()._connection_terminated(protocol)
        if isinstance(protocol, Session):
            self._here[protocol.host] -= 1
            if self._here[protocol.host] <= 0:
                del self._here[protocol.host]
