"""Connections that are too many, or say nothing, are closed."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from jackrf.web import doors
from jackrf.web.doors import MOST_OF_A_HOST, Doors, bound


class Echo(asyncio.Protocol):
    """Says that it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"hello")


def serve(talk: Callable[[Doors, int], Awaitable[None]]) -> None:
    """Have doors on a port, and a conversation."""

    async def run() -> None:
        made = Doors(Echo)
        listening = bound("127.0.0.1", 0)
        server = await asyncio.get_running_loop().create_server(made, sock=listening)
        try:
            await talk(made, listening.getsockname()[1])
        finally:
            server.close()
            made.close()
            await server.wait_closed()

    asyncio.run(run())


async def knock(port: int) -> bytes:
    """Return what a new connection hears first; nothing if it was closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        return await asyncio.wait_for(reader.read(16), 5.0)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


def test_whoever_knocks_is_served() -> None:
    """By what was made for it."""

    async def talk(_: Doors, port: int) -> None:
        assert await knock(port) == b"hello"

    serve(talk)


def test_a_host_has_no_more_than_its_share() -> None:
    """What closes makes room again."""

    async def talk(made: Doors, port: int) -> None:
        idle = [
            (await asyncio.open_connection("127.0.0.1", port))[1]
            for _ in range(MOST_OF_A_HOST + 10)
        ]
        await asyncio.sleep(0.2)
        assert made.refused == 10
        assert await knock(port) == b""
        for one in idle:
            one.close()
            with contextlib.suppress(OSError):
                await one.wait_closed()
        await asyncio.sleep(0.2)
        assert await knock(port) == b"hello"

    serve(talk)


def test_whoever_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever has asked is left alone."""
    monkeypatch.setattr(doors, "FIRST_REQUEST_SECONDS", 0.1)
    monkeypatch.setattr(doors, "SWEEP_SECONDS", 0.05)

    async def talk(made: Doors, port: int) -> None:
        silent = await asyncio.open_connection("127.0.0.1", port)
        asking = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.02)
        made.asked(list(made._open)[1])
        assert await silent[0].read(5) == b"hello"
        try:
            rest = await asyncio.wait_for(silent[0].read(), 5.0)
        except ConnectionResetError:
            rest = b""
        assert rest == b""
        assert made.refused == 1
        assert await asking[0].read(5) == b"hello"
        assert not asking[0].at_eof()
        for _, writer in (silent, asking):
            writer.close()

    serve(talk)


def test_a_taken_port_is_told() -> None:
    """By the system's own error."""
    with bound("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        bound("127.0.0.1", first.getsockname()[1])
