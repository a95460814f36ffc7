"""Two JACK servers, each with a clock of its own: a sender on one, a receiver on the other."""

import contextlib
import json
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from jackrf.testing import DummyJack
from tests.system.instruments import Player
from tests.system.music import TONE_LEVEL, one_voice, tone
from tests.system.running import Program, Running, free_port, jackrf_command
from tests.system.test_periods import set_period

pytestmark = pytest.mark.system

BLOCK = 480
WITHIN_SECONDS = 0.3
TRIES = 3
"""On a machine that others use, the best of some runs is judged."""


def silences(path: Path) -> list[float]:
    """Return how long each silence after the first sound of a recording lasts, in seconds."""
    audio, rate = soundfile.read(path, dtype="float32")
    blocks = audio[: len(audio) // BLOCK * BLOCK, 0].reshape(-1, BLOCK)
    sounds = np.flatnonzero(np.abs(blocks).max(axis=1) > TONE_LEVEL / 2)
    gaps = np.diff(sounds) - 1
    return [float(gap) * BLOCK / rate for gap in gaps[gaps > 0]]


def listening(port: int, server: DummyJack, wav: Path) -> Program:
    """Start a receiver that records what it plays, and tells of itself."""
    options = ["--server", server.name, "--connect", "", "--json", "--record", str(wav)]
    return Program(jackrf_command("listen", f"udp://127.0.0.1:{port}", *options))


def test_the_sender_s_period_changes(tmp_path: Path) -> None:
    """From 128 to 1024 to 96 frames: it is heard again within 300 ms, by the same stream."""
    found = []
    for number in range(TRIES):
        port, wav = free_port(), tmp_path / f"{number}.wav"
        with (
            DummyJack(f"jackrf-{os.getpid()}-near") as near,
            DummyJack(f"jackrf-{os.getpid()}-far", samplerate=48005, period=512) as far,
            Player(near.name) as player,
            Running(tmp_path, one_voice(port), near.name),
            listening(port, far, wav) as ear,
        ):
            player.play(tone(), loop=True)
            ear.wait_until(lambda ear=ear: '"playing"' in ear.said())
            time.sleep(1.0)
            for period in (1024, 96):
                set_period(near, period)
                time.sleep(2.0)
            ended = ear.stop()
        last = json.loads(ended.output.splitlines()[-1])
        assert last["streams"] == 1
        assert not last["same_clock"]
        found.append(max([0.0, *silences(wav)]))
        if found[-1] < WITHIN_SECONDS:
            break
    assert min(found) < WITHIN_SECONDS, found


@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_a_server_that_stood_still_leaves_no_wrong_delay(tmp_path: Path, side: str) -> None:
    """Either server is stopped for 60 ms, as a busy machine or a sound card may do it: 3 s later
    the delay is no more than 5 ms from what it was, by what is in hand, and audio goes on.

    JACK's own filter of its time is 60 ms off then, for half a minute.
    """
    found = []
    for number in range(TRIES):
        port, wav = free_port(), tmp_path / f"{number}.wav"
        with contextlib.ExitStack() as stack:
            near = stack.enter_context(DummyJack(f"jackrf-{os.getpid()}-near"))
            far = stack.enter_context(DummyJack(f"jackrf-{os.getpid()}-far", samplerate=48020))
            player = stack.enter_context(Player(near.name))
            stack.enter_context(Running(tmp_path, one_voice(port), near.name))
            ear = stack.enter_context(listening(port, far, wav))
            player.play(tone(), loop=True)
            ear.wait_until(lambda ear=ear: '"playing"' in ear.said())
            time.sleep(2.0)
            stopped = near if side == "sender" else far
            assert stopped.process is not None
            stopped.process.send_signal(signal.SIGSTOP)
            time.sleep(0.06)
            stopped.process.send_signal(signal.SIGCONT)
            time.sleep(4.0)
            lines = [json.loads(line) for line in ear.stop().output.splitlines()]
        playing = [line for line in lines if line["state"] == "playing"]
        before, after = playing[0], playing[-1]
        off = abs(after["delay_ms"] - before["delay_ms"])
        found.append((off, abs(after["drift_ppm"] - before["drift_ppm"]), silences(wav)))
        if off < 5.0 and sum(found[-1][2]) < WITHIN_SECONDS:
            break
    assert min(off for off, _, _ in found) < 5.0, found
    assert min(sum(silent) for _, _, silent in found) < WITHIN_SECONDS, found
