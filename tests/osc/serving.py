"""The OSC server of a desk without JACK on real sockets, and clients that talk with it."""

import asyncio
import socket
import struct
import time
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

Warn = Callable[[str], None]
"""Takes a line for the log."""


PULSE_SECONDS = 0.005


class Pulse:
    """Takes the pulse of an event loop in CPU time, which other programs do not make longer.

    Attributes:
        longest: turn of the loop, in seconds; shorter ones are counted together with the next.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.thread_time()
        self._beat()
        self.longest = 0.0

    def _beat(self) -> None:
        now = time.thread_time()
        self.longest, self._last = max(self.longest, now - self._last), now
        self._timer = asyncio.get_running_loop().call_later(PULSE_SECONDS, self._beat)

    def stop(self) -> None:
        """Take it no more."""
        self._timer.cancel()


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


def server_of(
    desk: Desk, listen: str = "127.0.0.1", port: int | None = None, warn: Warn = lambda _: None
) -> OscServer:
    """A server that does not listen yet."""
    mixes = list(desk.mixer.mix_number)
    admission = Admission([], mixes, lambda _: None, b"secret")
    surfaces = Surfaces(desk, Namespace(desk), admission, Refusals(mixes[0]), warn=warn)
    return OscServer(surfaces, admission, listen, free_port() if port is None else port)


def served(
    desk: Desk,
    client: Callable[[int], Any],
    listen: str = "127.0.0.1",
    warn: Warn = lambda _: None,
    turns: list[float] | None = None,
) -> Any:
    """Run a server in this thread and a client in another, until the client returns.

    Args:
        desk: that is served.
        client: is given the port.
        listen: address.
        warn: takes lines for the log.
        turns: gets the CPU time of the loop's longest turn.

    What the event loop would only write into a log, an exception in a callback, is an error here.
    """
    failures: list[dict[str, Any]] = []

    async def run() -> Any:
        asyncio.get_running_loop().set_exception_handler(lambda _, what: failures.append(what))
        family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        server = server_of(desk, listen, free_port(listen, family), warn)
        await server.start()
        pulse = None if turns is None else Pulse()
        try:
            return await asyncio.to_thread(client, server.port)
        finally:
            if turns is not None and pulse is not None:
                pulse.stop()
                turns.append(pulse.longest)
            await server.close()
            await server.close()

    found = asyncio.run(run())
    assert failures == []
    return found


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
