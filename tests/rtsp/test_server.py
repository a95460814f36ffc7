"""RTSP on real sockets, before a callback that sends: who tunes in, stays, leaves, is refused."""

import gc
import os
import resource
import socket
import time
import weakref
from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.rtp.packet import parse
from jackrf.rtp.stream import identify
from jackrf.rtsp.conversation import SESSION_SECONDS
from jackrf.rtsp.messages import Frame
from jackrf.rtsp.server import SPARE, RtspServer
from tests.audience.connections import datagrams
from tests.osc.desks import small_desk
from tests.rtsp.exchange import admission
from tests.rtsp.serving import Player, Theatre
from tests.system.instruments import wait_for

SSRC = identify("Evening", "drums")[0]


def bound(host: str = "127.0.0.1") -> socket.socket:
    """A UDP socket that waits for its packets."""
    plain = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM)
    plain.bind((host, 0))
    plain.settimeout(5.0)
    return plain


def transport(udp: socket.socket) -> str:
    """The header that asks for packets to a socket."""
    port = udp.getsockname()[1]
    return f"RTP/AVP;unicast;client_port={port}-{port + 1 if port < 65535 else port - 1}"


def is_silent(udp: socket.socket, seconds: float = 0.1) -> bool:
    """Whether nothing more comes to a socket, but for what is on its way."""
    time.sleep(0.05)
    datagrams(udp)
    udp.settimeout(seconds)
    try:
        udp.recv(2048)
    except TimeoutError:
        return True
    return False


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_listener_over_udp(host: str) -> None:
    """Hears from PLAY on, from the ports that it was told, with the sequence number that it was
    told; not while it pauses, and not after it has left.
    """
    theatre = Theatre(listen=host)

    def client(port: int) -> None:
        with bound(host) as udp, Player(port, host) as player:
            told = player.set_up(transport(udp)).header("transport") or ""
            assert is_silent(udp)
            info = player.ask("PLAY").header("rtp-info") or ""
            packet, sender = udp.recvfrom(2048)
            assert f"server_port={sender[1]}-{sender[1] + 1}" in told
            assert sender[1] % 2 == 0
            first = parse(packet)
            assert f"seq={first.sequence};" in info
            assert first.marker
            assert player.ask("PAUSE").status == 200
            assert is_silent(udp)
            info = player.ask("PLAY").header("rtp-info") or ""
            udp.settimeout(5.0)
            again = parse(udp.recv(2048))
            assert again.marker
            assert f"seq={again.sequence};" in info
            assert player.ask("TEARDOWN").status == 200
            assert is_silent(udp)
            assert not theatre.desk.audience.listeners

    theatre.play_to(client)


def test_a_listener_over_tcp() -> None:
    """Hears on the connection itself, and is answered between two packets, none of them torn;
    after a pause it hears on, and after it has left it may set up again.
    """
    theatre = Theatre()

    def client(port: int) -> None:
        with Player(port) as player:
            assert player.set_up("RTP/AVP/TCP;unicast;interleaved=2-3").status == 200
            player.ask("PLAY")
            for _ in range(20):
                assert player.ask("GET_PARAMETER").status == 200
            assert player.ask("PAUSE").status == 200
            count = len(player.frames)
            time.sleep(0.05)
            assert player.ask("OPTIONS").status == 200
            assert len(player.frames) == count
            player.ask("PLAY")
            assert isinstance(player.item(), Frame)
            assert player.ask("TEARDOWN").status == 200
            player.session = ""
            assert player.set_up("RTP/AVP/TCP;unicast;interleaved=0-1").status == 200
            assert {frame.channel for frame in player.frames} == {2}
            packets = [parse(frame.data) for frame in player.frames]
            assert {len(packet.payload) for packet in packets} == {64 * 4}
            numbers = [packet.sequence for packet in packets]
            assert [(number - numbers[0]) % 2**16 for number in numbers] == list(
                range(len(packets))
            )

    theatre.play_to(client)


def test_who_hangs_up_has_left() -> None:
    """With UDP as with TCP, and no socket stays open."""
    theatre = Theatre()

    def open_files() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    def client(port: int) -> None:
        before = open_files()
        for _ in range(5):
            with bound() as udp, Player(port) as one, Player(port) as other:
                one.set_up(transport(udp))
                one.ask("PLAY")
                other.set_up("RTP/AVP/TCP")
                other.ask("PLAY")
                # A listener joins once its answer is on its way.
                wait_for(lambda: len(theatre.desk.audience.listeners) == 2)
            wait_for(lambda: not theatre.desk.audience.listeners)
        wait_for(lambda: open_files() == before)

    theatre.play_to(client)


def test_who_has_hung_up_leaves_no_cycle_behind() -> None:
    """However many come and go, there is no garbage to search for, which would hold up all."""
    theatre = Theatre()

    def client(port: int) -> None:
        with Player(port) as player:
            player.set_up("RTP/AVP/TCP")
            player.ask("PLAY")
            wait_for(lambda: bool(theatre.desk.audience.listeners))
            (connection,) = list(theatre.server._open)
            parts = [weakref.ref(one) for one in (connection, connection.conversation)]
            del connection
        wait_for(lambda: not theatre.server.connections)
        wait_for(lambda: all(part() is None for part in parts))

    gc.disable()
    try:
        theatre.play_to(client)
    finally:
        gc.enable()


def test_a_session_of_which_nothing_is_heard_ends() -> None:
    """A minute after the last word, though the connection is still there."""
    theatre = Theatre()

    def client(port: int) -> None:
        with bound() as udp, Player(port) as player:
            player.set_up(transport(udp))
            player.ask("PLAY")
            theatre.late += SESSION_SECONDS + 1.0
            assert player.is_hung_up_on()
            assert is_silent(udp)

    theatre.play_to(client)


def test_idle_connections_keep_nobody_out() -> None:
    """However many a host opens, the one that came first gives way; those who hear stay."""
    theatre = Theatre(admission(most_per_host=2))

    def client(port: int) -> None:
        with Player(port) as hearing:
            hearing.set_up("RTP/AVP/TCP")
            hearing.ask("PLAY")
            crowd = [socket.create_connection(("127.0.0.1", port)) for _ in range(3 * SPARE)]
            with Player(port) as late:
                assert late.ask("OPTIONS").status == 200
            assert hearing.ask("GET_PARAMETER").status == 200
            assert theatre.server.connections <= 2 + SPARE
            for one in crowd:
                one.close()

    theatre.play_to(client)
    assert theatre.admission.refusals.counts["host_full"] > 0


def test_without_a_descriptor_left_it_rests() -> None:
    """Who comes then waits, and is served when there are some again: the loop does not turn in
    vain.
    """
    theatre, tried = Theatre(), 0
    accept = theatre.server._accept

    def count() -> None:
        nonlocal tried
        tried += 1
        accept()

    theatre.server._accept = count  # type: ignore[method-assign]

    def client(port: int) -> None:
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        with socket.socket() as late:
            late.settimeout(5.0)
            free = os.dup(late.fileno())
            os.close(free)
            resource.setrlimit(resource.RLIMIT_NOFILE, (free, limits[1]))
            try:
                late.connect(("127.0.0.1", port))
                time.sleep(0.3)
            finally:
                resource.setrlimit(resource.RLIMIT_NOFILE, limits)
            assert tried == 1
            late.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert late.recv(100).startswith(b"RTSP/1.0 200 OK")

    theatre.play_to(client)


def test_who_leaves_by_a_full_link_is_answered_when_there_is_room() -> None:
    """What the audio thread had begun first, and then the answer, with nothing more asked."""
    theatre = Theatre()

    def client(port: int) -> None:
        with Player(port) as player:
            player.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
            player.set_up("RTP/AVP/TCP")
            player.ask("PLAY")
            wait_for(lambda: bool(theatre.desk.audience.listeners))
            (listener,) = theatre.desk.audience.listeners
            listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            listener.row["budget"] = 10**9
            wait_for(lambda: int(listener.row["full"][0]) > 10, 20.0)
            left = f"TEARDOWN /drums RTSP/1.0\r\nCSeq: 9\r\nSession: {player.session}\r\n\r\n"
            player.socket.sendall(left.encode())
            wait_for(lambda: listener.socket.fileno() == -1)
            player.socket.settimeout(5.0)
            found = player.response()
            assert (found.status, found.header("cseq")) == (200, "9")

    theatre.play_to(client)


def test_what_is_no_rtsp_is_answered_once() -> None:
    """And hung up on; the next one is served as ever."""
    theatre = Theatre()

    def client(port: int) -> None:
        with Player(port) as player:
            player.socket.sendall(b"\x16\x03\x01\x02\x00")
            assert player.response().status == 400
            assert player.is_hung_up_on()
        with Player(port) as player:
            assert player.ask("OPTIONS").status == 200

    theatre.play_to(client)


def test_who_does_not_read_is_hung_up_on() -> None:
    """Before its answers fill any memory: a listener over TCP, and one who only asks."""
    theatre = Theatre()

    def client(port: int) -> None:
        for tuned_in in (False, True):
            with Player(port) as player:
                if tuned_in:
                    player.set_up("RTP/AVP/TCP")
                    player.ask("PLAY")
                player.socket.settimeout(0.5)
                question = b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n" * 100
                try:
                    for _ in range(1000):
                        player.socket.sendall(question)
                except OSError:
                    pass
            with Player(port) as other:
                assert other.ask("OPTIONS").status == 200

    theatre.play_to(client)


def test_without_jack_there_is_nothing_to_describe() -> None:
    """For now; a place may be taken all the same."""
    theatre = Theatre()

    def client(port: int) -> None:
        with Player(port) as player:
            assert player.ask("DESCRIBE").status == 503
            assert player.set_up("RTP/AVP/TCP").status == 200

    theatre.play_to(client)


def test_only_neighbours_are_welcome() -> None:
    """Others are hung up on before they have said anything."""
    theatre = Theatre()
    theatre.admission.is_heard = lambda host: host != "127.0.0.1"  # type: ignore[method-assign]

    def client(port: int) -> None:
        with Player(port) as player:
            assert player.is_hung_up_on()

    theatre.play_to(client)


def test_a_port_that_is_taken_is_said_so() -> None:
    """With what mends it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = RtspServer(small_desk(), admission(), "127.0.0.1", port)
        with pytest.raises(
            InputError, match=rf"port {port} \(Address already in use\).*\[listen\]"
        ):
            server._bound()
