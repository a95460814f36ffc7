"""The door of WebTransport: certificates, ports, and who knocks without wanting in."""

import asyncio
import os
import socket
from contextlib import AsyncExitStack, closing, suppress
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes

from jackrf.web.doors import bound
from jackrf.web.gate import BURST, MOST_OF_A_HOST
from jackrf.web.talk import COME_AGAIN
from jackrf.web.webtransport import WebTransport
from tests.waiting import until
from tests.web.quic_page import hearing, quic_page
from tests.web.serving import Site
from tests.web.test_packets import rtp


def test_a_long_period_comes_in_parts(by_quic: Any) -> None:
    """Each with the place of its first frame: no network takes packets of any size."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with hearing(port, "dave-token") as page:
            samples = os.urandom(1280 - 12 - 4)
            site.audio["drums"].send(rtp(0, samples))
            await until(lambda: len(page.heard) == 2)
            parts = [data for _, data in page.heard]
            frames = [int.from_bytes(part[16:24], "little") for part in parts]
            assert b"".join(part[24:] for part in parts) == samples
            assert frames[1] - frames[0] == (len(parts[0]) - 24) // 4

    by_quic(talk)


def test_certificates_of_new_connections_change_with_the_pin(by_quic: Any) -> None:
    """And the page is told the fingerprint of what it will meet."""

    async def talk(site: Site, port: int, served: WebTransport) -> None:
        answer = await (await site.get("/api/listen", "dave-token")).json()
        door = answer["webtransport"]
        assert (door["port"], door["path"]) == (port, "/wt/listen")
        assert len(door["fingerprints"]) == 2
        async with quic_page("127.0.0.1", port) as page:
            shown = page._quic.tls._peer_certificate
        assert shown is not None
        assert shown.fingerprint(hashes.SHA256()).hex() == door["fingerprints"][0]
        assert served.way_in() == door
        assert (await site.get("/api/listen", "wrong")).status == 401

    by_quic(talk)


def test_junk_and_floods_end_nothing_but_themselves(
    by_quic: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Torn packets, packets that begin a connection and no more: counted, and one page hears on."""
    monkeypatch.setattr("jackrf.web.session.FIRST_WORD_SECONDS", 1.0)

    async def talk(site: Site, port: int, served: WebTransport) -> None:
        async with hearing(port, "dave-token") as page:
            attacker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            attacker.connect(("127.0.0.1", port))
            version = b"\0\0\0\1"
            for junk in (b"", b"\xff", b"\xc0" + version, b"\x40" * 1200, os.urandom(1400)):
                attacker.send(junk)
            for number in range(int(BURST) + 200):
                name = number.to_bytes(8, "big")
                attacker.send(
                    (b"\xc3" + version + b"\x08" + name + b"\0\0\x43\xe8").ljust(1200, b"\x5a")
                )
                if number % 40 == 0:
                    await asyncio.sleep(0.01)
            attacker.close()
            await until(lambda: site.server.gate.refused["full"] > 100)
            site.audio["drums"].send(rtp(0))
            await until(lambda: page.heard)
            page.say({"ping": 1})
            assert (await page.told())["pong"] == 1
            # Nothing is kept of what has only begun.
            door = served._door
            assert door is not None
            await until(lambda: door._here.total() == 1)
            assert len(set(door._protocols.values())) == 1

    by_quic(talk)


def test_a_host_has_so_many_connections_and_no_more(by_quic: Any) -> None:
    """The first to leave makes room."""

    async def talk(site: Site, port: int, served: WebTransport) -> None:
        async with AsyncExitStack() as stack:
            for _ in range(MOST_OF_A_HOST // 8):
                await stack.enter_async_context(quic_page("127.0.0.1", port))
            assert served._door is not None
            at = served._door._here
            at["127.0.0.1"] += MOST_OF_A_HOST - MOST_OF_A_HOST // 8
            with suppress(TimeoutError, ConnectionError):
                async with asyncio.timeout(0.5), quic_page("127.0.0.1", port):
                    raise AssertionError("it was let in")
            assert site.server.gate.refused["full"] > 0
            at["127.0.0.1"] -= 1
            await stack.enter_async_context(quic_page("127.0.0.1", port))

    by_quic(talk)


def test_all_come_in_again_when_jack_runs_otherwise(by_quic: Any) -> None:
    """They are told why."""

    async def talk(site: Site, port: int, _: WebTransport) -> None:
        async with hearing(port, "dave-token") as page:
            site.server.renew()
            assert await page.told() == {"bye": COME_AGAIN}

    by_quic(talk)


def test_it_takes_the_udp_port_of_the_number_of_https() -> None:
    """And says when that is taken."""
    with (
        closing(bound("127.0.0.1", 0, datagrams=True)) as taken,
        pytest.raises(OSError, match="use"),
    ):
        bound("127.0.0.1", taken.getsockname()[1], datagrams=True)
