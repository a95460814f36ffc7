"""A running jackrf under attack by RTSP: control answers in time, memory stays, audio goes on."""

import contextlib
import itertools
import os
import resource
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import psutil
import pytest

from jackrf.testing import DummyJack
from tests.rtsp.fuzzing import hostile
from tests.system.capture import Capture
from tests.system.music import one_voice
from tests.system.running import Running

pytestmark = pytest.mark.system

IDLE = 10_000
DRIPPING = 64
MALFORMED = int(os.environ.get("JACKRF_FUZZ", "3000"))
"""Each has a connection of its own; `make fuzz` sends a million."""
WARM_UP = 2000
AT_ONCE = 24
"""Connections: more of one host give way to each other before they are answered."""
AT_ONCE_CLOSED = struct.pack("ii", 1, 0)
"""SO_LINGER: no port waits for what may still come, or there would soon be none left."""
ANSWER_SECONDS = 0.1
MOST_GROWTH = 16 << 20
"""Bytes of resident memory: buffers of a few hundred connections, and Python's own arenas."""


@contextlib.contextmanager
def many_files() -> Iterator[None]:
    """Let this process hold as many sockets as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Pulse:
    """Asks the control socket again and again, and remembers how long the answers took."""

    def __init__(self, running: Running) -> None:
        self.seconds: list[float] = []
        self._running = running
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._feel)

    def _feel(self) -> None:
        while not self._over.wait(0.02):
            began = time.monotonic()
            self._running.status()
            self.seconds.append(time.monotonic() - began)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def crowd(port: int) -> None:
    """Open a great many connections, and say nothing on any of them."""
    with contextlib.ExitStack() as stack:
        for _ in range(IDLE):
            try:
                stack.enter_context(socket.create_connection(("127.0.0.1", port), 5.0))
            except OSError:  # the backlog is full for the moment
                time.sleep(0.01)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as late:
            late.settimeout(5.0)
            late.sendall(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n")
            assert late.recv(100).startswith(b"RTSP/1.0 200 OK")


def lorises(port: int) -> None:
    """Send requests by the byte, on many connections at once."""
    request = b"OPTIONS rtsp://127.0.0.1/ear RTSP/1.0\r\nUser-Agent: loris\r\n"
    with contextlib.ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            for _ in range(DRIPPING)
        ]
        for octet in itertools.islice(itertools.cycle(request), 60):
            for one in slow:
                with contextlib.suppress(OSError):
                    one.send(bytes([octet]))
            time.sleep(0.02)


def fuzz(port: int, count: int = MALFORMED) -> None:
    """Send what nobody should, each on a connection of its own, and wait for what is answered."""
    waiting: deque[socket.socket] = deque()
    for piece in hostile(6, count):
        one = socket.create_connection(("127.0.0.1", port), 5.0)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE_CLOSED)
        waiting.append(one)
        with contextlib.suppress(OSError):
            one.sendall(piece)
            one.shutdown(socket.SHUT_WR)
        if len(waiting) == AT_ONCE:
            hear_out(waiting.popleft())
    for one in waiting:
        hear_out(one)


def hear_out(one: socket.socket) -> None:
    """Wait until a connection is over: whatever was asked, it is answered or hung up on."""
    with one, contextlib.suppress(ConnectionError):
        one.settimeout(5.0)
        while one.recv(4096):
            pass


@pytest.mark.fuzz
@pytest.mark.parametrize("attack", [crowd, lorises, fuzz])
def test_an_attack_is_noticed_by_nobody_else(
    dummy_jack: DummyJack, tmp_path: Path, attack: Callable[[int], None]
) -> None:
    """Ten thousand idle connections, slow ones, and malformed requests: 19 of 20 answers of the
    control socket come within 100 ms, memory is bounded, and no packet is dropped.
    """
    with Capture() as capture, many_files():
        session = one_voice(capture.port)
        with Running(tmp_path, session, dummy_jack.name) as running:
            port = running.status()["rtsp"]["port"]
            # What is made once, for whoever comes first, is no growth.
            fuzz(port, WARM_UP)
            time.sleep(0.5)
            process = psutil.Process(running.pid)
            memory, losses = process.memory_info().rss, running.losses()[1:]
            with Pulse(running) as pulse:
                attack(port)
                time.sleep(0.2)
            grown = process.memory_info().rss - memory
            assert running.losses()[1:] == losses
            files = process.num_fds()
        packets = capture.packets
    assert sorted(pulse.seconds)[len(pulse.seconds) * 95 // 100] < ANSWER_SECONDS
    assert grown < MOST_GROWTH
    assert files < 200
    numbers = [one.packet.sequence for one in packets]
    assert {(b - a) % 2**16 for a, b in itertools.pairwise(numbers)} == {1}
