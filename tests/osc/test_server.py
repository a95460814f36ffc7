"""The OSC server on real sockets: UDP and TCP on one port, a full sync, and a flood."""

import asyncio
import itertools
import os
import random
import socket
import struct
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from pythonosc import slip

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.osc.admission import Admission, Source
from jackrf.osc.counters import Refusals
from jackrf.osc.guard import Message, parse
from jackrf.osc.messages import encode, of
from jackrf.osc.namespace import Namespace
from jackrf.osc.server import OscServer
from jackrf.osc.surfaces import Surfaces
from jackrf.osc.telling import Outgoing
from jackrf.parameters import Place
from tests.osc.desks import large_desk, small_desk

VOX = Place("drums", "vox", "gain")
PACKETS = 40
STALL_SECONDS = 1.0
PING_SECONDS = 0.1


def free_port(host: str = "127.0.0.1", family: int = socket.AF_INET) -> int:
    """A port that UDP and TCP have free."""
    for _ in range(100):
        with socket.socket(family, socket.SOCK_DGRAM) as udp, socket.socket(family) as tcp:
            udp.bind((host, 0))
            port: int = udp.getsockname()[1]
            try:
                tcp.bind((host, port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


def server_of(desk: Desk, listen: str = "127.0.0.1", port: int | None = None) -> OscServer:
    """A server that does not listen yet."""
    mixes = list(desk.mixer.mix_number)
    admission = Admission([], mixes, lambda _: None, b"secret")
    surfaces = Surfaces(desk, Namespace(desk), admission, Refusals(mixes[0]))
    return OscServer(surfaces, admission, listen, free_port() if port is None else port)


def served(desk: Desk, client: Callable[[int], Any], listen: str = "127.0.0.1") -> Any:
    """Run a server in this thread and a client in another, until the client returns."""

    async def run() -> Any:
        family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        server = server_of(desk, listen, free_port(listen, family))
        await server.start()
        try:
            return await asyncio.to_thread(client, server.port)
        finally:
            await server.close()
            await server.close()

    return asyncio.run(run())


def ask(plain: socket.socket, path: str, *args: Any) -> list[Message]:
    """Send a message; return the messages of the next packet."""
    plain.send(encode(of(path, *args)))
    return parse(plain.recv(65536))


def udp_to(port: int, host: str = "127.0.0.1") -> socket.socket:
    """A UDP socket connected to the server."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    plain = socket.socket(family, socket.SOCK_DGRAM)
    plain.settimeout(5.0)
    plain.connect((host, port))
    return plain


def exactly(plain: socket.socket, size: int) -> bytes:
    """Read so many bytes."""
    data = b""
    while len(data) < size:
        data += plain.recv(size - len(data))
    return data


def counted(plain: socket.socket) -> bytes:
    """Read a packet in OSC 1.0's framing."""
    (size,) = struct.unpack(">I", exactly(plain, 4))
    return exactly(plain, size)


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
    """32 inputs in 16 mixes, to a tablet that does not read for a second: whole, and in at most
    40 packets.
    """
    desk = large_desk(32, 16)

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
    shown = {one.path for one in values}
    for mix, strip in itertools.product(range(1, 17), range(1, 33)):
        assert {f"/mix/{mix}/in/{strip}/{leaf}" for leaf in ("fader", "pan", "mute")} <= shown


def hostile(chance: random.Random) -> bytes:
    """Garbage: random bytes, cut messages, and a bundle that stops python-osc for good."""
    poison = b"#bundle\0" + struct.pack(">Qi", 1, -4)
    cut = encode(of("/mix/1/in/2/fader", 0.5))[: chance.randrange(20)]
    return chance.choice([poison, cut, chance.randbytes(chance.randrange(60)), b"/a\0\0,f\0\0"])


@pytest.mark.soak
def test_five_thousand_messages_a_second() -> None:
    """One second of them garbage: every valid last value is set, and a ping is answered within
    100 ms all the time.
    """
    seconds = float(os.environ.get("JACKRF_SOAK", "6"))
    desk = large_desk(32, 16)
    waits: list[float] = []

    def pinging(port: int, ended: threading.Event) -> None:
        with udp_to(port) as plain:
            while not ended.wait(0.05):
                asked = time.monotonic()
                assert ask(plain, "/ping")[0].path == "/pong"
                waits.append(time.monotonic() - asked)

    def client(port: int) -> dict[str, float]:
        ended = threading.Event()
        pinger = threading.Thread(target=pinging, args=(port, ended))
        pinger.start()
        last = storm(port, seconds)
        ended.set()
        pinger.join()
        time.sleep(0.5)
        return last

    last = served(desk, client)
    namespace = Namespace(desk)
    assert len(last) > 400
    for path, position in last.items():
        (target,) = namespace.resolve(path)
        assert namespace.get(target)[0] == pytest.approx(position, abs=1e-4), path
    assert len(waits) > 10 * seconds
    assert max(waits) < PING_SECONDS


def storm(port: int, seconds: float) -> dict[str, float]:
    """Send 5,000 messages a second, evenly; return the last value of each fader."""
    chance = random.Random(3)  # noqa: S311 - to be repeated, not to be secret
    last: dict[str, float] = {}
    with udp_to(port) as plain:
        began = time.monotonic()
        for number in range(round(5000 * seconds)):
            due = began + number / 5000
            if due > time.monotonic():
                time.sleep(max(0.0, due - time.monotonic()))
            if seconds / 2 <= number / 5000 < seconds / 2 + 1.0:
                plain.send(hostile(chance))
                continue
            path = f"/mix/{chance.randint(1, 16)}/in/{chance.randint(1, 32)}/fader"
            last[path] = chance.random()
            plain.send(encode(of(path, last[path])))
    return last


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
