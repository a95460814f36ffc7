"""Places at the mixes of a desk without JACK: their sockets, and what cannot be had."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from jackrf.desk import Desk, MixPlan
from jackrf.rtp.sdp import parse
from jackrf.rtp.stream import identify
from jackrf.rtsp.house import RefusedError
from jackrf.rtsp.line import Line
from jackrf.rtsp.seats import Stalls
from jackrf.rtsp.transport import Transport
from tests.audience.connections import connection
from tests.osc.desks import small_desk
from tests.rtsp.exchange import admission

if TYPE_CHECKING:
    from jackrf.client import JackClient


def open_files() -> int:
    """How many files and sockets this process has."""
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def desk() -> Iterator[Desk]:
    """The small one."""
    with closing(small_desk()) as made:
        yield made


def test_a_seat_over_udp(desk: Desk) -> None:
    """Has an even port and the one above it, and hears only between play and pause."""
    with connection() as (_, far):
        stalls, before = Stalls(desk, Line(far, desk.audience), admission()), open_files()
        seat = stalls.seat("keys", Transport(client_port=(50200, 50201)))
        assert seat.ssrc == identify("Evening", "keys")[0]
        assert seat.server_port is not None
        assert seat.server_port[0] % 2 == 0
        assert seat.server_port[1] == seat.server_port[0] + 1
        assert seat.begins_at()[1] == identify("Evening", "keys")[1]
        assert desk.audience.listeners == []
        seat.play()
        seat.play()
        # With its connection three: hundreds of listeners are not to use up what there is.
        assert open_files() == before + 2
        (listener,) = desk.audience.listeners
        assert (listener.mix, listener.url) == (1, "udp://127.0.0.1:50200")
        assert (listener.owner, listener.address) == ("rtsp", ("127.0.0.1", 50200))
        seat.pause()
        assert listener.paused
        seat.close()
        assert desk.audience.listeners == []
        assert open_files() == before


def test_a_seat_that_never_heard_leaves_nothing_behind(desk: Desk) -> None:
    """Neither over UDP nor over TCP."""
    with connection() as (_, far):
        line = Line(far, desk.audience)
        stalls = Stalls(desk, line, admission())
        for transport in (Transport(client_port=(50200, 50201)), Transport((0, 1))):
            stalls.seat("keys", transport).close()
        assert line.listener is None
        assert not line.broken


def test_a_seat_on_the_connection_itself(desk: Desk) -> None:
    """Lends the line, once."""
    with connection() as (_, far):
        line = Line(far, desk.audience)
        seat = Stalls(desk, line, admission()).seat("drums", Transport((4, 5)))
        assert seat.server_port is None
        seat.play()
        seat.play()
        assert [one.url for one in desk.audience.listeners] == [line.url]
        seat.pause()
        assert line.listener is not None
        assert line.listener.paused
        seat.close()
        assert line.listener is None


@pytest.mark.parametrize("transport", [Transport(client_port=(50200, 50201)), Transport((0, 1))])
def test_a_seat_goes_over_to_the_desk_that_takes_over(desk: Desk, transport: Transport) -> None:
    """Its listener is that one's; whoever leaves has left it."""
    with connection() as (_, far), closing(small_desk()) as other:
        stalls = Stalls(desk, Line(far, desk.audience), admission())
        seat = stalls.seat("keys", transport)
        seat.play()
        stalls.serve(other)
        desk.audience.hand_over(other.audience)
        assert [one.owner for one in other.audience.listeners] == ["rtsp"]
        seat.close()
        assert other.audience.listeners == desk.audience.listeners == []


def test_what_cannot_be_reached_is_counted(desk: Desk) -> None:
    """An address that is not ours any more, as after a change of networks."""
    found = admission()
    with connection() as (_, far):
        line = Line(far, desk.audience)
        line.here = "192.0.2.1"
        with pytest.raises(RefusedError) as caught:
            Stalls(desk, line, found).seat("keys", Transport(client_port=(50200, 50201)))
    assert caught.value.status == 503
    assert found.refusals.counts["unreachable"] == 1


class Jack:
    """As much of a JACK client as describing needs."""

    samplerate = 48000
    period = 64
    frame_time = 0

    def close(self) -> None:
        """Be closed."""


@pytest.fixture
def sealed(desk: Desk) -> Desk:
    """The small one, with keys encrypted."""
    desk.plans = {**desk.plans, "keys": MixPlan([], "L16", None, key=bytes(30))}
    desk.audience._encrypted = frozenset({1})
    desk.client = cast("JackClient", Jack())
    return desk


def test_a_listener_of_an_encrypted_mix_has_a_key_of_its_own(sealed: Desk) -> None:
    """Told by DESCRIBE, anew each time, and used by its seat; what is heard has other numbers."""
    with connection() as (_, far):
        stalls = Stalls(sealed, Line(far, sealed.audience), admission())
        keys = [parse(stalls.describe("keys")).crypto for _ in range(2)]
        assert None not in keys
        assert keys[0] != keys[1]
        assert parse(stalls.describe("drums")).crypto is None
        told = parse(stalls.describe("keys")).crypto
        for encrypted in (True, False):
            seat = stalls.seat("keys", Transport(None, (50200, 50201), encrypted=encrypted))
            assert (seat.ssrc, seat.begins_at()[0]) == (None, None)
            seat.play()
            (listener,) = sealed.audience.listeners
            assert told is not None
            assert listener.seal is not None
            assert listener.seal.key == told.key
            assert listener.address == ("127.0.0.1", 50200)
            seat.close()


def test_an_encrypted_mix_is_heard_in_no_other_way(sealed: Desk) -> None:
    """Not on the connection itself, not by who was not told the key; a plain mix is not SRTP."""
    found = admission()
    with connection() as (_, far):
        stalls = Stalls(sealed, Line(far, sealed.audience), found)
        for described, transport, status in (
            ("drums", Transport(None, (50200, 50201)), 455),
            ("keys", Transport((0, 1)), 461),
        ):
            stalls.describe(described)
            with pytest.raises(RefusedError) as caught:
                stalls.seat("keys", transport)
            assert caught.value.status == status
        with pytest.raises(RefusedError) as caught:
            stalls.seat("drums", Transport(None, (50200, 50201), encrypted=True))
        assert caught.value.status == 461
    assert (found.refusals.counts["not_sealed"], found.refusals.counts["transport"]) == (2, 1)
    assert sealed.audience.sealer.relay.pid is None


def test_a_relay_that_cannot_be_is_counted(sealed: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """As everything that cannot be reached."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(11, "no process")

    found = admission()
    monkeypatch.setattr("subprocess.Popen", refuse)
    with connection() as (_, far):
        stalls = Stalls(sealed, Line(far, sealed.audience), found)
        stalls.describe("keys")
        with pytest.raises(RefusedError):
            stalls.seat("keys", Transport(client_port=(50200, 50201)))
    assert found.refusals.counts["unreachable"] == 1
