"""Attacks on the RTSP port of a running jackrf: a great many connections, slow ones, and noise."""

import contextlib
import itertools
import resource
import socket
import struct
import time
from collections import deque
from collections.abc import Iterator

from tests.rtsp.fuzzing import hostile

IDLE = 10_000
DRIPPING = 64
AT_ONCE = 24
"""Connections: more of one host give way to each other before they are answered."""
AT_ONCE_CLOSED = struct.pack("ii", 1, 0)
"""SO_LINGER: no port waits for what may still come, or there would soon be none left."""


@contextlib.contextmanager
def many_files() -> Iterator[None]:
    """Let this process hold as many sockets as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def crowd(port: int) -> None:
    """Open a great many connections and say nothing on them; whoever comes then is answered."""
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


def fuzz(port: int, count: int) -> None:
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
