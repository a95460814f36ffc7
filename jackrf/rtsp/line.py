"""One RTSP connection's socket: who writes to it, and what waits to be written.

It is written to from here, until it is lent to a listener that hears the mix on it: from then on
only the audio thread writes, what is said here goes through the listener's outbox, and once the
listener has left, what it had begun is finished first.
"""

import socket
from typing import Final

from jackrf.audience.listener import Listener
from jackrf.audience.table import Audience
from jackrf.lan.networks import parse_host

MOST_WAITING: Final = 16384
"""Octets of responses that somebody may leave unread before being hung up on."""


class Line:
    """The writing half of a connection.

    Attributes:
        socket: of the connection.
        host: numeric address of the other end, IPv4 as such.
        here: numeric address of ours.
        scope: of link-local addresses in IPv6, 0 for others.
        url: what people are shown of it.
        listener: who hears on it; None as long as nobody does.
        broken: whether it cannot be written to any more.

    Args:
        connection: non-blocking and connected.
        audience: of the desk.
    """

    def __init__(self, connection: socket.socket, audience: Audience) -> None:
        self.socket = connection
        peer, own = connection.getpeername(), connection.getsockname()
        self.host, self.here = _plain(peer[0]), _plain(own[0])
        self.scope = peer[3] if len(peer) > 3 and ":" in self.host else 0
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"tcp://{shown}:{peer[1]}"
        self.listener: Listener | None = None
        self.broken = False
        self._audience = audience
        self._waiting = bytearray()
        self._lent = False

    def serve(self, audience: Audience) -> None:
        """Go on with the audience that has taken the place of the one before."""
        self._audience = audience

    @property
    def waiting(self) -> bool:
        """Whether something waits for the socket to take it."""
        return bool(self._waiting)

    @property
    def lent(self) -> bool:
        """Whether the audio thread may still write to it."""
        return self._lent

    def write(self, data: bytes) -> None:
        """Send octets, now or as soon as there is room; look at :attr:`broken` afterwards."""
        if not data:
            return
        if self.listener is not None:
            self.broken = self.broken or not self._audience.post(self.listener, data)
            return
        self._waiting += data
        self.broken = self.broken or len(self._waiting) > MOST_WAITING
        self.flush()

    def flush(self) -> None:
        """Send what waits, as far as there is room."""
        if self._lent:
            return
        try:
            while self._waiting:
                del self._waiting[: self.socket.send(self._waiting, socket.MSG_NOSIGNAL)]
        except BlockingIOError:
            pass
        except OSError:
            self.broken = True

    def lend(self, listener: Listener) -> None:
        """Let a listener hear on it; what waits goes out before the first packet."""
        waiting, self._waiting = bytes(self._waiting), bytearray()
        self.listener, self._lent = listener, True
        self.write(waiting)
        self._audience.join(listener)

    def take_back(self) -> None:
        """Let the listener leave; once the audio thread is done with it, it is written to again."""
        listener, self.listener = self.listener, None
        if listener in self._audience.listeners:
            self._audience.leave(listener, self._given_back)
        else:
            # The audio thread found it gone before we did.
            self.broken, self._lent = True, False

    def _given_back(self, rest: bytes) -> None:
        self._lent = False
        self._waiting[:0] = rest
        self.flush()


def _plain(host: str) -> str:
    """Return a numeric address without zone, IPv4 as such where IPv6 has it mapped."""
    address = parse_host(host)
    return host if address is None else str(address)
