"""Links that are too slow, starve, break or end nowhere: audio stays young, others never notice."""

import itertools
import os
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise

import pytest

from jackrf.audience.sockets import open_listener
from jackrf.destinations import parse_url
from jackrf.realtime.statistics import quantiles
from jackrf.testing import DummyJack
from tests.quiet import TURNS, best_of
from tests.system.links import Link
from tests.system.stage import Stage
from tests.system.starving import Starved, starve

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network namespaces: sudo -E"),
]

SECONDS = 5.0
ANCESTOR = 262_144
"""SO_SNDBUF of the program that jackrf learned from."""
FOR_EVER = 4e6
"""ms of audio that may wait: what the ancestor allowed."""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is to be closed at the end, the last first."""
    with ExitStack() as closing:
        yield closing


def test_over_a_link_that_is_too_slow_audio_stays_young(
    dummy_jack: DummyJack,
) -> None:
    """1.5 Mbit/s over 1 Mbit/s: gaps, never the past; with the ancestor's settings it gets old."""
    found = []
    for _ in range(TURNS):
        with ExitStack() as turn:
            stage = Stage(dummy_jack, turn)
            links = [turn.enter_context(Link(number)) for number in (11, 12, 13)]
            udp = stage.udp(links[0].far, links[0].udp())
            _, far = stage.tcp(links[1])
            tcp = stage.hearer(far)
            _, far = stage.tcp(links[2], FOR_EVER, ANCESTOR)
            ancestor = stage.hearer(far)
            time.sleep(0.3)
            for link in links:
                link.limit("1mbit", burst=3000, limit=3000)
            time.sleep(SECONDS)
            udp_ages, tcp_ages = stage.milliseconds(udp), stage.milliseconds(tcp)
            p99 = statistics.quantiles(udp_ages, n=100)[-1]
            oldest = max(stage.milliseconds(ancestor))
            found.append((p99, statistics.median(tcp_ages), oldest))
            assert min(len(udp_ages), len(tcp_ages)) > 200 * SECONDS / 2
        if p99 <= 40.0 and found[-1][1] <= 60.0:
            break
    assert found[-1][0] <= 40.0, found
    assert found[-1][1] <= 60.0, found
    assert found[-1][2] > 500.0, found


@pytest.mark.parametrize(("kind", "most_stale"), [("udp", 5.0), ("tcp", 15.0)])
def test_a_starved_link_is_fresh_at_once(kind: str, most_stale: float, stack: ExitStack) -> None:
    """After 1 s of nothing what comes late is what the link itself held, and then the present: the
    next period that JACK calls.
    """
    server = stack.enter_context(DummyJack(period=64, name=f"jackrf-starved-{kind}"))
    stage = Stage(server, stack)
    numbers = itertools.count(21)

    def turn() -> Starved:
        return starve(stage, stack.enter_context(Link(next(numbers))), kind)

    best_of(turn, lambda found: found.stale_ms <= most_stale and not found.missed)


def test_nobody_else_notices_a_broken_listener(dummy_jack: DummyJack, stack: ExitStack) -> None:
    """One does not read, one is unplugged, one is on a dead route: the callback is as quick as
    before, no period is lost, and who hears on goes on hearing every packet.
    """
    stage = Stage(dummy_jack, stack)
    links = [stack.enter_context(Link(number)) for number in (31, 32, 33)]
    time.sleep(0.5)
    found = []
    for _ in range(TURNS):
        stage.xruns()
        start = stage.counts()
        time.sleep(2.0)
        before, quiet = stage.counts() - start, stage.xruns()
        deaf, far = stage.tcp(links[0])
        stack.callback(far.close)
        unplugged = open_listener(0, parse_url(f"udp://{links[1].far}:5004"))
        dead = open_listener(0, parse_url(f"udp://{links[2].far.rpartition('.')[0]}.99:5004"))
        stage.desk.audience.join(unplugged, dead)
        links[1].unplug()
        start = stage.counts()
        time.sleep(4.0)
        during, loud = stage.counts() - start, stage.xruns()
        states = [one.state() for one in (deaf, unplugged, dead)]
        tails = [quantiles(counts, (0.999,))[0] / 1000.0 for counts in (before, during)]
        unreachable = int(dead.row["unreachable"][0])
        found.append((tails, quiet, loud, states))
        for one in (deaf, unplugged, dead):
            stage.desk.audience.leave(one)
        if tails[1] <= 1.5 * tails[0] + 50.0 and loud <= 2 * quiet + 1:
            break
    tails, quiet, loud, states = found[-1]
    print(f"callback p99.9, before and meanwhile: {tails} us; xruns: {quiet} and {loud}")
    assert states[0] == "full"
    assert unreachable > 0
    assert tails[1] <= 1.5 * tails[0] + 50.0, found
    assert loud <= 2 * quiet + 1, found
    packets = [one.packet for one in stage.reference.arrivals]
    assert {(b.sequence - a.sequence) % 2**16 for a, b in pairwise(packets)} == {1}


def test_groups_and_ipv6_reach_the_far_side(dummy_jack: DummyJack, stack: ExitStack) -> None:
    """A multicast group by its interface, over IPv4 and IPv6, and a host over IPv6."""
    stage = Stage(dummy_jack, stack)
    link = stack.enter_context(Link(41))
    ears = []
    for family, host, url in (
        (socket.AF_INET6, link.far6, f"udp://[{link.far6}]:5004"),
        (socket.AF_INET, "239.69.1.1", f"udp://239.69.1.1:5006?interface={link.near_device}"),
        (socket.AF_INET6, "ff15::6901", f"udp://[ff15::6901]:5008?interface={link.near_device}"),
    ):
        place = parse_url(url)
        ear = link.there(lambda family=family: socket.socket(family, socket.SOCK_DGRAM))  # type: ignore[misc]
        ear.bind(("" if place.is_multicast else host, place.port))
        if place.is_multicast:
            link.there(lambda ear=ear, host=host: join(ear, host, link))  # type: ignore[misc]
        ears.append(stage.hearer(ear))
        stage.desk.audience.join(open_listener(0, place))
    time.sleep(1.0)
    assert min(len(ear.arrivals) for ear in ears) > 100


def join(ear: socket.socket, group: str, link: Link) -> None:
    """Become a member of a group on the far side."""
    index = socket.if_nametoindex(link.far_device)
    if ear.family == socket.AF_INET:
        member = socket.inet_aton(group) + bytes(4) + index.to_bytes(4, "little")
        ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
    else:
        member = socket.inet_pton(socket.AF_INET6, group) + index.to_bytes(4, "little")
        ear.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
