"""A packet is sent or dropped: by what waits here, and by what is under way."""

import asyncio
import math
import socket
from collections import deque
from typing import Any

import pytest

from jackrf.web.listener import LEAST_BUDGET_MS, MOST_BUDGET_MS, PROBE_SECONDS, Listener
from jackrf.web.packets import Packet, Packets
from jackrf.web.plan import Clock
from jackrf.web.ways import Delivered, TcpWay, Trips
from tests.web.test_packets import made, rtp

PACKET = made(Packets(2, 48000).make(rtp(0), 0))
MESSAGE = PACKET.message
CLOCK = Clock(48000, 128)
PER_MS = len(MESSAGE) * 48 / 128


class Page:
    """A listener on a real connection, and the browser's end of it."""

    def __init__(self, way: TcpWay, far: socket.socket) -> None:
        self.way, self.far = way, far
        self.listener = Listener("10.0.0.1", "drums", way, CLOCK)

    def offer(self, many: int, now: float = 1.0) -> None:
        """Offer as many packets."""
        for _ in range(many):
            self.listener.offer(PACKET, now)


async def opened() -> Page:
    """A page that does not read."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        far = socket.socket()
        # What the far end does not read stays in our own socket, and is counted there.
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
        far.connect(server.getsockname())
        near, _ = server.accept()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_accepted_socket(asyncio.Protocol, near)
    plain = transport.get_extra_info("socket")
    return Page(TcpWay(transport, plain), far)


def run(talk: Any) -> None:
    """Have a conversation with a page."""

    async def whole() -> None:
        page = await opened()
        try:
            await talk(page)
        finally:
            page.way.transport.abort()
            page.far.close()
            await asyncio.sleep(0)

    asyncio.run(whole())


def test_a_link_that_takes_nothing_holds_no_more_than_its_budget() -> None:
    """Ten seconds of sound are offered; what is under way stays what it was."""

    async def talk(page: Page) -> None:
        page.offer(3750)
        listener = page.listener
        most = listener.budget_ms * PER_MS + len(MESSAGE)
        assert page.way.under_way() <= most
        assert listener.dropped["link"] + listener.dropped["here"] + listener.sent == 3750
        # Besides the budget, what the far end's own buffer has taken.
        assert listener.sent * len(MESSAGE) <= most + 8192
        assert listener.report()["dropped"] == 3750 - listener.sent

    run(talk)


def test_a_link_that_takes_all_gets_all() -> None:
    """At the pace of sound."""

    async def talk(page: Page) -> None:
        page.far.setblocking(False)
        loop = asyncio.get_running_loop()
        received = 0
        for number in range(100):
            page.offer(1, number / 375)
            await asyncio.sleep(0)
            received += len(await asyncio.wait_for(loop.sock_recv(page.far, 65536), 5.0))
        assert page.listener.sent == 100
        while received < 100 * len(MESSAGE):
            received += len(await asyncio.wait_for(loop.sock_recv(page.far, 65536), 5.0))

    run(talk)


def test_what_waits_in_this_process_drops_what_comes() -> None:
    """Nothing queues up where the kernel does not see it."""

    async def talk(page: Page) -> None:
        page.way.transport.write(bytes(8 << 20))
        page.offer(5)
        assert page.listener.dropped["here"] == 5

    run(talk)


def test_the_budget_follows_the_round_trip() -> None:
    """Between 12 and 80 ms, and a period on top."""

    async def talk(page: Page) -> None:
        listener = page.listener
        for trip, budget in ((0.0, LEAST_BUDGET_MS), (20.0, 42.0), (500.0, MOST_BUDGET_MS)):
            listener.trips = Trips(least_ms=trip)
            assert listener.budget_ms == budget + CLOCK.milliseconds
        page.offer(1)
        # As the kernel has measured them.
        assert 0.0 <= listener.trips.least_ms <= listener.trips.round_trip_ms < 1000.0

    run(talk)


def test_a_page_says_how_it_is() -> None:
    """Numbers alone are taken, and not any."""

    async def talk(page: Page) -> None:
        page.listener.hear({"delay": 41.2, "underruns": 3, "lost": "many", "depth": True, "x": 1})
        page.listener.hear({"ratio": 1e300, "delay": math.nan})
        page.listener.hear({"underruns": math.nan, "lost": None})
        report = page.listener.report()
        assert (report["delay"], report["underruns"], report["lost"]) == (41.2, 3.0, None)
        assert (report["depth"], report["ratio"]) == (None, 1e9)
        page.listener.hear({"ratio": -math.inf, "underruns": 10**400})
        report = page.listener.report()
        assert (report["ratio"], report["underruns"]) == (-1e6, 1e9)

    run(talk)


def test_a_page_that_is_closing_gets_nothing() -> None:
    """And nothing fails."""

    async def talk(page: Page) -> None:
        page.way.transport.close()
        page.offer(3)
        assert page.listener.sent == 0

    run(talk)


class Stuck:
    """A way on which nothing is acknowledged any more."""

    name = "nowhere"

    def __init__(self, *, resends: bool) -> None:
        self.resends = resends
        self.sent = 0

    def is_closed(self) -> bool:
        """It is open."""
        return False

    def is_waiting(self) -> bool:
        """Nothing waits here."""
        return False

    def under_way(self) -> int:
        """More than any budget."""
        return 1 << 20

    def size(self, packet: Packet) -> int:
        """As it is."""
        return len(packet.data)

    def look(self, now: float) -> Trips:
        """A round trip of a millisecond."""
        assert now >= 0.0
        return Trips(1.0, 1.0)

    def send(self, _: Packet) -> int:
        """It takes the place of another one."""
        self.sent += 1
        return 1


def test_a_link_that_may_be_back_is_asked_with_a_packet() -> None:
    """One each 15 ms where nothing is sent again by itself, none where TCP does it."""
    for resends, sent in ((False, round(1.0 / PROBE_SECONDS)), (True, 0)):
        way = Stuck(resends=resends)
        listener = Listener("10.0.0.1", "drums", way, CLOCK)
        for number in range(1000):
            listener.offer(PACKET, number / 1000)
        assert abs(way.sent - sent) <= 5
        assert listener.dropped == {"link": 1000 - way.sent, "here": way.sent}
        assert listener.report()["by"] == "nowhere"


class Queue:
    """A link on whose queue others stand, too: what is sent is acknowledged so much later."""

    name = "a queue"
    resends = True

    def __init__(self, milliseconds: float) -> None:
        self.milliseconds = milliseconds
        self.now = 0.0
        self.sent: deque[float] = deque()
        self.arrived = 0
        self._delivered = Delivered()

    def is_closed(self) -> bool:
        """It is open."""
        return False

    def is_waiting(self) -> bool:
        """Nothing waits here."""
        return False

    def under_way(self) -> int:
        """What was sent within that time."""
        while self.sent and self.sent[0] <= self.now - self.milliseconds / 1000.0:
            self.sent.popleft()
            self.arrived += 1
        return len(self.sent) * len(MESSAGE)

    def size(self, packet: Packet) -> int:
        """As a message."""
        return len(packet.message)

    def look(self, now: float) -> Trips:
        """The queue was empty once."""
        self.under_way()
        rate = self._delivered.per_ms(now, self.arrived * len(MESSAGE))
        return Trips(self.milliseconds, 1.0, rate)

    def send(self, _: Packet) -> int:
        """It goes."""
        self.sent.append(self.now)
        return 0


@pytest.mark.parametrize(("milliseconds", "least"), [(10.0, 1.0), (25.0, 0.4), (50.0, 0.15)])
def test_a_queue_of_others_does_not_starve_a_page(milliseconds: float, least: float) -> None:
    """What the budget holds gets through, minute after minute, though that is little."""
    way = Queue(milliseconds)
    listener = Listener("10.0.0.1", "drums", way, CLOCK)
    for number in range(60 * 375):
        way.now = number / 375
        listener.offer(PACKET, way.now)
    assert listener.sent / (60 * 375) >= least
