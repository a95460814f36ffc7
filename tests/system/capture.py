"""A listener that keeps packets instead of playing them."""

import socket
import threading
import time
from dataclasses import dataclass
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jackrf.rtp.packet import Packet, parse


@dataclass(frozen=True, slots=True)
class Captured:
    """A packet, when it came (monotonic seconds), and its size in bytes."""

    packet: Packet
    at: float
    size: int

    @property
    def samples(self) -> NDArray[np.int16]:
        """An L16 payload, shape (2, frames)."""
        return np.frombuffer(self.packet.payload, ">i2").reshape(-1, 2).T.astype(np.int16)


class Capture:
    """Binds a UDP port on loopback and keeps all that comes, from ``with`` on.

    Args:
        port: to hear; 0 for any that is free.
    """

    def __init__(self, port: int = 0) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        self._socket.bind(("127.0.0.1", port))
        self._socket.settimeout(0.05)
        self.port: int = self._socket.getsockname()[1]
        self._packets: list[Captured] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._take, daemon=True)

    def _take(self) -> None:
        while not self._stopping.is_set():
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                continue
            self._packets.append(Captured(parse(data), time.monotonic(), len(data)))

    @property
    def packets(self) -> list[Captured]:
        """What has come so far."""
        return list(self._packets)

    @property
    def count(self) -> int:
        """How many packets have come so far."""
        return len(self._packets)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._socket.close()


def steps(packets: list[Captured], name: str, modulus: int) -> list[int]:
    """Return how far apart a field of packets in a row is."""
    values = [getattr(one.packet, name) for one in packets]
    return [(later - earlier) % modulus for earlier, later in pairwise(values)]


def joined(packets: list[Captured]) -> NDArray[np.int16]:
    """Return the audio of L16 packets in a row, shape (2, frames)."""
    return np.concatenate([one.samples for one in packets], axis=1)
