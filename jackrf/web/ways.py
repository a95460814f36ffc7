"""The ways by which packets get to a browser, and what each shows of the link below it."""

import asyncio
import fcntl
import math
import socket
import struct
import termios
from collections import deque
from dataclasses import dataclass, field
from typing import Final, Protocol

from jackrf.web.packets import Packet

_ROUND_TRIP_AT: Final = 68
_ACKNOWLEDGED_AT: Final = 120
_LEAST_TRIP_AT: Final = 148
"""Where tcpi_rtt and tcpi_min_rtt, microseconds, and tcpi_bytes_acked stand in ``struct tcp_info``
of <linux/tcp.h>. Its rate (tcpi_delivery_rate) is no help: it stays what a link once took, as long
as the sender holds back, which is what we do."""
RATES_KEPT: Final = 10
"""The link's rate is the best of so many looks: what did not use it says nothing of it."""
EXPEDITED: Final = 0xB8
"""IP_TOS of expedited forwarding (RFC 3246): access points send it before other traffic."""
DEAD_MS: Final = 10_000
"""A browser that acknowledges nothing for so long has gone: TCP_USER_TIMEOUT in tcp(7)."""


@dataclass(frozen=True, slots=True)
class Trips:
    """What a link has shown of itself.

    Attributes:
        round_trip_ms: as it is lately.
        least_ms: as it is when nothing queues.
        delivered_per_ms: bytes that the link has proved to take.
    """

    round_trip_ms: float = 0.0
    least_ms: float = 0.0
    delivered_per_ms: float = math.inf


class Delivered:
    """What a link has proved to take lately, from looks at how much has arrived so far."""

    def __init__(self) -> None:
        self._looked: tuple[float, int] | None = None
        self._rates: deque[float] = deque(maxlen=RATES_KEPT)

    def per_ms(self, now: float, arrived: int) -> float:
        """Return bytes in a millisecond; endless where nothing is known.

        Args:
            now: monotonic seconds.
            arrived: bytes since the beginning.
        """
        if self._looked is not None:
            before, then = self._looked
            self._rates.append((arrived - then) / (1000.0 * max(now - before, 1e-3)))
        self._looked = now, arrived
        rate = max(self._rates, default=math.inf)
        return rate if rate > 0.0 else math.inf


class Way(Protocol):
    """What `jackrf.web.listener` needs of a transport."""

    @property
    def name(self) -> str:
        """As people read it."""

    @property
    def resends(self) -> bool:
        """Whether what was lost is sent again by itself, and so proves that the link is back."""

    def is_closed(self) -> bool:
        """Return whether it has ended."""

    def is_waiting(self) -> bool:
        """Return whether something waits in this process that cannot be taken back."""

    def under_way(self) -> int:
        """Return how many bytes the other side has not acknowledged.

        Raises:
            OSError: it has just been closed.
        """

    def size(self, packet: Packet) -> int:
        """Return how many bytes a packet is under way."""

    def look(self, now: float) -> Trips:
        """Return what the link shows; asked each tenth of a second, of monotonic time.

        Raises:
            OSError: it has just been closed.
        """

    def send(self, packet: Packet) -> int:
        """Send; return how many packets that waited here were forgotten for this one."""


@dataclass(slots=True)
class TcpWay:
    """A WebSocket.

    Args:
        transport: of the WebSocket.
        plain: the socket below it.
    """

    transport: asyncio.Transport
    plain: socket.socket
    name: str = field(default="WebSocket", init=False)
    resends: bool = field(default=True, init=False)
    _delivered: Delivered = field(default_factory=Delivered, init=False)

    def __post_init__(self) -> None:
        """Have the socket send at once, and first."""
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
        expedite(self.plain)

    def is_closed(self) -> bool:
        """Return whether it has ended."""
        return self.transport.is_closing()

    def is_waiting(self) -> bool:
        """Return whether something waits in this process."""
        return self.transport.get_write_buffer_size() > 0

    def under_way(self) -> int:
        """Return how many bytes are sent or to be sent, and not acknowledged: SIOCOUTQ (tcp(7))."""
        answer = fcntl.ioctl(self.plain, termios.TIOCOUTQ, bytes(4))
        return int(struct.unpack("i", answer)[0])

    def size(self, packet: Packet) -> int:
        """Return how many bytes a packet is in the socket."""
        return len(packet.message)

    def look(self, now: float) -> Trips:
        """Return what the kernel has measured."""
        info = self.plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LEAST_TRIP_AT + 4)
        least = int(struct.unpack_from("I", info, _LEAST_TRIP_AT)[0])
        acknowledged = int(struct.unpack_from("Q", info, _ACKNOWLEDGED_AT)[0])
        return Trips(
            float(struct.unpack_from("I", info, _ROUND_TRIP_AT)[0]) / 1000.0,
            # All ones: nothing has been measured yet.
            0.0 if least == 0xFFFFFFFF else least / 1000.0,
            self._delivered.per_ms(now, acknowledged),
        )

    def send(self, packet: Packet) -> int:
        """Send."""
        self.transport.write(packet.message)
        return 0


def expedite(plain: socket.socket) -> None:
    """Have what a socket sends go before other traffic."""
    if plain.family == socket.AF_INET:
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)
    else:
        plain.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, EXPEDITED)
