"""RTCP of a running desk: to whom, when, and what is taken in."""

import asyncio
import errno
import select
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.audience.hearing import hear
from jackrf.audience.listener import Listener
from jackrf.audience.sockets import take_datagrams, take_stream
from jackrf.desk import Desk, MixPlan
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    compound,
    parse_compound,
)
from jackrf.rtp.stream import identify
from jackrf.running import reporting
from jackrf.running.reporting import GOODBYE_SECONDS, Reporting
from jackrf.testing import DummyJack
from tests.audience.connections import connection, datagrams, interleaved, read
from tests.waiting import until

pytestmark = pytest.mark.system

SSRC = identify("Reports", "drums")[0]


@pytest.fixture
def ears() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two UDP ports side by side: for packets, and for RTCP."""
    while True:
        with (
            socket.socket(type=socket.SOCK_DGRAM) as rtp,
            socket.socket(type=socket.SOCK_DGRAM) as rtcp,
        ):
            rtp.bind(("127.0.0.1", 0))
            try:
                rtcp.bind(("127.0.0.1", rtp.getsockname()[1] + 1))
            except OSError:
                continue
            rtp.setblocking(False)
            rtcp.setblocking(False)
            yield rtp, rtcp
            return


def make(*urls: str) -> Desk:
    """A desk of one input and one mix."""
    mixer = Mixer([Strip("kick", "Kick")], [Mix("drums", "Drums", sends={"kick": Send(0.0)})])
    return Desk("Reports", mixer, {}, {"drums": MixPlan(urls, "L16", None)})


def report(loss: int = 26) -> bytes:
    """What a receiver might tell of the mix."""
    return compound(ReceiverReport(9, (ReportBlock(SSRC, loss, 5, 70_000, 480),)))


def test_reports_go_both_ways(
    dummy_jack: DummyJack, ears: tuple[socket.socket, socket.socket]
) -> None:
    """To the port after that of the packets, soon; what comes from there is told by listener."""
    rtp, rtcp = ears
    with closing(make(f"udp://127.0.0.1:{rtp.getsockname()[1]}")) as desk:

        async def talk() -> None:
            loop = asyncio.get_running_loop()
            desk.open("jackrf-reports", dummy_jack.name)
            reports = Reporting(desk)
            reports.start()
            data, sender = await asyncio.wait_for(loop.sock_recvfrom(rtcp, 2048), 5.0)
            first, names = parse_compound(data)
            assert isinstance(first, SenderReport)
            assert first.ssrc == SSRC
            assert 0 < first.octets == first.packets * 4 * dummy_jack.period
            assert isinstance(names, SourceDescription)
            assert names.names[0][1].startswith("jackrf-reports@")
            assert desk.client is not None
            passed = desk.client.frame_time + identify("Reports", "drums")[1] - first.timestamp
            assert 0 <= passed % 2**32 < 48000
            rtcp.sendto(b"no RTCP", sender)
            rtcp.sendto(report(), sender)
            (listener,) = desk.audience.listeners
            await until(lambda: listener.heard is not None)
            heard = listener.report(192.0)["heard"]
            assert (heard["loss"], heard["lost"], heard["jitter_ms"]) == (0.1016, 5, 10.0)
            reports.close()
            reports.close()

        asyncio.run(talk())


def test_a_joined_listener_is_told_at_once(
    dummy_jack: DummyJack, ears: tuple[socket.socket, socket.socket]
) -> None:
    """By the socket that came with it; when it leaves nobody reads that any more."""
    _, rtcp = ears
    with (
        closing(make()) as desk,
        socket.socket(type=socket.SOCK_DGRAM) as sending,
        socket.socket(type=socket.SOCK_DGRAM) as control,
    ):
        sending.connect(ears[0].getsockname())
        control.connect(rtcp.getsockname())

        async def talk() -> None:
            loop = asyncio.get_running_loop()
            desk.open("jackrf-reports", dummy_jack.name)
            reports = Reporting(desk)
            reports.start()
            one = take_datagrams(0, sending, "rtsp://x", "rtsp", control=control)
            desk.audience.join(one)
            data, _ = await asyncio.wait_for(loop.sock_recvfrom(rtcp, 2048), 5.0)
            assert isinstance(parse_compound(data)[0], SenderReport)
            assert one in reports._read
            desk.audience.leave(one)
            assert one not in reports._read
            reports.close()

        asyncio.run(talk())


def test_over_tcp_reports_go_between_packets(dummy_jack: DummyJack) -> None:
    """On the channel for RTCP; what comes is handed in by whoever reads the connection."""
    with connection(1 << 16) as (near, far), closing(make()) as desk:
        stream = b""

        def reported() -> bool:
            nonlocal stream
            stream += read(far)
            return any(channel == 1 for channel, _ in interleaved(stream)[0])

        async def talk() -> Listener:
            desk.open("jackrf-reports", dummy_jack.name)
            reports = Reporting(desk)
            reports.start()
            one = take_stream(0, near, "rtsp://x", "rtsp", channel=0, control_channel=1)
            desk.audience.join(one)
            await until(reported)
            hear(desk, one, b"nonsense")
            assert one.heard is None
            hear(desk, one, report(0))
            reports.close()
            return one

        one = asyncio.run(talk())
        assert one.heard is not None
        assert one.heard.loss == 0.0
        frames, _ = interleaved(stream)
        assert [channel for channel, _ in frames].count(0) > 5


class Prohibited(socket.socket):
    """Tells once that a firewall refuses, as icmp-host-prohibited of firewalld does."""

    refused = 0

    def recv(self, size: int, flags: int = 0) -> bytes:
        """Refuse once."""
        self.refused += 1
        if self.refused == 1:
            raise OSError(errno.EHOSTUNREACH, "No route to host")
        return super().recv(size, flags)


def test_a_firewall_that_refuses_is_no_news(
    dummy_jack: DummyJack, ears: tuple[socket.socket, socket.socket]
) -> None:
    """Nothing is said of it, and what comes then is heard."""
    rtp, rtcp = ears
    with closing(make(f"udp://127.0.0.1:{rtp.getsockname()[1]}")) as desk:
        (listener,) = desk.audience.listeners
        assert listener.control is not None
        listener.control = Prohibited(fileno=listener.control.detach())
        trouble: list[object] = []

        async def talk() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: trouble.append(context))
            desk.open("jackrf-reports", dummy_jack.name)
            reports = Reporting(desk)
            reports.start()
            _, sender = await asyncio.wait_for(loop.sock_recvfrom(rtcp, 2048), 5.0)
            rtcp.sendto(report(), sender)
            await until(lambda: listener.heard is not None)
            reports.close()

        asyncio.run(talk())
        assert trouble == []


def test_who_tells_too_much_is_not_read_until_the_next_report(
    dummy_jack: DummyJack,
    ears: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A flood does not keep Python awake."""
    monkeypatch.setattr(reporting, "EVERY_SECONDS", 1000.0)
    rtp, rtcp = ears
    with closing(make(f"udp://127.0.0.1:{rtp.getsockname()[1]}")) as desk:

        async def talk() -> None:
            loop = asyncio.get_running_loop()
            desk.open("jackrf-reports", dummy_jack.name)
            reports = Reporting(desk)
            reports.start()
            _, sender = await asyncio.wait_for(loop.sock_recvfrom(rtcp, 2048), 5.0)
            (listener,) = desk.audience.listeners
            for _ in range(8):
                for _ in range(20):
                    rtcp.sendto(report(0), sender)
                await asyncio.sleep(0.02)
            await until(lambda: listener.heard is not None)
            listener.heard = None
            rtcp.sendto(report(0), sender)
            await asyncio.sleep(0.1)
            assert listener.heard is None
            reports.close()

        asyncio.run(talk())


def test_without_listeners_nothing_wakes(dummy_jack: DummyJack) -> None:
    """No timer is left once it was looked that there is nothing to do."""
    with closing(make()) as desk:

        async def talk() -> None:
            desk.open("jackrf-reports", dummy_jack.name)
            reports = Reporting(desk)
            reports.start()
            await until(lambda: not reports._reminder.is_set)
            reports.close()

        asyncio.run(talk())


def test_who_came_by_itself_is_told_goodbye(
    dummy_jack: DummyJack, ears: tuple[socket.socket, socket.socket]
) -> None:
    """At the end, once, and no packet comes after that, which would undo it; whom the session
    sends to may wait for another start, and is not told.
    """
    rtp, rtcp = ears
    with (
        closing(make(f"udp://127.0.0.1:{rtp.getsockname()[1]}")) as desk,
        closing(Reporting(desk)) as reports,
        socket.socket(type=socket.SOCK_DGRAM) as guest,
        socket.socket(type=socket.SOCK_DGRAM) as guest_rtcp,
        socket.socket(type=socket.SOCK_DGRAM) as sending,
        socket.socket(type=socket.SOCK_DGRAM) as control,
    ):
        for ear in (guest, guest_rtcp):
            ear.bind(("127.0.0.1", 0))
            ear.setblocking(False)
        sending.connect(guest.getsockname())
        control.connect(guest_rtcp.getsockname())

        async def talk() -> None:
            desk.open("jackrf-reports", dummy_jack.name)
            reports.start()
            desk.audience.join(take_datagrams(0, sending, "rtsp://x", "rtsp", control=control))
            await until(lambda: bool(datagrams(guest)))
            await until(lambda: len(select.select([guest_rtcp, rtcp], [], [], 0)[0]) == 2)
            began = time.monotonic()
            reports.close()
            # Players do not take the end of their connection before they have heard it.
            assert time.monotonic() - began >= GOODBYE_SECONDS
            datagrams(guest)
            reports.close()
            await asyncio.sleep(0.1)
            assert not datagrams(guest)

        asyncio.run(talk())
        told = [[type(one) for one in parse_compound(data)] for data in datagrams(guest_rtcp)]
        assert told[-1] == [SenderReport, SourceDescription, Goodbye]
        assert [Goodbye in one for one in told].count(True) == 1
        kept = [[type(one) for one in parse_compound(data)] for data in datagrams(rtcp)]
        assert kept
        assert not any(Goodbye in one for one in kept)
