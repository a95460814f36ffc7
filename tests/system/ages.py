"""How old audio is at a listener: beside one on loopback, that hears each packet at once.

When a packet came is told by the kernel: it makes no odds when this process gets to read it.
"""

import contextlib
import socket
import struct
import threading
from dataclasses import dataclass
from typing import Self

from jackrf.rtp.packet import Packet, parse
from tests.audience.connections import prefixed

SO_RCVBUFFORCE = 33
"""More room than users may take (socket(7)), for root."""
SO_TIMESTAMPNS = 35
"""Each read tells when the latest of what it returns came, as struct timespec (socket(7))."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet, and when it came, in seconds since 1970."""

    packet: Packet
    at: float


class Hearer:
    """Takes packets off a socket, datagrams or frames by RFC 4571, on a thread of its own.

    Args:
        ear: owned from here on.
    """

    def __init__(self, ear: socket.socket) -> None:
        self._ear = ear
        self._ear.settimeout(0.05)
        self._ear.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._is_stream = ear.type == socket.SOCK_STREAM
        if not self._is_stream:
            # This process may be kept waiting: what a full socket loses is not what is tested.
            with contextlib.suppress(PermissionError):
                self._ear.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 23)
        self._rest = b""
        self.arrivals: list[Arrival] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)

    def _take(self) -> None:
        while not self._stopping.is_set():
            try:
                data, told, _, _ = self._ear.recvmsg(65536, 128)
            except TimeoutError:
                continue
            if not data:
                return
            ((_, _, stamp),) = told
            seconds, nanoseconds = struct.unpack("ll", stamp)
            at = seconds + nanoseconds / 1e9
            packets, self._rest = prefixed(self._rest + data) if self._is_stream else ([data], b"")
            self.arrivals += [Arrival(parse(packet), at) for packet in packets]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._ear.close()


def ages(heard: list[Arrival], reference: list[Arrival]) -> list[tuple[float, float]]:
    """Return when each packet came, and how much later than to the reference, both in s."""
    sent = {one.packet.timestamp: one.at for one in reference}
    known = [(one, sent.get(one.packet.timestamp)) for one in heard]
    return [(one.at, one.at - at) for one, at in known if at is not None]
