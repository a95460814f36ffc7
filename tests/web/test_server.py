"""What the relay serves, and what it refuses: to browsers, and to those who are none."""

import asyncio
import contextlib
import socket
from typing import Any

import aiohttp
import pytest

from jackrf.web import doors, server
from jackrf.web.talk import COME_AGAIN, NO_SUCH_MIX, WRONG_TOKEN
from tests.waiting import until
from tests.web.serving import Site, serve
from tests.web.test_packets import rtp


async def code(page: Any) -> int | None:
    """Return the code with which a WebSocket is closed."""
    async with asyncio.timeout(5.0):
        while True:
            message = await page.receive()
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                return page.close_code  # type: ignore[no-any-return]


def test_the_page_is_served_with_a_strict_policy() -> None:
    """And each file with its type."""

    async def talk(site: Site) -> None:
        for path, kind in (("/", "text/html"), ("/app.js", "text/javascript")):
            answer = await site.get(path)
            assert (answer.status, answer.content_type) == (200, kind)
            assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Referrer-Policy"] == "no-referrer"

    serve(talk)


@pytest.mark.parametrize(
    "path",
    ["/../web.key", "/..%2f..%2fweb.key", "/page/app.js", "//etc/passwd", "/%2e%2e/relay.py", "/x"],
)
def test_what_is_no_file_of_the_page_is_not_there(path: str) -> None:
    """There is no folder to climb out of: the files are a table."""

    async def talk(site: Site) -> None:
        reader, writer = await asyncio.open_connection(*site.url[7:].split(":"))
        host = site.url[7:]
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 5.0)
        writer.close()
        assert answer.split(b" ", 2)[1] in (b"404", b"400")
        assert b"root:" not in answer

    serve(talk)


def test_a_link_says_what_it_opens() -> None:
    """A musician's mix and no other; the engineer's, all."""

    async def talk(site: Site) -> None:
        me = await (await site.get("/api/me", "keith-token")).json()
        assert (me["role"], me["mix"], me["rate"]) == ("musician", "keys", 48000)
        assert me["mixes"] == [{"id": "keys", "name": "Keys", "number": 2, "encrypted": False}]
        all_of_it = await (await site.get("/api/me", "mix-token")).json()
        assert [one["id"] for one in all_of_it["mixes"]] == ["drums", "keys"]
        assert (await site.get("/api/me", "wrong")).status == 401
        assert (await site.get("/api/me")).status == 401

    serve(talk)


def test_the_audience_is_for_the_engineer() -> None:
    """Who hears what, and how well; without jackrf there is no status."""

    async def talk(site: Site) -> None:
        page = await site.open("/ws/listen", {"token": "dave-token"})
        await page.receive_json()
        await page.send_json({"ping": 1.0, "delay": 40.0})
        await page.receive_json()
        told = await (await site.get("/api/audience", "mix-token")).json()
        assert told["status"] is None
        (one,) = told["listeners"]
        assert (one["mix"], one["host"], one["delay"]) == ("drums", "127.0.0.1", 40.0)
        for token in ("dave-token", "look-token", "wrong"):
            assert (await site.get("/api/audience", token)).status == 403
        await page.close()

    serve(talk)


def test_a_listener_hears_its_mix() -> None:
    """First what it is, then packets, and the relay's clock as often as it asks."""

    async def talk(site: Site) -> None:
        page = await site.open("/ws/listen", {"token": "dave-token", "mix": "drums"})
        hello = await page.receive_json()
        assert (hello["rate"], hello["period"], hello["mix"]) == (48000, 128, "drums")
        site.audio["keys"].send(rtp(0, b"\7" * 512))
        site.audio["drums"].send(rtp(0, b"\1" * 512))
        assert (await page.receive_bytes())[24:] == b"\1" * 512
        await page.send_json({"ping": 123.5})
        assert (await page.receive_json())["pong"] == 123.5
        await page.close()
        await until(lambda: not site.server.listeners())

    serve(talk)


@pytest.mark.parametrize(
    ("said", "closed"),
    [
        ({"token": "dave-token", "mix": "keys"}, WRONG_TOKEN),
        ({"token": "wrong", "mix": "drums"}, WRONG_TOKEN),
        ({"mix": "drums"}, WRONG_TOKEN),
        ({"token": "\ud800", "mix": "drums"}, WRONG_TOKEN),
        ([], WRONG_TOKEN),
        ({"token": "mix-token", "mix": "bass"}, NO_SUCH_MIX),
        ({"token": "mix-token"}, NO_SUCH_MIX),
    ],
)
def test_who_has_no_right_hears_nothing(said: object, closed: int) -> None:
    """Not with the token of another mix, either."""

    async def talk(site: Site) -> None:
        page = await site.open("/ws/listen", said)
        assert await code(page) == closed
        assert not site.server.listeners()

    serve(talk)


def test_the_engineer_hears_any_mix() -> None:
    """By its id."""

    async def talk(site: Site) -> None:
        page = await site.open("/ws/listen", {"token": "mix-token", "mix": "keys"})
        assert (await page.receive_json())["mix"] == "keys"
        await page.close()

    serve(talk)


@pytest.mark.parametrize("path", ["/ws/listen", "/ws/surface"])
@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
def test_a_page_from_elsewhere_opens_nothing(path: str, origin: str) -> None:
    """Whatever token it has."""

    async def talk(site: Site) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await site.open(path, Origin=origin)
        assert caught.value.status == 403
        assert site.server.gate.refused["origin"] == 1

    serve(talk)


def test_a_request_under_another_name_is_refused() -> None:
    """DNS may lead a page from elsewhere here."""

    async def talk(site: Site) -> None:
        assert (await site.get("/", Host="evil.example")).status == 403
        assert (await site.get("/api/me", "mix-token", Host="evil.example")).status == 403

    serve(talk)


def test_who_says_nothing_is_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """And so is who says too much."""
    monkeypatch.setattr(server, "FIRST_WORD_SECONDS", 0.1)

    async def talk(site: Site) -> None:
        silent = await site.open("/ws/listen")
        assert await code(silent) == WRONG_TOKEN
        assert site.server.gate.refused["silent"] == 1
        loud = await site.open("/ws/listen", {"token": "dave-token"})
        await loud.receive_json()
        await loud.send_str("x" * 10_000)
        assert await code(loud) == 1009

    serve(talk)


def test_torn_and_forged_frames_end_one_connection_and_no_other() -> None:
    """Bytes that are no frame, a frame that is not masked, a length that is a lie."""

    async def talk(site: Site) -> None:
        good = await site.open("/ws/listen", {"token": "dave-token"})
        await good.receive_json()
        host = site.url[7:]
        for junk in (b"\xff" * 64, b"\x81\x05hello", b"\x82\x7f" + b"\xff" * 8, b"\x81"):
            reader, writer = await asyncio.open_connection(*host.split(":"))
            head = (
                f"GET /ws/listen HTTP/1.1\r\nHost: {host}\r\nOrigin: {site.url}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            )
            writer.write(head.encode())
            await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5.0)
            writer.write(junk)
            writer.write_eof()
            with contextlib.suppress(ConnectionResetError):
                await asyncio.wait_for(reader.read(), 8.0)
            writer.close()
        await good.send_json({"ping": 1})
        assert (await good.receive_json())["pong"] == 1
        await good.close()

    serve(talk)


def test_a_thousand_idle_sockets_are_closed_and_nobody_notices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a dozen hosts: most at once, the others when they have said nothing for a while."""
    monkeypatch.setattr(doors, "FIRST_REQUEST_SECONDS", 1.0)

    async def talk(site: Site) -> None:
        page = await site.open("/ws/listen", {"token": "dave-token"})
        await page.receive_json()
        place = ("127.0.0.1", int(site.url.rpartition(":")[2]))
        with contextlib.ExitStack() as stack:
            for number in range(1000):
                idle = stack.enter_context(socket.socket())
                idle.setblocking(False)
                idle.bind((f"127.0.0.{2 + number % 12}", 0))
                with contextlib.suppress(BlockingIOError):
                    idle.connect(place)
                if number % 16 == 15:
                    # As others go on meanwhile; the kernel holds 64 that are not looked at yet.
                    await asyncio.sleep(0.002)
                    site.audio["drums"].send(rtp(128 * number))
            made = site.server.doors
            assert made is not None
            await until(lambda: made.refused >= 1000 - doors.MOST_CONNECTIONS)
            assert len(made._open) <= doors.MOST_CONNECTIONS
            await page.send_json({"ping": 1})
            heard = 0
            while (message := await page.receive(5.0)).type is aiohttp.WSMsgType.BINARY:
                heard += 1
            assert message.type is aiohttp.WSMsgType.TEXT
            assert heard > 0
            await until(lambda: made.refused >= 1000)
            assert [one.is_closing() for one in made._open].count(False) == 1
        await page.close()

    serve(talk)


def test_a_surface_is_brought_to_osc_with_its_rights() -> None:
    """Packet by packet, both ways."""

    async def talk(site: Site) -> None:
        page = await site.open("/ws/surface", {"token": "look-token"})
        await page.send_bytes(b"/ping\0\0\0,\0\0\0")
        assert await page.receive_bytes() == b"/ping\0\0\0,\0\0\0"
        (said,) = site.introduced
        assert (said["host"], said["role"], said["mixes"]) == ("127.0.0.1", "observer", ["keys"])
        assert site.server.surfaces == 1
        await page.close()
        wrong = await site.open("/ws/surface", {"token": "wrong"})
        assert await code(wrong) == WRONG_TOKEN
        assert len(site.introduced) == 1

    serve(talk)


def test_all_come_in_again_when_jack_runs_otherwise() -> None:
    """The rate may be another one."""

    async def talk(site: Site) -> None:
        page = await site.open("/ws/listen", {"token": "dave-token"})
        await page.receive_json()
        site.server.renew()
        assert await code(page) == COME_AGAIN

    serve(talk)
