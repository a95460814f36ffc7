"""What a desk says of itself is there with and without a JACK server."""

import json
import math
import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.desk import Desk, MixPlan
from jackrf.errors import InputError
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.parameters import Place
from jackrf.reports import describe, status
from jackrf.testing import DummyJack

MIX_KEYS = {
    "name",
    "gain",
    "peak_db",
    "limit_db",
    "encoding",
    "encrypted",
    "ports",
    "listeners",
}
KEYS = {
    "client",
    "state",
    "session",
    "samplerate",
    "period",
    "cycles",
    "xruns",
    "load",
    "callback_us",
    "refused_periods",
    "inputs",
    "mixes",
}


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Two mixes, the first of which is sent to a socket that hears it."""
    with socket.socket(type=socket.SOCK_DGRAM) as hearing:
        hearing.bind(("127.0.0.1", 0))
        port = hearing.getsockname()[1]
        mixes = [Mix("drums", "Drums", sends={"kick": Send(0.0)}), Mix("anna", "Anna")]
        plans = {
            "drums": MixPlan([f"udp://127.0.0.1:{port}"], "L24", -1.0),
            "anna": MixPlan([], "L16", None),
        }
        wanted = {
            Place(None, "kick", "connect"): ["no:port"],
            Place("anna", None, "connect_right"): ["nobody:in"],
        }
        made = Desk("Test", Mixer([Strip("kick", "Kick")], mixes), wanted, plans)
        with closing(made) as desk:
            yield desk


def test_without_a_server_everything_is_said_and_nothing_sounds(desk: Desk) -> None:
    """All keys are there, JSON can carry them, and levels are None."""
    report = status(desk)
    assert set(report) == KEYS
    assert set(report["mixes"]["drums"]) == MIX_KEYS
    assert report["state"] == "waiting for JACK"
    assert report["mixes"]["drums"]["peak_db"] == [None, None]
    assert report["inputs"][0]["missing"] == ["no:port"]
    sides = report["mixes"]["anna"]["ports"]
    assert [side["port"] for side in sides] == ["mix_02_l", "mix_02_r"]
    assert [side["missing"] for side in sides] == [[], ["nobody:in"]]
    json.dumps(report, allow_nan=False)


def test_a_mix_that_is_off_has_no_gain(desk: Desk) -> None:
    """-inf dB is None, as JSON has no infinity."""
    desk.change({Place("drums", None, "gain"): -math.inf})
    assert status(desk)["mixes"]["drums"]["gain"] is None


def test_without_a_server_a_mix_cannot_be_described(desk: Desk) -> None:
    """The SDP needs the sample rate; the line says so."""
    with pytest.raises(InputError, match="no JACK server"):
        describe(desk, "drums")


def test_a_running_desk_tells_what_it_sends(desk: Desk, dummy_jack: DummyJack) -> None:
    """Cycles and packets count up, and the SDP names port, rate and encoding."""
    desk.open("jackrf-reports", dummy_jack.name)
    deadline = time.monotonic() + 10.0
    while status(desk)["mixes"]["drums"]["listeners"][0]["sent"] < 10:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    report = status(desk)
    listener = report["mixes"]["drums"]["listeners"][0]
    assert report["cycles"] >= 10
    assert listener["state"] == "sending"
    assert set(report["callback_us"]) == {"p50", "p99", "p99_9", "max"}
    described = describe(desk, "drums")
    assert "a=rtpmap:97 L24/48000/2\r\n" in described
    assert f"m=audio {listener['url'].rsplit(':', 1)[1]} RTP/AVP 97\r\n" in described


@pytest.mark.parametrize(("mix", "listener"), [("anna", 0), ("drums", 1), ("nobody", 0)])
def test_what_is_not_sent_is_not_described(
    desk: Desk, dummy_jack: DummyJack, mix: str, listener: int
) -> None:
    """A mix without that listener, or none of that name, is told in one line."""
    desk.open("jackrf-reports", dummy_jack.name)
    with pytest.raises(InputError, match=mix):
        describe(desk, mix, listener)
