"""A listener behind a bad link: it hears on, and both ends say the same of what was lost."""

import json
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from jackrf.testing import DummyJack
from tests.system.bad_link import BadLink, Trouble
from tests.system.instruments import Player, Recorder, wait_for
from tests.system.music import one_voice, tone, wait_until_heard
from tests.system.running import Program, Running, free_port, jackrf_command

pytestmark = pytest.mark.system

PACKETS = 1500
"""That go over the link: 4 s at 128 frames."""


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(loss=0.02),
        Trouble(swapped=0.05),
        Trouble(jitter=0.004),
        Trouble(loss=0.02, swapped=0.02, jitter=0.004),
    ],
    ids=["loss", "reordering", "jitter", "all of it"],
)
def test_a_listener_behind_a_bad_link_hears_on(
    dummy_jack: DummyJack, tmp_path: Path, trouble: Trouble
) -> None:
    """What the link lost is what the receiver counts as lost, and what the sender's status shows;
    what it only swaps or delays is lost by nobody.
    """
    ear = free_port()
    with ExitStack() as stack:
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(tone(), loop=True)
        link = stack.enter_context(BadLink(ear, trouble))
        command = ["listen", f"udp://127.0.0.1:{ear}", "--server", dummy_jack.name]
        options = ["--name", "ear", "--connect", "", "--json"]
        program = stack.enter_context(Program(jackrf_command(*command, *options)))
        program.wait_until(lambda: '"state"' in program.said())
        running = stack.enter_context(Running(tmp_path, one_voice(link.port), dummy_jack.name))
        recorder = stack.enter_context(Recorder(dummy_jack.name, ["ear:out_1"]))
        wait_until_heard(recorder)
        wait_for(lambda: link.passed > PACKETS, 30.0)
        (listener,) = next(iter(running.status()["mixes"].values()))["listeners"]
        wait_for(lambda: _heard(running) is not None)
        told, lost = _heard(running), link.lost
        ended = program.stop(signal.SIGTERM)
        assert ended.code == 0
    last = json.loads(ended.output.splitlines()[-1])
    # Both look at other moments: what was lost before the first packet that came is nobody's.
    assert abs(last["lost"] - lost) <= 0.3 * lost + 3
    assert told is not None
    assert told["lost"] <= lost + 3
    if trouble.loss:
        assert told["lost"] > 0
    assert listener["dropped"] <= listener["dropped_by"]["refused"] + 100


def _heard(running: Running) -> dict[str, float] | None:
    (one,) = next(iter(running.status()["mixes"].values()))["listeners"]
    found: dict[str, float] | None = one["heard"]
    return found
