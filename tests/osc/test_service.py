"""OSC as a running session has it: PINs, pairing, the cue, the streams' health, its report."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.pins import PinFile
from jackrf.osc.admission import Source
from jackrf.osc.namespace import Namespace, OscError
from jackrf.osc.rows import Role
from jackrf.osc.service import OscService
from jackrf.osc.settings import Settings, Surface
from jackrf.parameters import Place
from tests.osc.desks import get, set_, small_desk
from tests.osc.serving import ask, free_port, udp_to


def service_of(
    folder: Path, desk: Desk | None = None, cue: str | None = None, **settings: Any
) -> OscService:
    """A service that does not listen yet."""
    desk = desk or small_desk()
    pins = PinFile(folder / "secrets.toml")
    return OscService(desk, Namespace(desk), Settings(port=free_port(), **settings), pins, cue)


def test_a_pin_is_made_and_opens_its_mix(tmp_path: Path) -> None:
    """The file beside the session has its hash."""
    service = service_of(tmp_path)
    pin = service.make_pin({"do": "pin", "mix": "drums"})
    engineer = service.make_pin({"do": "pin", "mix": None})
    pins = PinFile(tmp_path / "secrets.toml")
    assert (pins.whose(pin), pins.whose(engineer)) == ("drums", "")
    with pytest.raises(InputError, match="no mix 'bass': there are drums, keys"):
        service.make_pin({"do": "pin", "mix": "bass"})


def test_a_host_is_paired(tmp_path: Path) -> None:
    """With a mix, or with everything; it is told on a port of its own."""
    service = service_of(tmp_path)
    service.pair({"do": "pair", "host": "192.168.1.20", "mix": "drums"})
    service.pair({"do": "pair", "host": "192.168.1.21", "port": 8000, "mix": None})
    musician, engineer = service.report()["surfaces"]
    assert (musician["to"], musician["mixes"]) == ("192.168.1.20:9000", ["drums"])
    assert (engineer["to"], engineer["role"]) == ("192.168.1.21:8000", "engineer")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"host": "tablet.local", "mix": "drums"}, "write its IP address"),
        ({"mix": "drums"}, "host None"),
        ({"host": "10.0.0.1", "mix": "bass"}, "no mix 'bass'"),
        ({"host": "10.0.0.1", "mix": ["drums"]}, "no mix"),
        ({"host": "10.0.0.1", "port": 0}, "1 to 65535"),
        ({"host": "10.0.0.1", "port": "x"}, "1 to 65535"),
    ],
)
def test_what_cannot_be_paired_is_told(
    tmp_path: Path, message: dict[str, Any], problem: str
) -> None:
    """In one line; and nobody is let in."""
    service = service_of(tmp_path)
    with pytest.raises(InputError, match=problem):
        service.pair(message)
    assert service.report()["surfaces"] == []


def test_it_listens_and_reports(tmp_path: Path) -> None:
    """With surfaces of the session from the start; the report is JSON."""
    desk = small_desk()
    surfaces = [Surface("192.168.1.31", mix="drums"), Surface("127.0.0.1", 9, Role.OBSERVER)]
    service = service_of(tmp_path, desk, surfaces=surfaces)

    async def run() -> None:
        await service.start()
        report = service.report()

        def client() -> None:
            with udp_to(report["port"]) as plain:
                assert ask(plain, "/ping")[0].path == "/pong"
                plain.send(b"nonsense")
                plain.send(b"nonsense")
                assert ask(plain, "/ping")[0].path == "/pong"

        await asyncio.to_thread(client)
        await service.close()
        await service.close()

    asyncio.run(run())
    report = json.loads(json.dumps(service.report()))
    assert report["listen"] == "127.0.0.1"
    assert report["refused"]["malformed"] == 2
    (remedy,) = report["remedies"]
    assert remedy.startswith("OSC from 127.0.0.1 refused: set its connection to OSC")
    assert remedy.endswith("(what it sends is not OSC, 2 times)")
    assert [one["role"] for one in report["surfaces"]] == ["musician", "observer"]


def test_a_file_of_pins_that_others_can_read_stops_the_start(tmp_path: Path) -> None:
    """Before anything listens."""
    service = service_of(tmp_path)
    service.make_pin({"mix": "drums"})
    (tmp_path / "secrets.toml").chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        asyncio.run(service.start())


def test_refusals_are_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As a warning of jackrf.osc."""
    service = service_of(tmp_path)
    with caplog.at_level(logging.WARNING, "jackrf.osc"):
        service._surfaces.receive(Source("8.8.8.8", 1), b"", 0.0)
    assert "OSC from 8.8.8.8 refused" in caplog.text


def test_streams_have_their_health_on_the_tablet(tmp_path: Path) -> None:
    """Five values of each mix."""
    namespace = service_of(tmp_path).namespace
    names = ("state", "loss", "delay", "jitter", "listeners")
    found = [get(namespace, f"/mix/1/stream/{name}") for name in names]
    assert found == [("off",), (0.0,), (0.0,), (0.0,), (0,)]


def test_the_cue_follows_and_listens(tmp_path: Path) -> None:
    """By id or number; an empty text ends it; the musician's mix stays."""
    desk = small_desk()
    namespace = service_of(tmp_path, desk, "keys").namespace
    before = {
        place: desk.mixer.value(place) for place in desk.mixer.places() if place.mix != "keys"
    }
    set_(namespace, "/mix/keys/follow", "drums")
    assert get(namespace, "/mix/keys/follow") == ("drums",)
    assert desk.mixer.value(Place("keys", "bass", "gain")) == -12.0
    set_(namespace, "/mix/2/follow", "1")
    set_(namespace, "/mix/2/follow", "")
    assert get(namespace, "/mix/keys/follow") == ("",)
    set_(namespace, "/in/vox/pfl", 1)
    assert get(namespace, "/in/2/pfl") == (1,)
    assert desk.mixer.value(Place("keys", "vox", "solo")) is True
    set_(namespace, "/in/vox/pfl", 0)
    assert get(namespace, "/in/2/pfl") == (0,)
    assert desk.mixer.value(Place("keys", "vox", "solo")) is False
    assert before == {place: desk.mixer.value(place) for place in before}


@pytest.mark.parametrize(
    ("cue", "path", "argument", "problem"),
    [
        (None, "/mix/2/follow", "drums", "cue = true"),
        (None, "/in/1/pfl", 1, "cue = true"),
        ("keys", "/mix/1/follow", "keys", "cue = true"),
        ("keys", "/mix/2/follow", "bass", "no mix 'bass' to follow"),
        ("keys", "/mix/2/follow", "1/in/2", "to follow"),
        ("keys", "/mix/2/follow", "keys", "is the cue itself"),
        ("keys", "/mix/2/follow", "*", "to follow"),
    ],
)
def test_what_cannot_be_followed_is_told(
    tmp_path: Path, cue: str | None, path: str, argument: str | int, problem: str
) -> None:
    """And nothing changes."""
    desk = small_desk()
    namespace = service_of(tmp_path, desk, cue).namespace
    with pytest.raises(OscError, match=problem):
        set_(namespace, path, argument)
    assert desk.revision == 0
