"""Listeners come and go, fifty times a second, while audio runs: nobody else notices."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from jackrf.audience.sockets import open_listener, take_datagrams, take_stream
from jackrf.audience.table import Audience
from jackrf.desk import Desk, MixPlan
from jackrf.destinations import parse_url
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.rtp.packet import Packet, parse
from jackrf.rtp.stream import identify
from jackrf.testing import DummyJack
from tests.audience.connections import connection, datagrams, prefixed, read
from tests.quiet import best_of
from tests.system.ages import Hearer
from tests.system.instruments import wait_for

pytestmark = pytest.mark.system

MIXES = ("drums", "keys", "vox")
EVERY = 0.02


class Visits(NamedTuple):
    """Who has come: how many, and how many packets they got."""

    number: int
    heard: int


class Found(NamedTuple):
    """What came of it: the visits, and xruns without and with them."""

    visits: Visits
    quiet: int
    loud: int


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def desk(dummy_jack: DummyJack) -> Iterator[Desk]:
    """Three mixes that run."""
    mixes = [Mix(mix, mix, sends={"kick": Send(0.0)}) for mix in MIXES]
    plans = {mix: MixPlan([], "L16", None) for mix in MIXES}
    made = Desk("Joining", Mixer([Strip("kick", "Kick")], mixes), {}, plans)
    made.open("jackrf-joining", dummy_jack.name)
    yield made
    made.close()


class Visit:
    """One who hears a mix for a while, by one of three ways, and what came."""

    def __init__(self, number: int) -> None:
        self.mix = number % len(MIXES)
        self._stack = ExitStack()
        if number % 2:
            near, self._far = self._stack.enter_context(connection(1 << 16))
            self.listener = take_stream(self.mix, near, "tcp", "test")
        elif number % 4:
            near, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            with near:
                self.listener = take_datagrams(self.mix, near, "unix", "test")
        else:
            self._far = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._far.bind(("127.0.0.1", 0))
            url = f"udp://127.0.0.1:{self._far.getsockname()[1]}"
            self.listener = open_listener(self.mix, parse_url(url))
        self._stack.enter_context(self._far)
        self._far.setblocking(False)

    def end(self) -> list[Packet]:
        """Go, and return the packets that came."""
        with self._stack:
            if self.listener.is_stream:
                packets, _ = prefixed(read(self._far))
            else:
                packets = datagrams(self._far)
            return [parse(packet) for packet in packets]


def xruns(desk: Desk) -> int:
    """How many there were since the last call."""
    assert desk.client is not None
    count = 0
    while not desk.client.events.empty():
        count += desk.client.events.get_nowait().kind == "xrun"
    return count


def come_and_go(audience: Audience, seconds: float) -> Visits:
    """Let somebody join and somebody leave every 20 ms."""
    there: list[Visit] = []
    heard = number = 0
    start = time.monotonic()
    while time.monotonic() - start < seconds:
        due = start + number * EVERY
        time.sleep(max(0.0, due - time.monotonic()))
        there.append(Visit(number))
        audience.join(there[-1].listener)
        if len(there) > 10:
            heard += leave(audience, there.pop(0))
        audience.tend()
        number += 1
    for visit in there:
        heard += leave(audience, visit)
    return Visits(number, heard)


def leave(audience: Audience, visit: Visit) -> int:
    """Let one leave; all that it got are packets of its mix, in order. Return how many."""
    audience.leave(visit.listener)
    packets = visit.end()
    ssrc, _ = identify("Joining", MIXES[visit.mix])
    assert {packet.ssrc for packet in packets} <= {ssrc}
    assert {(b.sequence - a.sequence) % 2**16 for a, b in pairwise(packets)} <= {1}
    return len(packets)


def disturbances(desk: Desk, seconds: float) -> Found:
    """Return how many xruns there are while they come and go at this desk.

    Beside as many while the same sockets come and go in this process and no callback sends to them:
    a busy machine makes xruns by itself.
    """
    xruns(desk)
    come_and_go(Audience(), seconds)
    quiet = xruns(desk)
    visits = come_and_go(desk.audience, seconds)
    return Found(visits, quiet, xruns(desk))


def is_right(found: Found, seconds: float) -> bool:
    """Whether as many came as should, heard what they should, and disturbed nobody."""
    enough = found.visits.number > 0.8 * seconds / EVERY
    heard = found.visits.heard > 10 * found.visits.number
    return enough and heard and found.loud <= 2 * found.quiet + 1


@pytest.mark.soak
def test_who_comes_and_goes_disturbs_nobody(desk: Desk) -> None:
    """Over UDP, TCP and AF_UNIX, to three mixes: no packet to anybody else, no xrun more than from
    the same comings and goings elsewhere, and who is there all along hears every packet.
    """
    seconds = float(os.environ.get("JACKRF_SOAK", "3"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.bind(("127.0.0.1", 0))
        url = f"udp://127.0.0.1:{ear.getsockname()[1]}"
        desk.audience.join(open_listener(1, parse_url(url)))
        before = descriptors()
        with Hearer(ear.dup()) as staying:
            best_of(lambda: disturbances(desk, seconds), lambda found: is_right(found, seconds))

        def nothing_is_left() -> bool:
            desk.audience.tend()
            return descriptors() == before

        wait_for(nothing_is_left)
        packets = [one.packet for one in staying.arrivals]
        assert {(b.sequence - a.sequence) % 2**16 for a, b in pairwise(packets)} == {1}
        assert {packet.ssrc for packet in packets} == {identify("Joining", "keys")[0]}
