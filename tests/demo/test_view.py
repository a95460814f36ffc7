"""What is on the screen while the demo plays."""

import io
from typing import Any

import pytest
from rich.console import Console

from jackrf.demo.measure import FLOOR_DB
from jackrf.demo.view import picture, view


def status() -> dict[str, Any]:
    """Return a status as a running jackrf gives it."""
    listener = {
        "url": "udp://127.0.0.1:5004",
        "state": "sending",
        "sent": 10,
        "dropped": 0,
        "dropped_by": {"full": 0},
        "queued_ms": 0.0,
    }
    mix = {
        "name": "Drums",
        "gain": -3.0,
        "peak_db": [-12.0, None],
        "limit_db": 0.0,
        "encoding": "L16",
        "listeners": [listener],
    }
    strip = {
        "id": "kick",
        "name": "Kick",
        "port": "jackrf-demo:in_01",
        "peak_db": -9.0,
        "bad_samples": 0,
        "connections": ["jackrf-band:kick"],
        "missing": [],
    }
    return {
        "client": "jackrf-demo",
        "state": "running",
        "session": "Rehearsal",
        "samplerate": 48000,
        "period": 128,
        "cycles": 100,
        "xruns": 0,
        "load": 3.0,
        "callback_us": {"p50": 20.0, "p99": 30.0, "p99_9": 40.0, "max": 50.0},
        "inputs": [strip],
        "mixes": {"drums": mix},
    }


def shown(gain: float) -> str:
    """Return the fader's line as text."""
    console = Console(file=io.StringIO(), width=100)
    with console.capture() as capture:
        console.print(picture(status(), gain))
    return next(line for line in capture.get().splitlines() if "FADER" in line)


@pytest.mark.parametrize(
    ("gain", "text"), [(FLOOR_DB, "off"), (-40.0, "-40.0 dB"), (-6.0, "-6.0 dB"), (3.0, "+3.0 dB")]
)
def test_the_fader_stands_with_its_gain(gain: float, text: str) -> None:
    """One knob, and the gain beside it; at its lowest it is off."""
    line = shown(gain)
    assert "guitar in Drums" in line
    assert line.rstrip().endswith(text)
    assert line.count("█") == 1


def test_the_knob_moves_with_the_gain() -> None:
    """Further to the right is louder; beyond its ends it stays on the track."""
    places = [shown(gain).index("█") for gain in (FLOOR_DB, -30.0, -6.0, 3.0, 10.0)]
    assert places == sorted(places)
    assert len(set(places)) == len(places)


def test_a_pipe_gets_the_view_three_times() -> None:
    """At a third, at two thirds and at the end, however often it is drawn."""
    console = Console(file=io.StringIO(), width=100)
    with console.capture() as capture, view(console) as draw:
        for step in range(100):
            draw(status(), -6.0, step / 100)
        draw(status(), 3.0, 1.0)
    assert capture.get().count("FADER") == 3


@pytest.mark.parametrize("height", [40, 24, 14])
def test_a_terminal_gets_every_one_in_the_same_place(height: int) -> None:
    """Each replaces the one before, and the fader has room in a low terminal too."""
    file = io.StringIO()
    with view(Console(file=file, width=100, height=height, force_terminal=True)) as draw:
        draw(status(), -6.0, 0.1)
        draw(status(), 3.0, 0.2)
    assert "-6.0 dB" in file.getvalue()
    assert "+3.0 dB" in file.getvalue()
    assert "\x1b[1A" in file.getvalue()
