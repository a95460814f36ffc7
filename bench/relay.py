"""A relay that damages what it passes on: ``python -m bench.relay``, one process for all paths.

Datagrams that come at one port go on to another of this machine, late, out of order, or never; what
comes back goes back as it is. Which damage is done now stands in a file that is looked at all the
time; a case begins anew with the same random numbers.
"""

import argparse
import heapq
import random
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

HERE = "127.0.0.1"
LOOK_SECONDS = 0.05
NORMAL_SECONDS = 0.005
SPIKE_SECONDS, SPIKE_EVERY = 0.050, 5.0
BURST_SECONDS, BURST_EVERY = 0.020, 1.7
MOST_BEHIND = 5

Fate = Callable[[float, random.Random], float | None]
"""Seconds since the case began, and chance: by how many seconds a packet is late; None for ever."""


def _lose(share: float) -> Fate:
    return lambda _, chance: None if chance.random() < share else 0.0


def _burst(since: float, _: random.Random) -> float | None:
    return None if since % BURST_EVERY < BURST_SECONDS else 0.0


def _jitter(_: float, chance: random.Random) -> float:
    # The quickest ones are held back by three deviations: nothing comes before it was sent.
    return max(0.0, 3 * NORMAL_SECONDS + chance.gauss(0.0, NORMAL_SECONDS))


def _spike(since: float, _: random.Random) -> float:
    return max(0.0, SPIKE_SECONDS - (since + SPIKE_EVERY / 2) % SPIKE_EVERY)


def _nothing(_: float, __: random.Random) -> float:
    return 0.0


REORDERING = "reordering by up to 5 packets"
DAMAGE: dict[str, Fate] = {
    "none": _nothing,
    "loss of 1 %": _lose(0.01),
    "loss of 5 %": _lose(0.05),
    "bursts of 20 ms": _burst,
    REORDERING: _nothing,
    "jitter of 5 ms, normal": _jitter,
    "spikes of 50 ms": _spike,
}


@dataclass
class Line:
    """One path through the relay.

    Attributes:
        front: socket at which datagrams come.
        back: socket from which they go on, and to which answers come.
        to: port that they go to.
        gap: seconds between packets, as far as known.
    """

    front: socket.socket
    back: socket.socket
    to: int
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - no secret
    peer: tuple[str, int] | None = None
    last: float = 0.0
    gap: float = 0.003
    passed: int = 0
    lost: int = 0

    def fate(self, now: float, case: str, since: float) -> float | None:
        """Return when a datagram that came now goes on; None if never."""
        if 0.0 < now - self.last < 0.1:
            self.gap += 0.02 * (now - self.last - self.gap)
        self.last = now
        late = DAMAGE[case](since, self.chance)
        if case == REORDERING:
            late = self.chance.randint(0, MOST_BEHIND) * self.gap
        self.passed += 1
        self.lost += late is None
        return None if late is None else now + late


def _open(port: int) -> socket.socket:
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((HERE, port))
    opened.setblocking(False)
    return opened


def relay(lines: list[Line], chosen: Path) -> None:
    """Pass datagrams on for ever."""
    by_socket = {line.front: line for line in lines} | {line.back: line for line in lines}
    waiting: list[tuple[float, int, bytes, Line]] = []
    case, began, looked, number = "none", 0.0, 0.0, 0
    while True:
        now = time.monotonic()
        if now - looked > LOOK_SECONDS:
            looked = now
            wanted = chosen.read_text() if chosen.exists() else "none"
            if wanted in DAMAGE and wanted != case:
                case, began = wanted, now
                for line in lines:
                    line.chance.seed(1)
        until = min([now + LOOK_SECONDS, *(due for due, *_ in waiting[:1])])
        ready, _, _ = select.select(list(by_socket), [], [], max(0.0, until - now))
        for heard in ready:
            line = by_socket[heard]
            octets, sender = heard.recvfrom(65536)
            now = time.monotonic()
            if heard is line.back:
                if line.peer is not None:
                    line.front.sendto(octets, line.peer)
                continue
            line.peer = sender
            due = line.fate(now, case, now - began)
            if due is not None:
                number += 1
                heapq.heappush(waiting, (due, number, octets, line))
        now = time.monotonic()
        while waiting and waiting[0][0] <= now:
            _, _, octets, line = heapq.heappop(waiting)
            line.back.sendto(octets, (HERE, line.to))


def main() -> None:
    """Be a relay."""
    parser = argparse.ArgumentParser(prog="python -m bench.relay")
    parser.add_argument("chosen", type=Path, help="file with the name of the damage")
    parser.add_argument("ports", nargs="+", metavar="FROM:TO")
    o = parser.parse_args()
    pairs = [tuple(map(int, pair.split(":"))) for pair in o.ports]
    lines = [Line(_open(come), _open(0), to) for come, to in pairs]
    print("ready", flush=True)
    relay(lines, o.chosen)


if __name__ == "__main__":
    main()
