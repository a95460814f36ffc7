"""The sound of one mix: from the audio thread's socket to all browsers that hear it."""

import asyncio
import socket
import struct
import time
from collections.abc import Callable
from typing import Final

from jackrf.web.listener import Listener
from jackrf.web.packets import Packets
from jackrf.web.plan import Clock, MixPlan

OLD_NS: Final = 20_000_000
"""What is older is thrown away: it waited here while this process was busy."""
PACKETS_PER_TURN: Final = 64
LONGEST: Final = 4096
STAMPED: Final = 35
"""SO_TIMESTAMPNS (socket(7)): of a Unix socket, the time of day at which a datagram was sent."""
_STAMP: Final = struct.Struct("ll")
_STAMP_ROOM: Final = socket.CMSG_SPACE(_STAMP.size)


class Feed:
    """One mix.

    Attributes:
        listeners: browsers that hear it.
        old: packets that were thrown away because of their age.
        broken: datagrams that were no packets.

    Args:
        plan: of the mix; its socket is owned from here on.
        clock: of JACK.
        wanted: is told when the first listener comes, and when the last one has gone.
    """

    def __init__(self, plan: MixPlan, clock: Clock, wanted: Callable[[], None]) -> None:
        self.plan = plan
        self.listeners: set[Listener] = set()
        self.old = self.broken = 0
        self._clock = clock
        self._wanted = wanted
        self._packets = Packets(plan.sample_bytes, clock.rate)
        self._socket = socket.socket(fileno=plan.descriptor)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, STAMPED, 1)

    def start(self) -> None:
        """Take packets; call :meth:`close` afterwards."""
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        """Take no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    @property
    def clock(self) -> Clock:
        """Of JACK, as it runs now."""
        return self._clock

    @clock.setter
    def clock(self, clock: Clock) -> None:
        self._clock = clock
        self._packets = Packets(self.plan.sample_bytes, clock.rate)
        for listener in self.listeners:
            listener.clock = clock

    def join(self, listener: Listener) -> None:
        """Send to a browser from now on."""
        self.listeners.add(listener)
        if len(self.listeners) == 1:
            self._wanted()

    def leave(self, listener: Listener) -> None:
        """Send to it no more."""
        self.listeners.discard(listener)
        if not self.listeners:
            self._wanted()

    def _read(self) -> None:
        for _ in range(PACKETS_PER_TURN):
            try:
                rtp, told, _, _ = self._socket.recvmsg(LONGEST, _STAMP_ROOM)
            except BlockingIOError:
                return
            waited = _waited(told)
            now = time.monotonic_ns()
            packet = self._packets.make(rtp, now - waited)
            if packet is None:
                self.broken += 1
            elif waited > OLD_NS:
                self.old += 1
            else:
                seconds = now / 1e9
                for listener in self.listeners:
                    listener.offer(packet, seconds)


def _waited(told: list[tuple[int, int, bytes]]) -> int:
    """Return how many nanoseconds ago a datagram was sent, by the kernel's account.

    It has the time of day alone: where somebody has just set that, what waits is too old or new.
    """
    for level, kind, stamp in told:
        if (level, kind) == (socket.SOL_SOCKET, STAMPED):
            seconds, nanoseconds = _STAMP.unpack(stamp)
            return max(time.time_ns() - int(seconds) * 1_000_000_000 - int(nanoseconds), 0)
    return 0
