"""What the benchmark says of the page for browsers, and the pages without a browser that it has."""

import asyncio
import socket
import threading
from typing import TYPE_CHECKING

import pytest

from tests.waiting import until
from tests.web.serving import Site, serve
from tests.web.test_packets import rtp

if TYPE_CHECKING:
    from bench.results import Web

pytestmark = pytest.mark.checkout


def measured(*, click: float = 47.0, relay: float = 12.0) -> "Web":
    """What a machine may have measured."""
    from bench.results import Quantiles, Web, WebCrowd, WebPage

    page = WebPage(
        transport="WebTransport",
        packets=4000,
        p50=0.5,
        p99=3.0,
        largest=9.0,
        clicks=3,
        late_ms=[click - 2, click, click + 5],
        parts_ms=[1, 14, 29],
    )
    callback = Quantiles(p50=40.0, p99=60.0, p99_9=90.0, max=200.0)
    crowd = WebCrowd(
        pages=30,
        mixes=8,
        relay_percent=relay,
        one_each_percent=6.0,
        dropped_share=0.001,
        ping_ms=[1.0, 2.0, 9.0],
        callback_alone=callback,
        callback=callback,
    )
    return Web(period=128, pages=[page], crowd=crowd)


def test_the_page_says_how_late_and_what_it_is_made_of() -> None:
    """With its parts, and what many pages cost."""
    from bench.machine import this_machine
    from bench.results import Results
    from bench.table import markdown

    text = markdown(Results(machine=this_machine(realtime=False), web=measured()))
    assert "| WebTransport | 0.50 | 3.00 | 47 | 45 to 52 | 3 of 3 | 1 + 14 + 29 |" in text
    assert "30 pages by WebSocket hear 8 mixes: the relay takes 12.0 % of a core" in text


@pytest.mark.parametrize(("click", "relay", "hold"), [(47.0, 12.0, True), (51.0, 31.0, False)])
def test_what_must_hold_is_held_against_it(click: float, relay: float, *, hold: bool) -> None:
    """A click within 50 ms, and a hundredth of a core for each page."""
    from bench.machine import this_machine
    from bench.results import Results
    from bench.summary import requirements

    results = Results(machine=this_machine(realtime=False), web=measured(click=click, relay=relay))
    found = {one.what: one.holds for one in requirements(results)}
    assert found["click in the graph → Chromium's sink, WebTransport, median"] == hold
    assert found["relay, 30 pages of 8 mixes by WebSocket, of a core for each"] == hold
    assert found["callback → browser's worker, WebTransport, p99"]


def test_pages_without_a_browser_hear_as_many_mixes() -> None:
    """In turns, until they go; each says how it is, as a page does."""
    from bench.crowd import Crowd

    async def talk(site: Site) -> None:
        links = [f"{site.url}/#t={token}" for token in ("dave-token", "keith-token")]
        crowd = await asyncio.to_thread(Crowd, links, 5)
        await asyncio.to_thread(crowd.__enter__)
        await until(lambda: len(site.server.listeners()) == 5)
        mixes = sorted(one["mix"] for one in site.server.listeners())
        assert mixes == ["drums", "drums", "drums", "keys", "keys"]
        for number in range(100):
            site.audio["keys"].send(rtp(128 * number))
        await until(lambda: sum(one["sent"] for one in site.server.listeners()) > 0)
        await asyncio.to_thread(crowd.__exit__, None, None, None)
        await until(lambda: not site.server.listeners())

    serve(talk)


def test_the_trip_of_an_osc_ping_is_timed() -> None:
    """Against somebody who answers at once."""
    from bench.crowd import osc_trip

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as desk:
        desk.bind(("127.0.0.1", 0))

        def answer() -> None:
            data, place = desk.recvfrom(100)
            desk.sendto(data.replace(b"/ping", b"/pong"), place)

        answering = threading.Thread(target=answer)
        answering.start()
        assert 0.0 < osc_trip(desk.getsockname()[1]) < 5.0
        answering.join()


def test_the_page_says_what_relays_carry() -> None:
    """Each step, with what each relay used."""
    from bench.machine import this_machine
    from bench.results import RelayLoad, Relays, Results
    from bench.table import markdown

    one = RelayLoad(pages=20, percents=[12.4], dropped_share=0.0)
    two = RelayLoad(pages=200, percents=[61.0, 59.6], dropped_share=0.0012)
    relays = Relays(period=128, mixes=8, loads=[[one], [two]])
    text = markdown(Results(machine=this_machine(realtime=False), relays=relays))
    rows = [line for line in text.splitlines() if line.startswith(("| 1 |", "| 2 |"))]
    assert rows == ["| 1 | 20 | 12 | 0.00 % |", "| 2 | 200 | 61 + 60 | 0.12 % |"]
