"""The OSC server on real sockets: UDP and TCP on one port, a full sync, and a flood."""

import asyncio
import itertools
import os
import random
import socket
import struct
import time
from typing import Any, NamedTuple

import pytest
from pythonosc import slip

from jackrf.errors import InputError
from jackrf.lan.networks import Network
from jackrf.osc import server
from jackrf.osc.admission import Source
from jackrf.osc.guard import Message, parse
from jackrf.osc.messages import encode, of
from jackrf.osc.namespace import Namespace
from jackrf.osc.telling import Outgoing
from jackrf.parameters import Place
from tests.osc.board import Board, moved
from tests.osc.desks import large_desk, small_desk
from tests.osc.serving import ask, counted, exactly, free_port, served, server_of, udp_to
from tests.osc.storm import Pings, storm
from tests.quiet import best_of

VOX = Place("drums", "vox", "gain")
PACKETS = 40
STALL_SECONDS = 1.0
PING_SECONDS = 0.1


@pytest.mark.parametrize(("listen", "host"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1")])
def test_udp_is_heard_and_answered(listen: str, host: str) -> None:
    """Over IPv4 and IPv6."""
    desk = small_desk()

    def client(port: int) -> None:
        with udp_to(port, host) as plain:
            assert ask(plain, "/ping", 7) == [Message("/pong", "i", (7,))]
            plain.send(encode(of("/mix/1/in/2/fader", 0.5)))
            assert ask(plain, "/mix/1/in/2/gain")[0].args == (-10.0,)

    served(desk, client, listen)
    assert desk.mixer.value(VOX) == -10.0


def test_a_socket_for_both_hears_ipv4_as_such() -> None:
    """On :: loopback's IPv4 is the engineer's too, and is answered there."""
    desk = small_desk()

    def client(port: int) -> None:
        with udp_to(port) as plain:
            assert ask(plain, "/ping", 1) == [Message("/pong", "i", (1,))]

    served(desk, client, "::")


def test_tcp_is_on_the_same_port_in_both_framings() -> None:
    """A surface by TCP subscribes, is told what changes, and is answered in its framing."""
    desk = small_desk()

    def client(port: int) -> None:
        address = ("127.0.0.1", port)
        with socket.create_connection(address, 5.0) as one, udp_to(port) as other:
            wish = encode(of("/subscribe", "/mix/1"))
            one.sendall(struct.pack(">I", len(wish)) + wish)
            assert parse(counted(one))[0].path == "/sync/begin"
            other.send(encode(of("/mix/1/in/2/fader", 0.5)))
            fader = Message("/mix/1/in/2/fader", "f", (0.5,))
            while fader not in parse(counted(one)):
                pass
        with socket.create_connection(address, 5.0) as one:
            one.sendall(slip.encode(encode(of("/ping", 3))))
            expected = slip.encode(encode(of("/pong", 3)))
            assert exactly(one, len(expected)) == expected

    served(desk, client)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_in_use_is_one_line_and_nothing_stays(kind: socket.SocketKind) -> None:
    """Whichever of the two it is, the other is let go; and it may be closed all the same."""
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", free_port()))
        if kind == socket.SOCK_STREAM:
            taken.listen()
        port = taken.getsockname()[1]

        async def start() -> None:
            server = server_of(small_desk(), port=port)
            with pytest.raises(InputError, match=rf"port {port} .*Address already in use") as told:
                await server.start()
            assert "\n" not in str(told.value)
            assert told.value.exit_code == 2
            await server.close()

        asyncio.run(start())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
        udp.bind(("127.0.0.1", port))
        tcp.bind(("127.0.0.1", port))


def test_an_address_of_another_machine_cannot_be_listened_on() -> None:
    """One line that names it."""

    async def start() -> None:
        with pytest.raises(InputError, match=r"192\.0\.2\.77"):
            await server_of(small_desk(), "192.0.2.77").start()

    asyncio.run(start())


def test_a_full_sync_reaches_a_reader_that_stalls() -> None:
    """32 inputs in 16 mixes, to a tablet that does not read for a second: at most 40 packets, none
    lost, and what the tablet shows then is what the whole desk is.
    """
    desk = large_desk(32, 16)
    chance = random.Random(7)  # noqa: S311 - to be repeated, not to be secret
    levels = {p: v for p, v in moved(desk, chance, 1.0).items() if p.name in ("gain", "trim")}
    desk.change(levels | moved(desk, chance, 0.03))

    def client(port: int) -> tuple[list[Message], int]:
        with udp_to(port) as plain:
            plain.send(encode(of("/subscribe", "/")))
            time.sleep(STALL_SECONDS)
            told: list[Message] = []
            for packets in itertools.count(1):
                told += parse(plain.recv(65536))
                if told[-1].path == "/sync/end":
                    return told, packets
            raise AssertionError

    told, packets = served(desk, client)
    begin, *values, end = told
    assert begin.path == "/sync/begin"
    assert end.args == ("/", begin.args[1], len(values))
    assert packets <= PACKETS
    board = Board(Namespace(desk))
    board.hear(values)
    assert list(board.wrong()) == []


@pytest.mark.soak
def test_five_thousand_messages_a_second() -> None:
    """One second of them garbage: every valid last value is set, and a ping is answered within
    100 ms all the time.
    """
    seconds = float(os.environ.get("JACKRF_SOAK", "6"))
    best_of(lambda: after_a_storm(seconds), lambda found: found.wrong == 0 and found.ping < 0.1)


class Storm(NamedTuple):
    """What a storm did.

    Attributes:
        ping: the longest wait for an answer, in seconds.
        wrong: faders that are not where the storm left them.
    """

    ping: float
    wrong: int


def after_a_storm(seconds: float) -> Storm:
    """Have a storm, and look what it did."""
    desk = large_desk(32, 16)
    pings: list[Pings] = []

    def client(port: int) -> dict[str, float]:
        pings.append(Pings(port))
        with pings[0]:
            last = storm(port, seconds)
        time.sleep(0.5)
        return last

    last = served(desk, client)
    namespace = Namespace(desk)
    assert len(last) > 400
    assert len(pings[0].waits) > 10 * seconds
    stands = [namespace.get(namespace.resolve(path)[0])[0] for path in last]
    wrong = sum(
        one != pytest.approx(position, abs=1e-4)
        for one, position in zip(stands, last.values(), strict=True)
    )
    return Storm(max(pings[0].waits), wrong)


def test_when_the_kernel_has_no_room_meters_go_and_the_rest_waits() -> None:
    """In its order; and it is sent when there is room again."""

    class Full(socket.socket):
        full = True
        sent: list[bytes]

        def sendto(self, data: Any, *_: Any) -> int:
            if self.full:
                raise BlockingIOError
            self.sent.append(data)
            return len(data)

    async def run() -> None:
        server = server_of(small_desk())
        await server.start()
        assert server._udp is not None
        asyncio.get_running_loop().remove_reader(server._udp)
        server._udp.close()
        full = Full(socket.AF_INET, socket.SOCK_DGRAM)
        full.setblocking(False)
        full.sent = []
        server._udp = full
        to = Source("127.0.0.1", 9)
        for number in range(3):
            server._send(Outgoing(to, b"meter", meter=True))
            server._send(Outgoing(to, b"%d" % number))
        assert server._is_congested(to)
        full.full = False
        server._write()
        assert full.sent == [b"0", b"1", b"2"]
        assert not server._is_congested(to)
        await server.close()

    asyncio.run(run())


def test_where_the_kernel_tells_nothing_networks_are_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Once a second while somebody speaks, heard or not; and not while nobody does."""
    looks: list[float] = []

    def look() -> list[Network]:
        looks.append(time.monotonic())
        return []

    monkeypatch.setattr(server, "network_changes", lambda: None)
    monkeypatch.setattr(server, "attached_networks", look)
    monkeypatch.setattr(server, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(server, "QUIET_SECONDS", 0.5)

    def client(port: int) -> int:
        with udp_to(port) as plain:
            ask(plain, "/ping")
            time.sleep(1.2)
            return len(looks)

    counted_looks = served(small_desk(), client)
    assert 2 <= counted_looks <= 4
