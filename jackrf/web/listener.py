"""One browser that hears a mix, and the rule by which a packet is sent to it or dropped.

A packet is offered only if nothing waits in this process, and if what the kernel has not seen
acknowledged is less than the budget: then no more than that can ever queue up on the way, whatever
the link does. Anything else is dropped, counted and forgotten (docs/web.md has the figures).
"""

import asyncio
import fcntl
import math
import socket
import struct
import termios
from dataclasses import dataclass, field
from typing import Any, Final

from jackrf.web.plan import Clock

LEAST_BUDGET_MS: Final = 12.0
MOST_BUDGET_MS: Final = 80.0
_TRIPS: Final = 1.5
_DELAYED_MS: Final = 12.0
"""A healthy link has 1.5 round trips under way, and what the other side is slow to acknowledge.

The least round trip counts: the usual one holds the queue itself, and the budget would grow with
the very thing that it is there to bound."""
LOOK_SECONDS: Final = 0.1
"""How often the round trip and the rate are looked at."""
_ROUND_TRIP_AT: Final = 68
_LEAST_TRIP_AT: Final = 148
_RATE_AT: Final = 160
"""Where tcpi_rtt and tcpi_min_rtt, microseconds, and tcpi_delivery_rate, bytes in a second, stand
in ``struct tcp_info`` of <linux/tcp.h>."""
EXPEDITED: Final = 0xB8
"""IP_TOS of expedited forwarding (RFC 3246): access points send it before other traffic."""
DEAD_MS: Final = 10_000
"""A browser that acknowledges nothing for so long has gone: TCP_USER_TIMEOUT in tcp(7)."""

HEARD: Final = ("underruns", "lost", "delay", "depth", "ratio")
"""What a page tells of itself: counts, and milliseconds."""


@dataclass(slots=True, eq=False)
class Listener:
    """One browser.

    Attributes:
        host: where it is.
        mix: id of what it hears.
        transport: of its WebSocket.
        plain: the socket below it.
        clock: of JACK.
        sent: packets.
        dropped: packets, by what was full: this process, or the budget of the link.
        told: what its page says of itself, by `HEARD`.
        round_trip_ms: as it is lately.
        least_trip_ms: as it is when nothing queues.
        delivered_per_ms: bytes that the link has proved to take: on a slow one, a budget of time is
            fewer bytes.
    """

    host: str
    mix: str
    transport: asyncio.Transport
    plain: socket.socket
    clock: Clock
    sent: int = 0
    dropped: dict[str, int] = field(default_factory=lambda: {"here": 0, "link": 0})
    told: dict[str, float] = field(default_factory=dict)
    round_trip_ms: float = 0.0
    least_trip_ms: float = 0.0
    delivered_per_ms: float = math.inf
    _looked: float = -1.0

    def __post_init__(self) -> None:
        """Have the socket send at once, and first."""
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
        if self.plain.family == socket.AF_INET:
            self.plain.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, EXPEDITED)

    @property
    def budget_ms(self) -> float:
        """How much sound may be under way: what a period brings at once comes on top."""
        wanted = _TRIPS * self.least_trip_ms + _DELAYED_MS
        return min(max(wanted, LEAST_BUDGET_MS), MOST_BUDGET_MS) + self.clock.milliseconds

    def under_way(self) -> int:
        """Return how many bytes the other side has not acknowledged: SIOCOUTQ (tcp(7))."""
        answer = fcntl.ioctl(self.plain, termios.TIOCOUTQ, bytes(4))
        return int(struct.unpack("i", answer)[0])

    def offer(self, message: bytes, frames: int, now: float) -> None:
        """Send a packet or drop it.

        Args:
            message: as `jackrf.web.packets.framed` makes it.
            frames: of sound in it.
            now: monotonic seconds.
        """
        if self.transport.is_closing():
            return
        if self.transport.get_write_buffer_size() > 0:
            self.dropped["here"] += 1
            return
        try:
            if now - self._looked >= LOOK_SECONDS:
                self._looked = now
                self._look_at_trips()
            per_ms = len(message) * self.clock.rate / (1000.0 * frames)
            if self.under_way() > self.budget_ms * min(per_ms, self.delivered_per_ms):
                self.dropped["link"] += 1
                return
        except OSError:  # it has just been closed
            return
        self.transport.write(message)
        self.sent += 1

    def _look_at_trips(self) -> None:
        info = self.plain.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _RATE_AT + 8)
        self.round_trip_ms = float(struct.unpack_from("I", info, _ROUND_TRIP_AT)[0]) / 1000.0
        least = int(struct.unpack_from("I", info, _LEAST_TRIP_AT)[0])
        # All ones: nothing has been measured yet.
        self.least_trip_ms = 0.0 if least == 0xFFFFFFFF else least / 1000.0
        rate = int(struct.unpack_from("Q", info, _RATE_AT)[0])
        self.delivered_per_ms = rate / 1000.0 if rate else math.inf

    def hear(self, said: dict[str, Any]) -> None:
        """Take in what the page says of itself."""
        for name in HEARD:
            value = said.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                self.told[name] = round(min(max(float(value), -1e6), 1e9), 4)

    def report(self) -> dict[str, Any]:
        """Return what the engineer's page and ``jackrf status`` show."""
        return {
            "host": self.host,
            "mix": self.mix,
            "sent": self.sent,
            "dropped": sum(self.dropped.values()),
            "dropped_by": dict(self.dropped),
            "round_trip_ms": round(self.round_trip_ms, 2),
            **{name: self.told.get(name) for name in HEARD},
        }
