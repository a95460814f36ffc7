"""OSCQuery on a socket: HTTP as clients speak it, and what those get who want harm."""

import asyncio
import http.client
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jackrf.errors import InputError
from jackrf.lan import http as http_server
from jackrf.lan.http import MOST_CONNECTIONS
from jackrf.osc.admission import Admission
from jackrf.osc.namespace import Namespace
from jackrf.osc.oscquery import Query
from jackrf.osc.query_server import QueryServer
from tests.osc.desks import large_desk


class Deaf(Admission):
    """Hears nobody."""

    def is_heard(self, host: str) -> bool:  # noqa: ARG002 - as its parent's
        """Return False."""
        return False


def server(kind: type[Admission] = Admission, strips: int = 4) -> QueryServer:
    """A server of a desk, on loopback, on any port."""
    mixer = (desk := large_desk(strips, 8)).mixer
    admission = kind([], list(mixer.mix_number), lambda _: None, b"secret")
    strips_, mixes = list(mixer.strip_number), list(mixer.mix_number)
    query = Query(Namespace(desk), mixes, strips_, "jackrf Evening", 9955)
    return QueryServer(query, admission, "127.0.0.1", 0)


@asynccontextmanager
async def running(one: QueryServer) -> AsyncIterator[int]:
    """Start it; give its port."""
    await one.start()
    try:
        yield one.port
    finally:
        await one.close()


def with_server(
    work: Callable[[int], Any], kind: type[Admission] = Admission, strips: int = 4
) -> Any:
    """Run blocking work of a client beside a server."""

    async def both() -> Any:
        async with running(server(kind, strips)) as port:
            return await asyncio.to_thread(work, port)

    return asyncio.run(both())


def get(port: int, target: str, method: str = "GET", host: str = "") -> tuple[int, bytes]:
    """Ask with Python's own client."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request(method, target, headers={"Host": host} if host else {})
    response = connection.getresponse()
    return response.status, response.read()


def raw(port: int, request: bytes) -> bytes:
    """Send bytes; return all that comes back until the end."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        client.sendall(request)
        found = bytearray()
        try:
            while piece := client.recv(65536):
                found += piece
        except ConnectionResetError:
            pass
        return bytes(found)


def test_a_client_gets_the_tree() -> None:
    """The whole of it, whatever its size."""
    status, body = with_server(lambda port: get(port, "/"), strips=32)
    assert status == 200
    assert len(body) > 500_000
    assert len(json.loads(body)["CONTENTS"]["in"]["CONTENTS"]) == 32


@pytest.mark.parametrize(
    ("target", "status"),
    [("/?HOST_INFO", 200), ("/mix?VALUE", 204), ("/mix?NONSENSE", 400), ("/nothing", 404)],
)
def test_the_status_is_http_s(target: str, status: int) -> None:
    """As the proposal has it."""
    assert with_server(lambda port: get(port, target))[0] == status


def test_it_is_read_only() -> None:
    """Other methods are not allowed."""
    assert with_server(lambda port: get(port, "/mix/1/fader", "PUT"))[0] == 405


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:9956", 200), ("192.168.1.5", 200), ("[::1]:9956", 200), ("evil.example", 400)],
)
def test_a_page_from_elsewhere_gets_nothing(host: str, status: int) -> None:
    """A browser that was lured here names a host that is not ours."""
    assert with_server(lambda port: get(port, "/mix/1/name", host=host))[0] == status


@pytest.mark.parametrize(
    "request_",
    [b"\r\n\r\n", b"GET /\r\n\r\n", b"\xff\xfe\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"A" * 20000],
    ids=["empty", "no version", "no text", "no host", "endless"],
)
def test_nonsense_is_a_bad_request(request_: bytes) -> None:
    """Answered, or cut off where it goes on and on; never an exception."""
    answer = with_server(lambda port: raw(port, request_))
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_who_is_not_heard_by_osc_is_not_heard_here() -> None:
    """The connection ends before anything is read."""
    assert (
        with_server(lambda port: raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), Deaf)
        == b""
    )


def test_a_slow_one_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """And others are served meanwhile."""
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.2)

    def work(port: int) -> tuple[int, bytes]:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as slow:
            slow.sendall(b"GET / HT")
            status, _ = get(port, "/mix/1/name")
            return status, slow.recv(100)

    assert with_server(work) == (200, b"")


def test_a_reader_that_stalls_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of the answer piles up for it."""
    monkeypatch.setattr(http_server, "ANSWER_SECONDS", 0.3)

    async def work() -> int:
        one = server(strips=64)
        async with running(one) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
            writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await asyncio.sleep(1.0)
            open_ones = len(one._open)
            writer.transport.abort()
            assert not reader.at_eof()
            return open_ones

    assert asyncio.run(work()) == 0


def test_too_many_at_a_time_are_told_so() -> None:
    """With 503, while those before them go on."""

    def work(port: int) -> bytes:
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(MOST_CONNECTIONS)]
        answer = raw(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        for one in idle:
            one.close()
        return answer

    assert with_server(work).startswith(b"HTTP/1.1 503 ")


def test_it_closes_with_connections_open() -> None:
    """At once, and harmlessly twice."""

    async def work() -> None:
        one = server()
        await one.start()
        reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
        await asyncio.sleep(0.05)
        async with asyncio.timeout(2):
            await one.close()
            await one.close()
            assert await reader.read() == b""
        writer.close()

    asyncio.run(work())


def test_a_port_that_is_taken_is_one_line() -> None:
    """With the remedy."""

    async def work() -> None:
        async with running(server()) as port:
            other = server()
            other.port = port
            with pytest.raises(InputError, match=rf"cannot listen on 127\.0\.0\.1 port {port} "):
                await other.start()
            await other.close()

    asyncio.run(work())
