"""Connections before they are requests: a thousand idle sockets do no more than be closed."""

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import Final, cast

MOST_CONNECTIONS: Final = 384
MOST_OF_A_HOST: Final = 96
FIRST_REQUEST_SECONDS: Final = 8.0
"""Within which a connection has to ask for something."""
SWEEP_SECONDS: Final = 1.0

Factory = Callable[[], asyncio.Protocol]


class Doors:
    """Counts connections, and closes those that are too many or say nothing.

    Attributes:
        refused: connections that were closed so.

    Args:
        serve: makes what serves a connection.
    """

    def __init__(self, serve: Factory) -> None:
        self.refused = 0
        self._serve = serve
        self._open: dict[asyncio.Transport, str] = {}
        self._silent: dict[asyncio.Transport, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        return _Arrival(self)

    def arrive(self, transport: asyncio.Transport) -> None:
        """Let a connection in, or close it."""
        self._forget_closed()
        host = str((transport.get_extra_info("peername") or ("",))[0])
        here = sum(one == host for one in self._open.values())
        if len(self._open) >= MOST_CONNECTIONS or here >= MOST_OF_A_HOST:
            self.refused += 1
            transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._open[transport] = host
        self._silent[transport] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(SWEEP_SECONDS, self._sweep)
        protocol = self._serve()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def asked(self, transport: asyncio.BaseTransport | None) -> None:
        """Take note of a request."""
        self._silent.pop(cast("asyncio.Transport", transport), None)

    def close(self) -> None:
        """Close all connections."""
        if self._timer is not None:
            self._timer.cancel()
        for transport in self._open:
            transport.abort()
        self._open.clear()

    def _forget_closed(self) -> None:
        for transport in [one for one in self._open if one.is_closing()]:
            del self._open[transport]
            self._silent.pop(transport, None)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        self._forget_closed()
        for transport, since in list(self._silent.items()):
            if loop.time() - since > FIRST_REQUEST_SECONDS:
                self.refused += 1
                self._silent.pop(transport)
                transport.abort()
        self._timer = loop.call_later(SWEEP_SECONDS, self._sweep) if self._open else None


class _Arrival(asyncio.Protocol):
    """A connection in its first moment."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or close it."""
        self._doors.arrive(cast("asyncio.Transport", transport))


def bound(listen: str, port: int, *, datagrams: bool = False) -> socket.socket:
    """Return a TCP socket that listens, or a UDP socket.

    Raises:
        OSError: the port is taken, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    made = socket.socket(family, socket.SOCK_DGRAM if datagrams else socket.SOCK_STREAM)
    try:
        made.setblocking(False)
        if not datagrams:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            with contextlib.suppress(OSError):
                made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        made.bind((listen, port))
        if not datagrams:
            made.listen(64)
    except OSError:
        made.close()
        raise
    return made
