"""Surfaces that another process of jackrf's own brings: the pages of the web.

They come in by a Unix socket that only its owner may open. Each connection is one surface; it
begins with a line of JSON that says from where it comes and what it may do, since whoever brings it
has looked at that::

    {"host": "192.168.1.20", "port": 50123, "role": "musician", "mixes": ["drums"]}

and goes on with OSC packets, framed as over TCP. A surface that does not read is told no more: its
bringer stops reading for it, and what queues up here is its congestion.
"""

import asyncio
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

from jackrf.errors import InputError
from jackrf.lan.networks import parse_host
from jackrf.osc.admission import ALL, Admission, Rights, Source, musician
from jackrf.osc.connections import Connection, Connections

MOST_RELAYED: Final = 96
"""Surfaces at a time: a page for each mix, those of the engineer, and some to spare."""
MOST_OF_A_HOST: Final = 32
LONGEST_LINE: Final = 4096
TURNS_TO_BEGIN: Final = 5
"""Turns of the loop, and some to spare, from accept() to our `connection_made`."""


class Relayed:
    """All surfaces that are brought.

    Args:
        packet: takes each packet that comes in.
        admission: is told what each of them may do.
        ended: is told when one has gone.
        arrived: is called when one comes.
    """

    def __init__(
        self,
        packet: Callable[[Source, bytes], None],
        admission: Admission,
        ended: Callable[[Source], None],
        arrived: Callable[[], None],
    ) -> None:
        self._admission = admission
        self._tell_ended = ended
        self._arrived = arrived
        self._path: Path | None = None
        self._server: asyncio.Server | None = None
        self._waiting: set[asyncio.Transport] = set()
        self.connections = Connections(
            packet, lambda _: True, self._ended, MOST_RELAYED, MOST_OF_A_HOST
        )

    async def start(self, path: Path) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Args:
            path: of the socket, in a folder that only its owner may enter.

        Raises:
            InputError: it cannot be opened there.
        """
        bound = _bound(path)
        self._path = path
        self._server = await asyncio.get_running_loop().create_unix_server(
            lambda: _Introduction(self), sock=bound
        )

    async def close(self) -> None:
        """Hang up on all and stop listening. Harmless when called again."""
        if self._server is None or self._path is None:
            return
        server, self._server = self._server, None
        _remove(self._path)
        # Without its file nobody new can come; asyncio forgets to close a connection that it
        # accepted and could not hand over before server.close().
        for _ in range(TURNS_TO_BEGIN):
            await asyncio.sleep(0)
        server.close()
        for transport in list(self._waiting):
            transport.abort()
        self.connections.abort()
        await server.wait_closed()

    def introduce(self, transport: asyncio.Transport, line: bytes, rest: bytes) -> None:
        """Take in a surface by the line that it begins with, or hang up.

        Args:
            transport: of its connection.
            line: of JSON.
            rest: what came after the line.
        """
        try:
            source, rights = _read(json.loads(line))
        except (ValueError, KeyError, TypeError):
            transport.abort()
            return
        self._admission.bring(source, rights)
        connection = Connection(self.connections, source)
        transport.set_protocol(connection)
        connection.connection_made(transport)
        self._arrived()
        if rest:
            connection.data_received(rest)

    def waits(self, transport: asyncio.Transport, *, still: bool) -> None:
        """Note who has not said yet whose it is."""
        (self._waiting.add if still else self._waiting.discard)(transport)

    def _ended(self, source: Source) -> None:
        self._tell_ended(source)
        self._admission.dismiss(source)


def _bound(path: Path) -> socket.socket:
    """Return a socket at a path, in place of what a jackrf that was killed left there.

    Raises:
        InputError: it cannot be.
    """
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove(path)
        # On Linux the file is born with the socket's own mode: no moment for others.
        os.fchmod(bound.fileno(), 0o600)
        bound.bind(str(path))
    except OSError as error:
        bound.close()
        raise InputError(
            f"cannot open {path} for the web page: {error.strerror}: "
            "set XDG_RUNTIME_DIR to a folder that you own"
        ) from None
    return bound


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


class _Introduction(asyncio.Protocol):
    """A connection until it has said whose it is."""

    def __init__(self, relayed: Relayed) -> None:
        self._relayed = relayed
        self._said = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the line."""
        self._transport = cast("asyncio.Transport", transport)
        self._relayed.waits(self._transport, still=True)

    def data_received(self, data: bytes) -> None:
        """Collect the line; what comes after it is OSC."""
        self._said += data
        transport = self._transport
        if transport is None:
            return
        line, newline, rest = bytes(self._said).partition(b"\n")
        if newline:
            self._relayed.waits(transport, still=False)
            self._relayed.introduce(transport, line, rest)
        elif len(line) > LONGEST_LINE:
            transport.abort()

    def connection_lost(self, _: Exception | None) -> None:
        """Forget it."""
        if self._transport is not None:
            self._relayed.waits(self._transport, still=False)


def _read(said: Any) -> tuple[Source, Rights]:
    """Return where a surface is and what it may do.

    Raises:
        ValueError, KeyError, TypeError: the line does not say so.
    """
    host, port = parse_host(said["host"]), int(said["port"])
    if host is None:
        raise ValueError(said["host"])
    source = Source(str(host), port, "web")
    if said["role"] == "engineer":
        return source, ALL
    mixes = [str(mix) for mix in said["mixes"]]
    return source, musician(mixes if said["role"] == "musician" else ())
