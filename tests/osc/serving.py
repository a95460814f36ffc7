"""The OSC server of a desk without JACK on real sockets, and clients that talk with it."""

import asyncio
import socket
import struct
from collections.abc import Callable
from typing import Any

from jackrf.desk import Desk
from jackrf.osc.admission import Admission
from jackrf.osc.counters import Refusals
from jackrf.osc.guard import Message, parse
from jackrf.osc.messages import encode, of
from jackrf.osc.namespace import Namespace
from jackrf.osc.server import OscServer
from jackrf.osc.surfaces import Surfaces


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
