"""An encrypted stream is heard as if it were none."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.rtp.crypto import Crypto
from jackrf.rtsp.ports import pair
from jackrf.rtsp.unsealing import PUZZLING, Unsealing
from jackrf.srtp.library import Opener, Sealer
from tests.srtp.test_library import KEY, PACKET, REPORT
from tests.system.instruments import wait_for

OTHER = bytes(30)


class Sender:
    """Who sends to it, on loopback."""

    def __init__(self, unsealing: Unsealing) -> None:
        self.sockets = pair("127.0.0.1")
        for one, ear in zip(
            self.sockets, (unsealing._outer, unsealing._outer_reports), strict=True
        ):
            assert ear is not None
            one.connect(ear.getsockname())
            one.settimeout(5.0)

    def close(self) -> None:
        """End."""
        for one in self.sockets:
            one.close()


@pytest.fixture
def unsealing() -> Iterator[Unsealing]:
    """One on loopback."""
    made = Unsealing(Crypto(KEY), *pair("127.0.0.1"))
    with made.hearing, made.reports, closing(made):
        for one in (made.hearing, made.reports):
            one.settimeout(5.0)
        yield made


def test_packets_and_reports_come_opened(unsealing: Unsealing) -> None:
    """On sockets whose neighbours are those of the packets' own: reports go back from there."""
    sealer = Sealer(Crypto(KEY))
    with closing(Sender(unsealing)) as sender:
        packets, reports = sender.sockets
        packets.send(sealer.packet(PACKET))
        data, peer = unsealing.hearing.recvfrom(2048)
        assert data == PACKET
        # Before any report of the sender: to the port above its packets'.
        unsealing.reports.sendto(REPORT, (peer[0], peer[1] + 1))
        assert Opener(Crypto(KEY)).report(reports.recv(2048)) == REPORT
        reports.send(sealer.report(REPORT))
        data, told_by = unsealing.reports.recvfrom(2048)
        assert (data, told_by) == (REPORT, (peer[0], peer[1] + 1))
        unsealing.reports.sendto(REPORT, told_by)
        assert Opener(Crypto(KEY)).report(reports.recv(2048)) is not None
        assert (unsealing.opened, unsealing.refused) == (1, 0)


def test_what_is_of_another_key_is_thrown_away_and_told_once(
    unsealing: Unsealing, capfd: pytest.CaptureFixture[str]
) -> None:
    """Until it is told that key, as after its server was started anew."""
    sealer = Sealer(Crypto(OTHER))
    with closing(Sender(unsealing)) as sender:
        for number in range(2 * PUZZLING):
            sender.sockets[0].send(sealer.packet(PACKET))
            sender.sockets[1].send(sealer.report(REPORT))
            wait_for(lambda seen=number: unsealing.refused > seen)  # type: ignore[misc]
        assert capfd.readouterr().err.count("cannot be opened") == 1
        unsealing.turn(Crypto(OTHER))
        sender.sockets[0].send(sealer.packet(PACKET))
        assert unsealing.hearing.recv(2048) == PACKET
        unsealing.reports.setblocking(False)
        with pytest.raises(BlockingIOError):
            unsealing.reports.recv(2048)


def test_it_does_without_reports() -> None:
    """Where their port is taken."""
    hearing, other = pair("127.0.0.1")
    other.close()
    unsealing = Unsealing(Crypto(KEY), hearing, None)
    with (
        unsealing.hearing,
        unsealing.reports,
        closing(unsealing),
        socket.socket(type=socket.SOCK_DGRAM) as sender,
    ):
        sender.sendto(Sealer(Crypto(KEY)).packet(PACKET), hearing.getsockname())
        unsealing.hearing.settimeout(5.0)
        assert unsealing.hearing.recv(2048) == PACKET
