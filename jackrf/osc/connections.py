"""Surfaces that come by TCP: one connection is one surface, and no slow one holds up another."""

import asyncio
import collections
import contextlib
import socket
from collections.abc import Callable
from typing import Final, cast

from jackrf.osc.admission import Source
from jackrf.osc.framing import Framing, FramingError
from jackrf.osc.telling import Outgoing

MOST_CONNECTIONS: Final = 32
MOST_OF_A_HOST: Final = 16
WORK_SECONDS: Final = 0.01
"""Of each turn of the loop, for the packets of all connections together."""
UNFINISHED_SECONDS: Final = 10.0
"""Within which a packet that has begun must be whole."""
IDLE_SECONDS: Final = 3600.0
"""A connection on which nothing goes in either direction for so long is closed."""
CONGESTED_BYTES: Final = 16 * 1024
"""Beyond this backlog a surface is told no more until it has read."""
MOST_BACKLOG: Final = 512 * 1024
"""Beyond this it is hung up on."""
DEAD_MILLISECONDS: Final = 10_000
"""A peer that acknowledges nothing for so long has gone: TCP_USER_TIMEOUT in tcp(7)."""


class Connections:
    """All connections.

    Args:
        packet: takes each packet that comes in.
        is_heard: whether a host may connect at all.
        ended: is told when a surface has gone.
        most: connections.
        most_of_a_host: connections.
    """

    def __init__(
        self,
        packet: Callable[[Source, bytes], None],
        is_heard: Callable[[str], bool],
        ended: Callable[[Source], None],
        most: int = MOST_CONNECTIONS,
        most_of_a_host: int = MOST_OF_A_HOST,
    ) -> None:
        self.packet = packet
        self._most, self._most_of_a_host = most, most_of_a_host
        self._is_heard = is_heard
        self._ended = ended
        self._open: dict[Source, Connection] = {}
        self._busy: dict[Connection, None] = {}

    @property
    def none(self) -> bool:
        """Whether nobody is connected."""
        return not self._open

    def add(self, connection: "Connection") -> bool:
        """Take in a connection; return False when there are too many, or its host is not heard."""
        host = connection.source.host
        here = sum(source.host == host for source in self._open)
        if len(self._open) >= self._most or here >= self._most_of_a_host:
            return False
        if not self._is_heard(host):
            # It has said nothing yet, and what counts it is a packet.
            self.packet(connection.source, b"")
            return False
        self._open[connection.source] = connection
        return True

    def remove(self, connection: "Connection") -> None:
        """Forget a connection that has ended."""
        if self._open.pop(connection.source, None) is not None:
            self._ended(connection.source)

    def work_for(self, connection: "Connection") -> None:
        """Handle the packets of a connection, in turn with those of all the others."""
        if not self._busy:
            asyncio.get_running_loop().call_soon(self._work)
        self._busy[connection] = None

    def _work(self) -> None:
        loop = asyncio.get_running_loop()
        end = loop.time() + WORK_SECONDS
        while self._busy:
            connection = next(iter(self._busy))
            del self._busy[connection]
            if connection.handle():
                self._busy[connection] = None
            if self._busy and loop.time() >= end:
                loop.call_soon(self._work)
                return

    def is_congested(self, to: Source) -> bool:
        """Return whether a surface does not read as fast as it is told."""
        connection = self._open.get(to)
        return connection is not None and connection.backlog > CONGESTED_BYTES

    def send(self, one: Outgoing) -> None:
        """Send a packet, unless it is a meter and there is a queue."""
        connection = self._open.get(one.to)
        if connection is not None and not (one.meter and self.is_congested(one.to)):
            connection.send(one.datagram)

    def tick(self, now: float) -> None:
        """Hang up on those who leave a packet half-sent, or do nothing for an hour."""
        for connection in list(self._open.values()):
            connection.tick(now)

    def abort(self) -> None:
        """Hang up on everyone."""
        for connection in list(self._open.values()):
            connection.abort()


class Connection(asyncio.Protocol):
    """One connection.

    Args:
        connections: to which it belongs.
        source: who is at the other end, where its address does not say so.
    """

    def __init__(self, connections: Connections, source: Source | None = None) -> None:
        self.source = source or Source("", 0, "tcp")
        self._connections = connections
        self._framing = Framing()
        self._waiting: collections.deque[bytes] = collections.deque()
        self._transport: asyncio.Transport | None = None
        self._moved = True
        self._idle_since = self._begun = -1.0

    @property
    def backlog(self) -> int:
        """Bytes that the other side has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take in the connection, or close it."""
        self._transport = cast("asyncio.Transport", transport)
        plain = transport.get_extra_info("socket")
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MILLISECONDS)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if not self.source.host:
            host, port = transport.get_extra_info("peername")[:2]
            self.source = Source(host.removeprefix("::ffff:"), port, "tcp")
        if not self._connections.add(self):
            self.abort()

    def data_received(self, data: bytes) -> None:
        """Take in bytes; the packets in them are handled when it is their turn."""
        self._moved = True
        try:
            self._waiting.extend(self._framing.feed(data))
        except FramingError:
            # What counts it as no OSC is a packet that is none.
            self._connections.packet(self.source, b"")
            self.abort()
            return
        if self._waiting:
            self._begun = -1.0
        if self._waiting and self._transport is not None:
            self._transport.pause_reading()
            self._connections.work_for(self)

    def handle(self) -> bool:
        """Handle the packet that has waited longest; return whether more of them wait."""
        self._connections.packet(self.source, self._waiting.popleft())
        if self._transport is None or self._transport.is_closing():
            self._waiting.clear()
        elif not self._waiting:
            self._transport.resume_reading()
        return bool(self._waiting)

    def connection_lost(self, _: Exception | None) -> None:
        """Forget it."""
        self._transport = None
        self._connections.remove(self)

    def send(self, packet: bytes) -> None:
        """Send a packet in the framing that the other side uses."""
        # asyncio writes a line into the log for each packet to somebody who has gone.
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(self._framing.frame(packet))
        self._moved = True
        if self.backlog > MOST_BACKLOG:
            self.abort()

    def tick(self, now: float) -> None:
        """Hang up where nothing has moved for too long, or one packet only drips in."""
        if self._moved:
            self._idle_since, self._moved = now, False
        if not self._framing.unfinished:
            self._begun = -1.0
        elif self._begun < 0.0:
            self._begun = now
        elif now - self._begun > UNFINISHED_SECONDS:
            self.abort()
        if now - self._idle_since > IDLE_SECONDS:
            self.abort()

    def abort(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()
