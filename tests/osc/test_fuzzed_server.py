"""Hostile input through the whole of OSC: all surfaces with their desk, and TCP on real sockets."""

import contextlib
import os
import random
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from jackrf.osc.admission import Source, musician
from jackrf.osc.surfaces import FLUSH_SECONDS
from tests.osc.desks import check_desk, desk_of_names
from tests.osc.fuzzing import COUNT, steady_heap, traffic
from tests.osc.hub import LAPTOP, PHONE, TABLET, Hub
from tests.osc.serving import served
from tests.osc.storm import Pings
from tests.quiet import best_of

ROOT = Path(__file__).parents[2]
NUISANCE = (sys.executable, "-m", "tests.osc.nuisance")
LONGEST_SECONDS = 0.1
"""CPU time that one datagram, one tick, or one turn of the server's loop may take."""
FLAT_BYTES = 8 << 20
DATAGRAMS_PER_SECOND = 5000
FAR = Source("10.9.9.9", 9000)
NAMED = Source("192.168.1.40", 9000)


@dataclass(slots=True)
class Figures:
    """What a fuzz met.

    Attributes:
        longest: the worst CPU time in one step, in seconds.
        grown: bytes that were added in the second half.
        lines: for the log.
        seconds: that passed, virtual ones.
        into: bytes that each unknown host sent.
        out: bytes that each unknown host was sent.
    """

    longest: float = 0.0
    grown: int = 0
    lines: int = 0
    seconds: float = 0.0
    into: Counter[Source] = field(default_factory=Counter)
    out: Counter[Source] = field(default_factory=Counter)


def sources(chance: random.Random) -> Iterator[Source]:
    """From this machine, from a paired and a named tablet, from unknown hosts, and from afar."""
    while True:
        port = chance.randrange(1, 65536)
        yield chance.choice(
            [
                LAPTOP,
                LAPTOP._replace(port=port),
                TABLET,
                NAMED,
                PHONE,
                PHONE._replace(port=port),
                Source(f"192.168.1.{chance.randrange(50, 250)}", port),
                FAR,
            ]
        )


def is_unknown(source: Source) -> bool:
    """Whether a host has answered no challenge and is named by nobody."""
    return source.host not in (LAPTOP.host, TABLET.host, NAMED.host)


def fuzzed(hub: Hub, seed: int) -> Figures:
    """Send all of it to a desk with its surfaces."""
    figures, process = Figures(), psutil.Process(os.getpid())
    began, before = hub.now, 0
    people = sources(random.Random(seed))  # noqa: S311 - to be repeated, not to be secret

    def timed(step: Callable[[], list]) -> None:  # type: ignore[type-arg]
        start = time.thread_time()
        outgoing = step()
        figures.longest = max(figures.longest, time.thread_time() - start)
        for one in outgoing:
            assert one.to.host != FAR.host
            figures.out[one.to._replace(port=0)] += len(one.datagram)

    for number, datagram in enumerate(traffic(seed)):
        source = next(people)
        figures.into[source._replace(port=0)] += len(datagram)
        timed(lambda source=source, datagram=datagram: hub.raw(source, datagram))  # type: ignore[misc]
        if number % round(DATAGRAMS_PER_SECOND * FLUSH_SECONDS) == 0:
            timed(lambda: hub.step(FLUSH_SECONDS))
        if number == COUNT // 2:
            before = process.memory_info().rss
    figures.grown = process.memory_info().rss - before
    figures.lines, figures.seconds = len(hub.told), hub.now - began
    return figures


@pytest.mark.fuzz
def test_all_that_chance_made_goes_through_all_surfaces() -> None:
    """From the engineer's machine, from musicians' tablets, from strangers: no exception, no pause,
    no memory, a line a second at most, and nobody unknown gets more bytes than it sent.
    """
    hub = Hub(desk_of_names(32, 16))
    hub.surfaces.add_static(NAMED, musician(["keys"]), "/")
    hub.join(TABLET, "/mix/1")
    hub.join(LAPTOP, "/")
    with steady_heap():
        figures = fuzzed(hub, seed=11)
    print(f"{COUNT} datagrams in {figures.seconds:.0f} s: {figures.longest=} {figures.grown=}")
    assert figures.longest < LONGEST_SECONDS
    assert figures.grown < FLAT_BYTES
    assert figures.lines <= figures.seconds + 1.0
    for source, sent in figures.out.items():
        assert not is_unknown(source) or sent <= figures.into[source], source
    check_desk(hub.desk)
    assert sum(hub.refusals.counts.values()) > COUNT // 10
    assert hub.desk.revision > COUNT // 1000


@dataclass(frozen=True, slots=True)
class Met:
    """What a server met.

    Attributes:
        turn: CPU time of the longest turn of its loop, in seconds.
        ping: the longest wait of a ping, on a machine with other programs, in seconds.
        grown: bytes that were added in the second half.
        lines: for the log.
        seconds: that it took.
    """

    turn: float
    ping: float
    grown: int
    lines: int
    seconds: float


def by_tcp(seed: int, packets: int) -> Met:
    """Let eight clients loose on a server, beside a dozen that never finish a packet."""
    desk, process, lines = desk_of_names(32, 16), psutil.Process(os.getpid()), list[str]()
    pings: list[Pings] = []
    turns: list[float] = []

    def client(port: int) -> tuple[int, float]:
        pings.append(Pings(port))
        with contextlib.ExitStack() as stack:
            for number in range(12):
                slow = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                slow.sendall(struct.pack(">I", 4000) + b"/" * number)
            stack.enter_context(pings[0])
            began, before = time.monotonic(), 0
            for half in range(2):
                before = process.memory_info().rss
                numbers = map(str, (port, seed + half, packets // 2))
                subprocess.run([*NUISANCE, *numbers], cwd=ROOT, check=True)
            return process.memory_info().rss - before, time.monotonic() - began

    with steady_heap():
        grown, seconds = served(desk, client, warn=lines.append, turns=turns)
    check_desk(desk)
    return Met(turns[0], max(pings[0].waits), grown, len(lines), seconds)


@pytest.mark.fuzz
def test_tcp_with_false_lengths_and_slow_senders(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever comes by TCP, and while others never finish what they began, no turn of the loop is
    longer than 100 ms, memory is flat, and the log has a line a second at most.
    """
    met = best_of(
        lambda: by_tcp(21, COUNT),
        lambda met: met.turn < LONGEST_SECONDS and met.grown < FLAT_BYTES,
        turns=3,
    )
    print(met)
    assert met.lines <= met.seconds + 2.0
    assert caplog.records == []
