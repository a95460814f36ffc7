"""A mix of another machine, tuned in to while it is wanted: from our own server, on loopback."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

import pytest

from jackrf.rtp.packet import parse
from jackrf.rtp.sdp import Description, Offer, serialise
from jackrf.rtp.stream import PAYLOADS
from jackrf.rtsp.dialogue import parse_target
from jackrf.web import station as module
from jackrf.web.station import Station
from tests.rtsp.serving import Theatre
from tests.waiting import until

DESCRIBED = serialise(
    Description("Drums", 1, "127.0.0.1", "0.0.0.0", 0, PAYLOADS["L16"], 48000, 128, control="audio")  # noqa: S104
)


class Ears:
    """Sockets as a relay has them, and what was told.

    Attributes:
        station: of the mix.
        theatre: that sends it.
        offers: that the station told of.
        objection: what it is told of them.
    """

    def __init__(self, theatre: Theatre, port: int) -> None:
        self.theatre = theatre
        self.offers: list[Offer] = []
        self.objection = ""
        self.station = Station(parse_target(f"rtsp://127.0.0.1:{port}/drums"), self._judge)
        self._pairs: list[tuple[socket.socket, socket.socket]] = []

    def _judge(self, offer: Offer) -> str:
        self.offers.append(offer)
        return self.objection

    def pair(self) -> tuple[socket.socket, socket.socket]:
        """Return both ends of a relay's socket, of which the station is given the first."""
        made = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for one in made:
            one.setblocking(False)
        self._pairs.append(made)
        return made

    async def close(self) -> None:
        """End all of it."""
        await self.station.close()
        for one in (end for made in self._pairs for end in made):
            one.close()


async def heard(end: socket.socket) -> int:
    """Return the sequence number of the next packet."""
    async with asyncio.timeout(10.0):
        return parse(await asyncio.get_running_loop().sock_recv(end, 4096)).sequence


@pytest.fixture
def on_air(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[Ears], Awaitable[None]]], None]:
    """Have a station of a server that sends, and a conversation."""
    monkeypatch.setattr("jackrf.rtsp.seats.Stalls.describe", lambda *_: DESCRIBED)
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.3)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)

    def run(talk: Callable[[Ears], Awaitable[None]]) -> None:
        theatre = Theatre()

        async def whole(port: int) -> None:
            ears = Ears(theatre, port)
            try:
                await talk(ears)
            finally:
                await ears.close()

        theatre.play_to(lambda port: asyncio.run(whole(port)))

    return run


def test_all_who_want_it_hear_it_and_it_is_fetched_once(
    on_air: Callable[[Callable[[Ears], Awaitable[None]]], None],
) -> None:
    """And not at all when nobody has wanted it for a while."""

    async def talk(ears: Ears) -> None:
        (one, first), (other, second) = ears.pair(), ears.pair()
        ears.station.add(one)
        ears.station.add(other)
        assert await heard(first) >= 0
        assert await heard(second) >= 0
        assert len(ears.theatre.desk.audience.listeners) == 1
        assert [offer.samplerate for offer in ears.offers] == [48000]
        assert ears.station.is_heard
        ears.station.remove(one)
        ears.station.remove(other)
        # Whoever comes in again finds it.
        ears.station.add(one)
        await asyncio.sleep(0.5)
        assert len(ears.theatre.desk.audience.listeners) == 1
        ears.station.remove(one)
        await until(lambda: not ears.theatre.desk.audience.listeners)
        await until(lambda: not ears.station.is_heard)
        ears.station.add(other)
        await until(lambda: ears.theatre.desk.audience.listeners)

    on_air(talk)


def test_a_relay_that_takes_nothing_costs_its_own_packets(
    on_air: Callable[[Callable[[Ears], Awaitable[None]]], None],
) -> None:
    """They are counted, and the others hear on."""

    async def talk(ears: Ears) -> None:
        (full, _), (other, hears) = ears.pair(), ears.pair()
        full.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        ears.station.add(full)
        ears.station.add(other)
        await heard(hears)
        async with asyncio.timeout(20.0):
            while ears.station.dropped < 20:
                await heard(hears)

    on_air(talk)


def hang_up(ears: Ears) -> None:
    """End the connection, as a server that goes does."""
    (connection,) = list(ears.theatre.server._open)
    connection.line.socket.shutdown(socket.SHUT_RDWR)


def test_a_server_that_goes_and_comes_is_waited_for(
    on_air: Callable[[Callable[[Ears], Awaitable[None]]], None],
) -> None:
    """With the same sockets; what it said then is told anew."""

    async def talk(ears: Ears) -> None:
        near, far = ears.pair()
        ears.station.add(near)
        await heard(far)
        hang_up(ears)
        await until(lambda: len(ears.offers) == 2)
        await heard(far)

    on_air(talk)


def test_what_is_not_to_be_heard_is_not_passed_on(
    on_air: Callable[[Callable[[Ears], Awaitable[None]]], None],
) -> None:
    """It is sent otherwise than a relay knows; until the server is tuned in to anew."""

    async def talk(ears: Ears) -> None:
        near, far = ears.pair()
        ears.objection = "it is L24 now"
        ears.station.add(near)
        await until(lambda: ears.station.alien > 20)
        assert ears.station.trouble == "it is L24 now"
        with pytest.raises(BlockingIOError):
            far.recv(4096)
        ears.objection = ""
        hang_up(ears)
        await heard(far)
        assert not ears.station.trouble

    on_air(talk)


def test_what_anybody_else_sends_is_not_passed_on(
    on_air: Callable[[Callable[[Ears], Awaitable[None]]], None],
) -> None:
    """It may be of another width: noise then, as loud as can be."""

    async def talk(ears: Ears) -> None:
        near, far = ears.pair()
        ears.station.add(near)
        await heard(far)
        (listener,) = ears.theatre.desk.audience.listeners
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            before = ears.station.alien
            # RTP it may be, and as L24.
            for junk in (b"", b"\x80", b"\x80\x61" + b"\x55" * 400):
                stranger.sendto(junk, listener.address)
        await until(lambda: ears.station.alien == before + 3)
        async with asyncio.timeout(10.0):
            for _ in range(20):
                assert b"\x55" * 8 not in await asyncio.get_running_loop().sock_recv(far, 4096)

    on_air(talk)


def test_what_keeps_it_away_is_told_until_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is tried again, as long as it is wanted."""
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(module, "LINGER_SECONDS", 0.05)

    async def whole() -> None:
        with socket.socket() as unheard:
            unheard.bind(("127.0.0.1", 0))
            url = f"rtsp://127.0.0.1:{unheard.getsockname()[1]}/drums"
            station = Station(parse_target(url), lambda _: "")
            near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            with near, far:
                station.add(near)
                await until(lambda: "nobody answers" in station.trouble)
                assert not station.is_heard
                station.remove(near)
                await station.close()

    asyncio.run(whole())
