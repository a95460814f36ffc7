"""Who hears which mix: their sockets, and what became of their packets."""

import errno
import fcntl
import os
import secrets
import socket
import struct
import termios
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from jackrf.destinations import Destination
from jackrf.engine import drops, new_listener
from jackrf.errors import InputError

SEND_BUFFER = 16384
"""Bytes of SO_SNDBUF, which the kernel doubles: what a dead link may hold back at the most."""


@dataclass(slots=True)
class Listener:
    """One destination of one mix, with its socket and the row that the audio thread works on.

    Attributes:
        mix: the mix's number.
        destination: where it listens.
        socket: connected, non-blocking UDP.
        row: LISTENER array of length 1, written by the audio thread once it is published.
    """

    mix: int
    destination: Destination
    socket: socket.socket
    row: NDArray[Any]

    @property
    def address(self) -> tuple[str, int]:
        """The numeric address and port that packets go to."""
        host, port = self.socket.getpeername()[:2]
        return host, port

    @property
    def sender(self) -> str:
        """Our own numeric address on the way there."""
        return str(self.socket.getsockname()[0])

    def state(self) -> str:
        """Return what became of the latest packets: sending, waiting, or why they dropped."""
        row = self.row
        if not row["last_failed"][0]:
            return "sending" if row["sent"][0] else "waiting"
        code = int(row["last_error"][0])
        if code in (errno.EAGAIN, errno.ENOBUFS):
            return "full"
        if code == errno.ECONNREFUSED:
            return "refused"
        if code in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN):
            return "unreachable"
        return os.strerror(code)

    def queued_bytes(self) -> int:
        """Return how many bytes wait in our socket: SIOCOUTQ (udp(7))."""
        try:
            answer = fcntl.ioctl(self.socket, termios.TIOCOUTQ, bytes(4))
        except (OSError, ValueError):
            # ValueError: a socket that is closed has the descriptor -1.
            return 0
        return int(struct.unpack("i", answer)[0])

    def report(self, bytes_per_millisecond: float) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of this listener."""
        dropped = drops(self.row)
        return {
            "url": self.destination.url,
            "state": self.state(),
            "sent": int(self.row["sent"][0]),
            "dropped": sum(dropped.values()),
            "dropped_by": dropped,
            "queued_ms": round(self.queued_bytes() / bytes_per_millisecond, 1),
        }

    def close(self) -> None:
        """Close the socket. Not before the audio thread is done with the row."""
        self.socket.close()


def open_listener(mix: int, destination: Destination) -> Listener:
    """Open the socket to a destination; nothing is sent yet.

    Args:
        mix: the mix's number.
        destination: where to.

    Raises:
        InputError: the host is unknown, or there is no route to it.
    """
    host, port = destination.host, destination.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise InputError(
            f"send_to {destination.url}: host {host!r} is not known ({error.strerror}): "
            "check the name, or write its IP address"
        ) from None
    family, kind, protocol, _, address = found[0]
    sender = socket.socket(family, kind, protocol)
    try:
        sender.setblocking(False)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        sender.connect(address)
    except OSError as error:
        sender.close()
        raise InputError(
            f"send_to {destination.url}: no route to {host} ({error.strerror}): "
            "connect this machine to that network, or correct the address"
        ) from None
    row = new_listener(mix, sender.fileno(), secrets.randbelow(1 << 16))
    return Listener(mix, destination, sender, row)
