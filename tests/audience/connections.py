"""Sockets of the tests: what has come to them, and frames read off with nothing of jackrf's."""

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def connection(
    room: int = 4096, segment: int = 1400
) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two ends of a TCP connection over loopback; the second one holds little, and never waits.

    Args:
        room: bytes of its SO_RCVBUF.
        segment: bytes of TCP_MAXSEG; the smaller, the more often a socket takes a part of a frame.
    """
    with socket.create_server(("127.0.0.1", 0)) as server:
        # The window of a connection is settled when it is made.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, segment)
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with near, far:
        far.setblocking(False)
        yield near, far


def read(far: socket.socket, most: int = 1 << 20) -> bytes:
    """Return what has come, at most so many bytes."""
    taken = b""
    with contextlib.suppress(BlockingIOError):
        while len(taken) < most and (some := far.recv(most - len(taken))):
            taken += some
    return taken


def datagrams(ear: socket.socket) -> list[bytes]:
    """Return the datagrams that have come; none is waited for."""
    patience, taken = ear.gettimeout(), []
    ear.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            taken.append(ear.recv(2048))
    ear.settimeout(patience)
    return taken


def prefixed(stream: bytes) -> tuple[list[bytes], bytes]:
    """Return the packets in a stream by RFC 4571, and what is left at its end."""
    packets = []
    while len(stream) >= 2 and len(stream) >= 2 + int.from_bytes(stream[:2], "big"):
        end = 2 + int.from_bytes(stream[:2], "big")
        packets.append(stream[2:end])
        stream = stream[end:]
    return packets, stream


def interleaved(stream: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Return channel and packet of each frame by RFC 2326 section 10.12, and what is left."""
    frames = []
    while len(stream) >= 4 and len(stream) >= 4 + int.from_bytes(stream[2:4], "big"):
        assert stream[:1] == b"$", stream[:20]
        end = 4 + int.from_bytes(stream[2:4], "big")
        frames.append((stream[1], stream[4:end]))
        stream = stream[end:]
    return frames, stream
