"""Connections that are too many, or say nothing, are closed."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from jackrf.web import doors
from jackrf.web.certificates import Certificates
from jackrf.web.doors import MOST_OF_A_HOST, Doors, bound
from jackrf.web.porter import PLAIN, SECURE, Porter
from tests.waiting import until


class Echo(asyncio.Protocol):
    """Says that it is there."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say so."""
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"hello")


def serve(
    talk: Callable[[Doors, int], Awaitable[None]],
    kind: bytes = PLAIN,
    secure: ssl.SSLContext | None = None,
) -> None:
    """Have doors on a port, and a conversation."""

    async def run() -> None:
        made = Doors(Echo, secure)
        ours, theirs = socket.socketpair()
        listening = bound("127.0.0.1", 0)
        port = listening.getsockname()[1]
        porter = Porter({kind: listening}, lambda _: ours)
        made.start(theirs)
        porter.open()
        try:
            await talk(made, port)
        finally:
            porter.close()
            made.close()
            ours.close()

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


async def hung_up(reader: asyncio.StreamReader) -> bool:
    """Whether a connection ends, with nothing more said."""
    try:
        return await asyncio.wait_for(reader.read(), 5.0) == b""
    except ConnectionResetError:
        return True


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
        await until(lambda: made.refused == 10)
        assert await knock(port) == b""
        for one in idle:
            one.close()
            with contextlib.suppress(OSError):
                await one.wait_closed()
        await until(lambda: not made.hosts)
        assert await knock(port) == b"hello"

    serve(talk)


def test_whoever_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """And whoever has asked is left alone."""
    monkeypatch.setattr(doors, "FIRST_REQUEST_SECONDS", 0.5)
    monkeypatch.setattr(doors, "SWEEP_SECONDS", 0.05)

    async def talk(made: Doors, port: int) -> None:
        silent = await asyncio.open_connection("127.0.0.1", port)
        asking = await asyncio.open_connection("127.0.0.1", port)
        await until(lambda: len(made._open) == 2)
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


def test_hosts_are_sent_away_but_for_what_lasts() -> None:
    """And those of other hosts are left alone."""

    async def talk(made: Doors, port: int) -> None:
        ends = [
            await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
            for host in ("127.0.0.2", "127.0.0.2", "127.0.0.3")
        ]
        for reader, _ in ends:
            assert await reader.read(5) == b"hello"
        assert made.hosts == {"127.0.0.2", "127.0.0.3"}
        made.send_away(["127.0.0.2"], [list(made._open)[1]])
        assert await hung_up(ends[0][0])
        ends[0][1].close()
        for reader, writer in ends[1:]:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(reader.read(1), 0.1)
            writer.close()

    serve(talk)


@pytest.fixture
def secure(tmp_path: Path) -> ssl.SSLContext:
    """What a relay has for https."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(*Certificates(tmp_path, None, list).current())
    return made


def test_a_handshake_is_waited_for_for_some_seconds(
    secure: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As long as it lasts it counts as a connection; who does not trust us is not refused."""
    monkeypatch.setattr(doors, "HANDSHAKE_SECONDS", 1.0)

    async def talk(made: Doors, port: int) -> None:
        trusting = ssl.create_default_context()
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
        assert await reader.read(5) == b"hello"
        assert made.refused == 0
        writer.close()
        silent, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.1)
        assert made.hosts == {"127.0.0.1"}
        assert await hung_up(silent)
        assert made.refused == 1
        writer.close()

    serve(talk, SECURE, secure)


def test_https_without_a_certificate_is_closed() -> None:
    """Nothing is said in the clear."""

    async def talk(made: Doors, port: int) -> None:
        assert await knock(port) == b""
        assert made.refused == 1

    serve(talk, SECURE)


def test_a_taken_port_is_told() -> None:
    """By the system's own error."""
    with bound("127.0.0.1", 0) as first, pytest.raises(OSError, match="in use"):
        bound("127.0.0.1", first.getsockname()[1])
