"""`jackrf run` heard by `jackrf listen` on one server: how late, and after what."""

import contextlib
import os
import re
from pathlib import Path

import numpy as np
import pytest

from jackrf.realtime.follow import MOST_APART
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.instruments import Audio, Player, Recorder, apart
from tests.system.music import one_voice, tone, wait_until_heard, wait_until_silent
from tests.system.running import Listening, Running, free_port

pytestmark = pytest.mark.system

WINDOWS = 10
"""How many seconds of pulses are listened to before the machine counts as too busy."""


def pulses(rate: int) -> Audio:
    """One second of silence with 20 single frames in it, at uneven places; shape (1, rate)."""
    track = np.zeros((1, rate), np.float32)
    track[0, np.arange(20) * (rate // 20 - 1) + 7] = 0.5
    return track


def latency(player: Player, recorder: Recorder) -> float:
    """Return by how many frames pulses are heard later than they are played: the median."""
    track = pulses(player.client.samplerate)
    recorder.begin(2.0)
    started = player.play(track, delay=0.2)
    player.wait()
    take = recorder.end()
    heard = np.flatnonzero(np.abs(take.audio[0]) > 0.3) + apart(take.start, started)
    later = [heard[heard >= at] - at for at in np.flatnonzero(track[0])]
    found = [delays[0] for delays in later if len(delays)]
    return float(np.median(found)) if len(found) > 15 else np.inf


@pytest.mark.parametrize(
    ("period", "first"),
    [(128, "run"), (128, "listen"), (64, "run"), (100, "run"), (1024, "listen")],
)
def test_the_listener_hears_one_period_later(tmp_path: Path, period: int, first: str) -> None:
    """The median latency from the player's port to the listener's is 1.00 period, measured in
    frames with pulses of one frame, at every size of period and whoever started first.
    """
    port = free_port()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(DummyJack(f"jackrf-{os.getpid()}-{period}", period=period))
        player = stack.enter_context(Player(server.name))
        if first == "listen":
            stack.enter_context(Listening(port, server.name))
        stack.enter_context(Running(tmp_path, one_voice(port), server.name))
        if first == "run":
            stack.enter_context(Listening(port, server.name))
        recorder = stack.enter_context(Recorder(server.name, ["jackrf-listen:out_1"]))
        player.play(tone(), loop=True)
        wait_until_heard(recorder)
        # After a lost period the listener may wait for a second longer than it has to.
        best_of(lambda: latency(player, recorder), lambda frames: frames == period, WINDOWS)


def test_it_is_heard_again_after_either_end_restarts(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """When jackrf ends and starts again the listener that stayed hears it, and the other way."""
    port = free_port()
    session = one_voice(port)
    with Player(dummy_jack.name) as player:
        player.play(tone(), loop=True)
        with Running(tmp_path, session, dummy_jack.name) as running:
            with Listening(port, dummy_jack.name) as listening:
                with Recorder(dummy_jack.name, listening.ports) as recorder:
                    wait_until_heard(recorder)
                assert listening.stop().code == 0
            with (
                Listening(port, dummy_jack.name) as listening,
                Recorder(dummy_jack.name, listening.ports) as recorder,
            ):
                wait_until_heard(recorder)
                assert running.stop().code == 0
                wait_until_silent(recorder)
                with Running(tmp_path, session, dummy_jack.name):
                    wait_until_heard(recorder)
                ended = listening.stop()
    assert ended.code == 0
    # Its sequence numbers began anew, and nothing was lost.
    told = re.search(r" (\d+) packets, (\d+) lost", ended.output)
    assert told is not None
    assert int(told[2]) <= MOST_APART
