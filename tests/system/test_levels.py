"""Levels that are set over the control socket, as they are heard at the mix's own ports."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.errors import JackrfError
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.instruments import Player, Recorder, Take, wait_for
from tests.system.running import Running

pytestmark = pytest.mark.system

GLIDE = 960
"""Frames: 20 ms at 48 kHz."""
PERIOD = 128
LEVEL = 0.25
"""What both inputs carry: a constant, so that what is heard is the gain."""

SESSION = """\
format = 1
name = "Levels"
[inputs.voice]
name = "Voice"
connect = ["player:out_1"]
[inputs.drum]
name = "Drum"
connect = ["player:out_2"]
[mixes.ear]
name = "Ear"
[mixes.ear.sends]
voice = { gain = 0.0 }
drum = { gain = -6.0 }
"""


def side(angle: float, decibels: float = 0.0) -> float:
    """Return the amplitude of a send on the left, at an angle of the constant-power pan."""
    return math.cos(angle) * 10 ** (decibels / 20)


CENTRE = math.pi / 4
VOICE, DRUM = side(CENTRE), side(CENTRE, -6)

CHANGES: list[tuple[dict[str, Any], float]] = [
    # what is set, one after the other, and the amplitude on the left afterwards
    ({"mix": "ear", "input": "voice", "gain": -10.0}, side(CENTRE, -10) + DRUM),
    ({"mix": "ear", "input": "voice", "gain": 0.0}, VOICE + DRUM),
    ({"mix": "ear", "input": "voice", "pan": 0.5}, side(1.5 * CENTRE) + DRUM),
    ({"mix": "ear", "input": "voice", "pan": 0.0}, VOICE + DRUM),
    ({"mix": "ear", "input": "voice", "solo": True}, VOICE),
    ({"mix": "ear", "input": "voice", "solo": False, "mute": True}, DRUM),
    ({"mix": "ear", "input": "voice", "mute": False}, VOICE + DRUM),
    ({"input": "drum", "mute": True}, VOICE),
    ({"input": "drum", "mute": False}, VOICE + DRUM),
    ({"input": "drum", "trim": -3.0}, VOICE + side(CENTRE, -9)),
    ({"mix": "ear", "gain": -3.0}, side(CENTRE, -3) + side(CENTRE, -12)),
    ({"mix": "ear", "mute": True}, 0.0),
    ({"mix": "ear", "mute": False}, side(CENTRE, -3) + side(CENTRE, -12)),
    ({"input": "drum", "trim": 0.0}, side(CENTRE, -3) + side(CENTRE, -9)),
    ({"mix": "ear", "gain": 0.0}, VOICE + DRUM),
]
"""Ends where it begins."""


@pytest.fixture
def stage(dummy_jack: DummyJack, tmp_path: Path) -> Iterator[tuple[Running, Recorder]]:
    """A jackrf whose two inputs have a constant, faded in, and a recorder at its left output."""
    with (
        Player(dummy_jack.name, 2) as player,
        Running(tmp_path, SESSION, dummy_jack.name) as running,
        Recorder(dummy_jack.name, ["jackrf:mix_01_l"]) as recorder,
    ):
        player.play(np.full((2, 8192), LEVEL), loop=True)
        wait_for(lambda: is_at(recorder.record(0.1).audio[0, -1], VOICE + DRUM))
        yield running, recorder


def is_at(heard: float, amplitude: float) -> bool:
    """Say whether a constant is heard at an amplitude, as exactly as float32 can be."""
    return abs(heard - LEVEL * amplitude) < 1e-6


def heard(running: Running, recorder: Recorder, change: dict[str, Any], seconds: float) -> Take:
    """Return the left side while a change is made and takes its time."""
    recorder.begin(seconds + 1.0)
    recorder.wait(0.02)
    running.ask("set", **change)
    recorder.wait(seconds)
    return recorder.end()


def all_heard(running: Running, recorder: Recorder) -> list[NDArray[np.float64]]:
    """Return what is heard of all CHANGES, in a round in which the server lost no period."""
    takes = best_of(
        lambda: [heard(running, recorder, change, 0.08) for change, _ in CHANGES],
        lambda takes: not any(take.missed for take in takes),
    )
    return [take.audio[0].astype(np.float64) for take in takes]


def test_a_change_is_heard_without_a_step(stage: tuple[Running, Recorder]) -> None:
    """Gain, pan, mute, solo and trim, of a send, a mix and an input: the sound goes to its new
    level along a straight line of 20 ms, no step is larger than that line's slope.
    """
    amplitude = VOICE + DRUM
    for (change, wanted), audio in zip(CHANGES, all_heard(*stage), strict=True):
        steps, slope = np.abs(np.diff(audio)), LEVEL * abs(wanted - amplitude) / GLIDE
        moving = np.count_nonzero(steps > slope / 100)
        assert is_at(audio[0], amplitude), change
        assert is_at(audio[-1], wanted), change
        assert steps.max() <= slope + 1e-6, change
        assert GLIDE <= moving <= GLIDE + PERIOD, change
        amplitude = wanted


def test_a_large_rise_takes_its_time(stage: tuple[Running, Recorder]) -> None:
    """Nothing that is set jumps into an ear: from silence to a gain of -30 dB, 60 dB up, it takes
    the 48 dB above the first 12 at 60 dB/s, 0.8 s, and there is no step on the way.
    """
    running, recorder = stage
    running.ask("set", mix="ear", input="voice", mute=True)

    def raised() -> Take:
        running.ask("set", mix="ear", input="drum", gain=-56.0)
        recorder.record(0.2)
        return heard(running, recorder, {"mix": "ear", "input": "drum", "gain": 4.0}, 1.0)

    audio = best_of(raised, lambda take: not take.missed).audio[0].astype(np.float64)
    assert is_at(audio[0], side(CENTRE, -56))
    assert is_at(audio[-1], side(CENTRE, 4))
    steps, glide = np.diff(audio), 0.8 * 48000
    moving = np.flatnonzero(np.abs(steps) > 1e-8)
    assert glide <= moving[-1] - moving[0] + 1 <= glide + PERIOD
    assert steps.max() <= LEVEL * side(CENTRE, 4) / glide + 1e-6


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"mix": "ear", "input": "voice", "gain": 40}, "10"),
    ({"mix": "ear", "input": "voice", "gain": "loud"}, "'loud'"),
    ({"mix": "ear", "input": "voice", "pan": -1.5}, "-1 (left) to 1 (right)"),
    ({"mix": "ear", "input": "voice", "mute": 1}, "true or false"),
    ({"mix": "ear", "input": "voice", "gain": -3.0, "colour": "red"}, "'colour'"),
    ({"mix": "eye", "gain": 0.0}, "no mix 'eye': there are ear"),
    ({"mix": "ear", "input": "flute", "gain": 0.0}, "no input 'flute': there are voice, drum"),
    ({"gain": 0.0}, "set needs a mix, an input or both"),
    ({"mix": ["ear"], "gain": 0.0}, "by its id"),
]


def test_what_is_not_allowed_changes_nothing(stage: tuple[Running, Recorder]) -> None:
    """A wrong value, name or place is answered in one line, and nothing of the request is done."""
    running, recorder = stage
    for wrong, says in WRONG:
        with pytest.raises(JackrfError) as refused:
            running.ask("set", **wrong)
        assert says in str(refused.value), wrong
        assert "\n" not in str(refused.value)
    assert is_at(recorder.record(0.2).audio[0, -1], VOICE + DRUM)
