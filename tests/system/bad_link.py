"""A small UDP relay that loses, reorders and delays packets: what a bad radio link does.

Seeded: what it does is the same each time, and it counts what it did. RTCP goes both ways, whole.
"""

import heapq
import random
import selectors
import socket
import threading
import time
from dataclasses import dataclass
from typing import Self

from jackrf.rtsp.ports import pair


@dataclass(frozen=True, slots=True)
class Trouble:
    """What becomes of packets.

    Attributes:
        loss: share of them that are lost.
        swapped: share of them that come after the next one.
        jitter: seconds that any of them may take longer.
        seed: of the chance.
    """

    loss: float = 0.0
    swapped: float = 0.0
    jitter: float = 0.0
    seed: int = 1


class BadLink:
    """A relay to a pair of ports.

    Attributes:
        port: where packets go in; RTCP on the one above it.
        passed: packets that went on.
        lost: packets that did not.

    Args:
        to: port for packets on loopback; RTCP on the one above it.
        trouble: what it does.
    """

    def __init__(self, to: int, trouble: Trouble) -> None:
        self.passed = self.lost = 0
        self._trouble = trouble
        self._chance = random.Random(trouble.seed)  # noqa: S311 - to be the same each time
        self._ins, self._outs = pair("127.0.0.1"), pair("127.0.0.1")
        for number, out in enumerate(self._outs):
            out.connect(("127.0.0.1", to + number))
        self.port = self._ins[0].getsockname()[1]
        self._waiting: list[tuple[float, int, bytes]] = []
        self._count = 0
        self._held: bytes | None = None
        self._teller: object = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)

    def _live(self) -> None:
        with selectors.DefaultSelector() as selector:
            for one in (*self._ins, self._outs[1]):
                one.setblocking(False)
                selector.register(one, selectors.EVENT_READ)
            while not self._over.is_set():
                due = self._waiting[0][0] - time.monotonic() if self._waiting else 0.02
                for key, _ in selector.select(min(max(due, 0.0), 0.02)):
                    try:
                        self._take(key.fileobj)
                    except OSError:
                        continue
                while self._waiting and self._waiting[0][0] <= time.monotonic():
                    self._pass_on(heapq.heappop(self._waiting)[2])

    def _take(self, one: object) -> None:
        assert isinstance(one, socket.socket)
        data, sender = one.recvfrom(4096)
        if one is self._ins[0]:
            self._trouble_with(data)
        elif one is self._ins[1]:
            self._teller = sender
            self._outs[1].send(data)
        elif isinstance(self._teller, tuple):
            self._ins[1].sendto(data, self._teller)

    def _trouble_with(self, data: bytes) -> None:
        own, chance = self._trouble, self._chance
        if chance.random() < own.loss:
            self.lost += 1
            return
        if self._held is None and chance.random() < own.swapped:
            self._held = data
            return
        held, self._held = self._held, None
        at = time.monotonic() + chance.random() * own.jitter
        for one in (data, held):
            if one is not None:
                self._count += 1
                heapq.heappush(self._waiting, (at, self._count, one))

    def _pass_on(self, data: bytes) -> None:
        try:
            self._outs[0].send(data)
        except OSError:
            self.lost += 1
        else:
            self.passed += 1

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        for one in (*self._ins, *self._outs):
            one.close()
