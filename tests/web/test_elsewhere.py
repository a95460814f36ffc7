"""The sound of another machine's mixes, as the page's relays ask for it."""

import asyncio
import socket
from dataclasses import replace
from typing import Any

import pytest

from jackrf.rtp.sdp import parse
from jackrf.rtsp.dialogue import parse_target
from jackrf.web.elsewhere import Elsewhere
from jackrf.web.plan import Clock
from jackrf.web.programme import Offered, Programme
from jackrf.web.sound import Heard
from tests.rtsp.test_dialogue import SDP

DRUMS = parse_target("rtsp://drums:1234@10.0.0.7:8554/drums")
PROGRAMME = Programme(
    "Evening",
    ["10.0.0.7"],
    [Offered(Heard("drums", "Dave", 3), DRUMS, Clock(48000, 128))],
    [],
)


class Still:
    """A station that is told what to do, and does nothing."""

    is_heard, dropped, trouble = True, 3, "nobody answers"

    def __init__(self, target: Any, changed: Any) -> None:
        self.target, self.changed = target, changed
        self.to: list[Any] = []
        self.add, self.remove = self.to.append, self.to.remove
        self.closed = False

    async def close(self) -> None:
        """Say so."""
        self.closed = True


@pytest.fixture
def stations(monkeypatch: pytest.MonkeyPatch) -> list[Still]:
    """Return those that are made."""
    made: list[Still] = []

    def make(target: Any, changed: Any) -> Still:
        made.append(Still(target, changed))
        return made[-1]

    monkeypatch.setattr("jackrf.web.elsewhere.Station", make)
    return made


def test_a_mix_is_heard_by_its_station(stations: list[Still]) -> None:
    """Until what ends it is called; and all are left in the end."""
    sound = Elsewhere(PROGRAMME)
    (station,) = stations
    assert (sound.name, sound.mixes) == ("Evening", [Heard("drums", "Dave", 3)])
    with socket.socket() as to:
        end = sound.hear("drums", to)
        assert end is not None
        assert station.to == [to]
        end()
        assert not station.to
    asyncio.run(sound.close())
    assert station.closed


KEYS = Offered(Heard("keys", "Keith", 2), parse_target("rtsp://10.0.0.7/keys"), Clock(48000, 64))


def programme(*mixes: Offered) -> Programme:
    """One of other mixes."""
    return Programme("Evening", ["10.0.0.7"], mixes, [])


def test_what_there_is_may_change(stations: list[Still]) -> None:
    """What is as it was goes on; a name is no reason to have relays begin anew."""

    async def whole() -> None:
        sound = Elsewhere(PROGRAMME)
        (drums,), (before,) = PROGRAMME.mixes, stations
        renamed = replace(drums, heard=replace(drums.heard, name="Dan"))
        assert not await sound.take(programme(renamed))
        assert [one.name for one in sound.mixes] == ["Dan"]
        assert await sound.take(programme(renamed, KEYS))
        assert (len(stations), before.closed) == (2, False)
        with socket.socket() as to:
            end = sound.hear("keys", to)
            assert await sound.take(programme(renamed))
            assert stations[1].closed
            assert sound.hear("keys", to) is None
            assert end is not None
            end()
        narrow = replace(drums, heard=replace(drums.heard, sample_bytes=2))
        assert await sound.take(programme(narrow))
        assert (len(stations), before.closed) == (3, True)
        assert set(sound.report()) == {"drums"}

    asyncio.run(whole())


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"encoding": "L16"}, "it is sent as L16 with 2 channels now: a moment"),
        ({"channels": 1}, "it is sent as L24 with 1 channels now: a moment"),
        ({"crypto": "key"}, "it is encrypted now, and a page may come by plain http"),
    ],
)
def test_what_is_sent_otherwise_is_not_heard(
    stations: list[Still], changed: dict[str, Any], why: str
) -> None:
    """Until relays know; as it was meant for, it is, again."""

    async def whole() -> None:
        sound = Elsewhere(PROGRAMME)
        assert (sound.news.is_set(), sound.is_sent_otherwise) == (False, False)
        assert stations[0].changed(replace(parse(SDP), **changed)) == why
        assert (sound.news.is_set(), sound.is_sent_otherwise) == (True, True)
        assert stations[0].changed(parse(SDP)) == ""
        assert not sound.is_sent_otherwise
        stations[0].changed(replace(parse(SDP), **changed))
        await sound.take(PROGRAMME)
        assert not sound.is_sent_otherwise

    asyncio.run(whole())


def test_of_several_servers_the_longest_period_counts(stations: list[Still]) -> None:
    """Else all pages came in again whenever somebody begins to hear the other one."""
    sound = Elsewhere(programme(*PROGRAMME.mixes, KEYS))
    for station, milliseconds in ((0, 128 / 48), (1, 64 / 48), (0, 128 / 48)):
        offer = replace(parse(SDP), packet_ms=milliseconds)
        stations[station].changed(offer if station == 0 else replace(offer, encoding="L16"))
        assert sound.clock == Clock(48000, 128)


def test_the_clock_is_what_the_server_said_last(stations: list[Still]) -> None:
    """JACK there may have been started anew at another rate."""
    sound = Elsewhere(PROGRAMME)
    assert sound.clock == Clock(48000, 128)
    stations[0].changed(replace(parse(SDP), samplerate=96000, packet_ms=5.0))
    assert sound.clock == Clock(96000, 480)


def test_the_status_names_no_pin(stations: list[Still]) -> None:
    """But where each mix is, and what keeps it away."""
    assert Elsewhere(PROGRAMME).report() == {
        "drums": {
            "name": "Dave",
            "url": "rtsp://10.0.0.7:8554/drums",
            "heard": True,
            "dropped": 3,
            "trouble": "nobody answers",
        }
    }
    assert len(stations) == 1
