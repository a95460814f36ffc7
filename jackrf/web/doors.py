"""Connections before they are requests: a thousand idle sockets do no more than be closed."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Collection
from typing import Final, cast

from jackrf.reminder import Reminder
from jackrf.web.porter import SECURE, receive

MOST_CONNECTIONS: Final = 768
MOST_OF_A_HOST: Final = 96
FIRST_REQUEST_SECONDS: Final = 8.0
"""Within which a connection has to ask for something."""
SWEEP_SECONDS: Final = 1.0
HANDSHAKE_SECONDS: Final = 5.0
AT_ONCE: Final = 16
"""Connections that are taken before sound has its turn."""
WAITING: Final = 128
"""Connections that the kernel holds for the porter."""

Factory = Callable[[], asyncio.Protocol]


class Doors:
    """Takes connections, counts them, and closes those that are too many or say nothing.

    Attributes:
        refused: connections that were closed so.

    Args:
        serve: makes what serves a connection.
        secure: for those that come by https; None where none do.
    """

    def __init__(self, serve: Factory, secure: ssl.SSLContext | None = None) -> None:
        self.refused = 0
        self._serve = serve
        self._secure = secure
        self._open: dict[asyncio.Transport, str] = {}
        self._silent: dict[asyncio.Transport, float] = {}
        self._greeting: dict[asyncio.Task[None], str] = {}
        self._reminder = Reminder(self._sweep)
        self._handed: socket.socket | None = None

    def start(self, handed: socket.socket) -> None:
        """Take the connections that the porter hands on; call :meth:`close` afterwards.

        Args:
            handed: our end; owned from here on.
        """
        handed.setblocking(False)
        self._handed = handed
        asyncio.get_running_loop().add_reader(handed, self._take, handed)

    def _take(self, handed: socket.socket) -> None:
        for _ in range(AT_ONCE):
            try:
                found = receive(handed)
            except BlockingIOError:
                return
            if found is None:
                asyncio.get_running_loop().remove_reader(handed)
                return
            self._admit(*found)

    def _admit(self, kind: bytes, come: socket.socket) -> None:
        """Let a connection in, or close it."""
        self._forget_closed()
        secure = self._secure if kind == SECURE else None
        try:
            host = str(come.getpeername()[0])
        except OSError:  # it has gone already
            come.close()
            return
        everybody = [*self._open.values(), *self._greeting.values()]
        unserved = kind == SECURE and secure is None
        if (
            len(everybody) >= MOST_CONNECTIONS
            or everybody.count(host) >= MOST_OF_A_HOST
            or unserved
        ):
            self.refused += 1
            come.close()
            return
        task = asyncio.get_running_loop().create_task(self._greet(come, host, secure))
        self._greeting[task] = host
        task.add_done_callback(self._greeting.pop)

    async def _greet(self, come: socket.socket, host: str, secure: ssl.SSLContext | None) -> None:
        patience = None if secure is None else HANDSHAKE_SECONDS
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: _Arrival(self, host), come, ssl=secure, ssl_handshake_timeout=patience
            )
        except ConnectionAbortedError:  # it said nothing for too long
            self.refused += 1
        except OSError:
            # It hung up, or does not trust our certificate (ssl.SSLError): that is its own affair.
            return

    def arrive(self, transport: asyncio.Transport, host: str) -> None:
        """Have a connection served."""
        self._open[transport] = host
        self._silent[transport] = asyncio.get_running_loop().time()
        self._reminder.within(SWEEP_SECONDS)
        protocol = self._serve()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    def asked(self, transport: asyncio.BaseTransport | None) -> None:
        """Take note of a request."""
        self._silent.pop(cast("asyncio.Transport", transport), None)

    @property
    def hosts(self) -> set[str]:
        """Those that have a connection."""
        self._forget_closed()
        return {*self._open.values(), *self._greeting.values()}

    def send_away(self, hosts: Collection[str], but: Collection[object]) -> None:
        """Close the connections of some hosts, but not those of `but`."""
        for transport, host in self._open.items():
            if host in hosts and transport not in but:
                transport.abort()

    def close(self) -> None:
        """Take no more, and close all connections."""
        if self._handed is not None:
            asyncio.get_running_loop().remove_reader(self._handed)
            self._handed.close()
        self._reminder.drop()
        for task in self._greeting:
            task.cancel()
        for transport in self._open:
            transport.abort()
        self._open.clear()

    def _forget_closed(self) -> None:
        for transport in [one for one in self._open if one.is_closing()]:
            del self._open[transport]
            self._silent.pop(transport, None)

    def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        self._forget_closed()
        for transport, since in list(self._silent.items()):
            if now - since > FIRST_REQUEST_SECONDS:
                self.refused += 1
                self._silent.pop(transport)
                transport.abort()
        if self._open:
            self._reminder.within(SWEEP_SECONDS)


class _Arrival(asyncio.Protocol):
    """A connection in its first moment."""

    def __init__(self, doors: Doors, host: str) -> None:
        self._doors = doors
        self._host = host

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Have it served."""
        self._doors.arrive(cast("asyncio.Transport", transport), self._host)


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
            made.listen(WAITING)
    except OSError:
        made.close()
        raise
    return made
