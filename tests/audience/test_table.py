"""All listeners of a desk: joining, leaving, posting, while the callback runs."""

import socket
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np

from jackrf.audience.listener import Listener
from jackrf.audience.sockets import open_listener, take_datagrams, take_stream
from jackrf.audience.table import Audience
from jackrf.destinations import parse_url
from jackrf.testing import OfflineClient
from tests.audience.connections import connection, datagrams, interleaved, read
from tests.offline import desk

SILENCE = np.zeros((1, 64), np.float32)


class Place:
    """An AF_UNIX datagram listener, and the end at which it hears."""

    def __init__(self, stack: ExitStack, mix: int = 0) -> None:
        near, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        stack.enter_context(self.far)
        self.far.setblocking(False)
        with near:
            self.listener = take_datagrams(mix, near, "unix", "test")

    def heard(self) -> int:
        """How many packets have come since the last call."""
        return len(datagrams(self.far))


def descriptors() -> int:
    """How many files and sockets this process has open."""
    return len(list(Path("/proc/self/fd").iterdir()))


def started(*listeners: Listener) -> tuple[Audience, OfflineClient]:
    """An audience that is sent to."""
    audience, client = Audience(listeners), desk()
    audience.start(client.engine)
    return audience, client


def test_who_joins_hears_from_the_next_period_on() -> None:
    """And who leaves hears no more; the others never notice."""
    with ExitStack() as stack:
        first, second = Place(stack), Place(stack)
        audience, client = started(first.listener)
        stack.callback(audience.close)
        client.process(SILENCE)
        audience.join(second.listener)
        client.process(SILENCE)
        assert (first.heard(), second.heard()) == (2, 1)
        audience.leave(first.listener)
        client.process(SILENCE)
        assert (first.heard(), second.heard()) == (0, 1)
        assert audience.listeners == [second.listener]


def test_a_socket_is_closed_when_no_period_can_use_it() -> None:
    """Two periods after its listener left, with the next look; and once only."""
    with ExitStack() as stack:
        place = Place(stack)
        audience, client = started(place.listener)
        stack.callback(audience.close)
        told: list[bytes] = []
        audience.leave(place.listener, told.append)
        audience.leave(place.listener, told.append)
        for _ in range(2):
            audience.tend()
            assert place.listener.socket.fileno() >= 0
            client.process(SILENCE)
        assert told == []
        audience.tend()
        assert told == [b""]
        assert place.listener.socket.fileno() == -1


def test_many_come_and_go_and_nothing_is_left() -> None:
    """Five hundred, with a period between: no descriptor more, and no packet to the wrong one."""
    with ExitStack() as stack:
        audience, client = started()
        before = descriptors()
        for _ in range(500):
            with ExitStack() as visit:
                place = Place(visit)
                audience.join(place.listener)
                client.process(SILENCE)
                audience.leave(place.listener)
                client.process(SILENCE)
                assert place.heard() == 1
            audience.tend()
        for _ in range(3):
            client.process(SILENCE)
            audience.tend()
        assert descriptors() == before
        stack.callback(audience.close)


def test_watchers_are_told_of_each_change() -> None:
    """Joining and leaving, after it was done."""
    with ExitStack() as stack:
        place = Place(stack)
        audience, _ = started()
        stack.callback(audience.close)
        seen: list[int] = []
        audience.watch(lambda: seen.append(len(audience.listeners)))
        audience.join(place.listener)
        audience.leave(place.listener)
        assert seen == [1, 0]


def test_whose_stream_has_ended_is_let_go() -> None:
    """With the next look, which tells who it was."""
    with connection() as (near, _):
        one = take_stream(0, near, "rtsp://x", "rtsp", channel=0)
        audience, client = started(one)
        assert audience.tend() == []
        one.row["gone"] = 1
        assert audience.tend() == [one]
        assert audience.listeners == []
        client.process(SILENCE)
        client.process(SILENCE)
        assert audience.tend() == []
        assert one.socket.fileno() == -1


def test_messages_go_out_with_and_without_jack() -> None:
    """Between packets while there is an engine; at once while there is none."""
    message = b"$\x01\x00\x02ok"
    with connection() as (near, far):
        one = take_stream(0, near, "rtsp://x", "rtsp", channel=0)
        with closing(Audience([one])) as audience:
            far.settimeout(5.0)
            assert audience.post(one, message)
            assert far.recv(100) == message
            client = desk()
            audience.start(client.engine)
            assert audience.post(one, message)
            client.process(SILENCE)
            client.process(SILENCE)
            audience.stop()
            assert audience.post(one, message)
            audience.tend()
            far.setblocking(False)
            frames, rest = interleaved(read(far))
            assert (rest, [channel for channel, _ in frames]) == (b"", [1, 0, 0, 1])


def test_who_leaves_a_stream_finishes_what_it_began() -> None:
    """The rest of a frame and the last response are written; what is left is handed back."""
    with connection() as (near, far):
        one = take_stream(0, near, "rtsp://x", "rtsp", channel=0)
        audience = Audience([one])
        one.row["rest_bytes"], one.row["rest_done"] = 10, 7
        told: list[bytes] = []
        audience.start(desk().engine)
        audience.post(one, b"RTSP/1.0 200 OK\r\n\r\n")
        audience.leave(one, told.append)
        audience.stop()
        far.settimeout(5.0)
        assert far.recv(100) == bytes(3) + b"RTSP/1.0 200 OK\r\n\r\n"
        assert told == [b""]
        near.send(b"mine again")
        assert far.recv(100) == b"mine again"


def test_another_sessions_audience_takes_over() -> None:
    """Same place, same socket, sent to as the new one says; who came by itself stays; who is not
    wanted leaves.
    """
    with ExitStack() as stack:
        urls = [f"udp://127.0.0.1:{port}" for port in (50151, 50152, 50153)]
        staying, leaving = (open_listener(0, parse_url(url), 46) for url in urls[:2])
        place = Place(stack)
        old, client = started(staying, leaving, place.listener)
        again, coming = (open_listener(0, parse_url(url), 0) for url in (urls[0], urls[2]))
        new = Audience([again, coming])
        stack.callback(new.close)
        old.hand_over(new)
        assert old.listeners == []
        assert staying.socket.getsockopt(socket.IPPROTO_IP, socket.IP_TOS) == 0
        assert set(new.listeners) == {staying, coming, place.listener}
        client.process(SILENCE)
        client.process(SILENCE)
        new.tend()
        assert place.heard() == 2
        assert (again.socket.fileno(), leaving.socket.fileno()) == (-1, -1)
        assert staying.row["sent"][0] + staying.row["refused"][0] > 0
