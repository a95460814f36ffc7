"""What is said in a session of WebTransport, who may open one, and how it ends."""

import asyncio
import time
from typing import Any

import pytest

from jackrf.web.session import IDLE_SECONDS
from jackrf.web.talk import MOST_SAID, NO_SUCH_MIX, TOO_MUCH, WRONG_TOKEN
from jackrf.web.webtransport import WebTransport
from tests.waiting import until
from tests.web.quic_page import hearing, quic_page
from tests.web.serving import Site
from tests.web.test_packets import rtp


def test_a_page_hears_its_mix(by_quic: Any) -> None:
    """What it is, packets as they are, and the relay's clock; then it goes, and is known gone."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with hearing(port, "dave-token", "drums") as page:
            site.audio["keys"].send(rtp(0, b"\7" * 512))
            site.audio["drums"].send(rtp(0, b"\1" * 512))
            await until(lambda: page.heard)
            assert page.heard[0][1][24:] == b"\1" * 512
            page.say({"ping": 12.5, "delay": 31.0})
            answer = await page.told()
            assert answer["pong"] == 12.5
            (one,) = site.server.listeners()
            assert (one["by"], one["mix"], one["delay"]) == ("WebTransport", "drums", 31.0)
            assert one["sent"] == 1
        await until(lambda: not site.server.listeners())
        assert not site.server.gate._open

    by_quic(talk)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"token": "dave-token", "mix": "keys"}, WRONG_TOKEN),
        ({"token": "wrong", "mix": "drums"}, WRONG_TOKEN),
        ({"mix": "drums"}, WRONG_TOKEN),
        ([], WRONG_TOKEN),
        (b"\xff\xfe{{{\n", WRONG_TOKEN),
        (b"[" * 2000 + b"\n", WRONG_TOKEN),
        ({"token": "mix-token", "mix": "bass"}, NO_SUCH_MIX),
        (b"x" * (MOST_SAID + 1), TOO_MUCH),
        (b"x" * (MOST_SAID + 1) + b"\n", TOO_MUCH),
    ],
)
def test_who_has_no_right_hears_nothing(by_quic: Any, said: object, code: int) -> None:
    """Not with the token of another mix, nor with what is no word; and is told with which code."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with quic_page("127.0.0.1", port) as page:
            assert await page.ask(f"127.0.0.1:{port}", f"https://127.0.0.1:{port}") == 200
            page.say(said)
            assert await page.told() == {"bye": code}
            await asyncio.wait_for(page.ended.wait(), 5.0)
        assert not site.server.listeners()
        assert not site.server.gate._open

    by_quic(talk)


@pytest.mark.parametrize(
    ("authority", "origin", "path", "status", "why"),
    [
        ("127.0.0.1", "https://evil.example", "/wt/listen", 403, "origin"),
        ("127.0.0.1", None, "/wt/listen", 403, "origin"),
        ("127.0.0.1", "null", "/wt/listen", 403, "origin"),
        ("127.0.0.1", "https://127.0.0.1:1", "/wt/listen", 403, "origin"),
        ("evil.example", "https://evil.example", "/wt/listen", 403, "host"),
        ("127.0.0.1", "https://127.0.0.1", "/../web.key", 404, None),
    ],
)
def test_a_page_from_elsewhere_opens_nothing(
    by_quic: Any, authority: str, origin: str | None, path: str, status: int, why: str | None
) -> None:
    """Whatever token it may have; the refusal is counted, and the connection ended."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with quic_page("127.0.0.1", port) as page:
            assert await page.ask(f"{authority}:{port}", origin, path) == status
            await asyncio.wait_for(page.ended.wait(), 5.0)
        assert site.server.gate.refused[why] == 1 if why else not site.server.gate.refused  # type: ignore[index]

    by_quic(talk)


def test_both_of_our_pages_are_ours(by_quic: Any) -> None:
    """By http, on this machine a secure origin too, and by https."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        for origin in (site.url, f"https://127.0.0.1:{port}"):
            async with quic_page("127.0.0.1", port) as page:
                assert await page.ask(f"127.0.0.1:{port}", origin) == 200

    by_quic(talk)


def test_who_says_nothing_is_sent_away(by_quic: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before a session, and in it; and who was let in and then falls silent."""
    monkeypatch.setattr("jackrf.web.session.FIRST_WORD_SECONDS", 0.3)
    monkeypatch.setattr("jackrf.web.session.IDLE_SECONDS", 0.3)
    assert IDLE_SECONDS > 10.0

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with quic_page("127.0.0.1", port) as page:
            await asyncio.wait_for(page.ended.wait(), 5.0)
        async with quic_page("127.0.0.1", port) as page:
            await page.ask(f"127.0.0.1:{port}", f"https://127.0.0.1:{port}")
            await asyncio.wait_for(page.ended.wait(), 5.0)
        async with hearing(port, "dave-token") as page:
            await asyncio.wait_for(page.ended.wait(), 5.0)
        assert site.server.gate.refused == {"silent": 2, "idle": 1}
        assert not site.server.listeners()

    by_quic(talk)


def test_a_page_that_goes_without_a_word_is_missed_at_its_stream(by_quic: Any) -> None:
    """A tab that is closed resets the stream of its session; the listener goes at once."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with hearing(port, "dave-token") as page:
            page._quic.reset_stream(page.session, 0)
            page.transmit()
            await until(lambda: not site.server.listeners())

    by_quic(talk)


def test_more_streams_than_one_end_the_session(by_quic: Any) -> None:
    """There is one thing to say, and one stream to say it on."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with hearing(port, "dave-token") as page:
            other = page.http.create_webtransport_stream(page.session)
            page._quic.send_stream_data(other, b"{}\n")
            page.transmit()
            await asyncio.wait_for(page.ended.wait(), 5.0)
            assert not site.server.listeners()

    by_quic(talk)


def test_a_slow_reader_holds_no_more_than_its_budget(by_quic: Any) -> None:
    """It acknowledges nothing: what is offered is dropped and counted, and another one hears."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with (
            hearing(port, "mix-token", "drums") as slow,
            hearing(port, "dave-token") as good,
        ):
            await asyncio.sleep(0.1)
            slow.datagram_received = lambda *_: None  # type: ignore[method-assign]
            began, sent = time.monotonic(), 0
            while sent < 400:
                while sent * 128 / 48000 < time.monotonic() - began:
                    site.audio["drums"].send(rtp(128 * sent))
                    sent += 1
                await asyncio.sleep(0.001)
            first, second = (one["dropped"] for one in site.server.listeners())
            lazy, quick = max(first, second), min(first, second)
            assert lazy > 250
            assert quick < 100
            assert len(good.heard) > 250
            most = max(one.way.under_way() for one in site.feeds["drums"].listeners)
            # The budget, and a probe each 15 ms for the second that this lasts at the most.
            assert most < 100 * 600
            for one in site.feeds["drums"].listeners:
                assert len(getattr(one.way, "_waiting", ())) <= 1

    by_quic(talk)
