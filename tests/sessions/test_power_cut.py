"""Killed at any moment, jackrf leaves a whole file, never older than the last save it answered.

In CI 40 lives are ended; JACKRF_KILLS=500 ends 500.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jackrf.mixer import Mixer
from jackrf.sessions.journal import recovered
from jackrf.sessions.opening import open_session
from tests.sessions.saver import GAINS, NAME, session_text, step_of, values_at

KILLS = int(os.environ.get("JACKRF_KILLS", "40"))
LONG_LIFE_EVERY = 8
"""One life in so many is long enough for the journal to fall behind, if it did."""
JOURNAL_SECONDS = 0.5
LOST_SECONDS = 1.0
"""What the journal may not have."""
SPOILED = 0 if "JACKRF_KILLS" in os.environ else 1
"""Lives in which it may have less, for a machine that let the disk wait."""
PATIENCE = 120.0


class Saver:
    """The process that is started once, and the lives in it."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.sessions.saver"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def live(self, path: Path, pause: float, seconds: float) -> tuple[list[str], float]:
        """Live until killed, after so many seconds of work; return what was said, and when."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{path} {pause}\n")
        stdin.flush()
        lines: list[str] = []
        while not any(line.startswith("changed ") for line in lines) or len(lines) < 2:
            lines.append(stdout.readline())
            assert lines[-1]
        [pid] = [int(line.split()[1]) for line in lines if line.startswith("pid ")]
        time.sleep(seconds)
        killed = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        while lines[-1] != "gone\n":
            lines.append(stdout.readline())
        return lines, killed

    def end(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        assert self._process.wait(10) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def saver() -> Iterator[Saver]:
    """A process that is ready to live and die."""
    process = Saver()
    yield process
    process.end()


def steps(lines: list[str], word: str) -> list[tuple[int, float]]:
    """The steps that were told by a word, with their times."""
    rows = [line.split() for line in lines if line.startswith(f"{word} ")]
    return [(int(row[1]), float(row[2]) if len(row) > 2 else 0.0) for row in rows]


def whole_step(mixer: Mixer) -> int:
    """At which step a desk is, with all its values."""
    step = step_of(str(mixer.value(NAME)))
    assert step == 0 or {p: mixer.value(p) for p in [NAME, *GAINS]} == values_at(step)
    return step


@pytest.mark.timeout(PATIENCE + KILLS * 4)
def test_a_kill_at_any_moment_loses_nothing_that_was_saved(saver: Saver, tmp_path: Path) -> None:
    """The file opens and is one step, whole; with the journal all but the last second is there."""
    path = tmp_path / "band.toml"
    path.write_text(session_text())
    acknowledged, saves, journaled, behind = 0, 0, 0, 0
    for life in range(KILLS):
        is_long = life % LONG_LIFE_EVERY == LONG_LIFE_EVERY - 1
        pause = JOURNAL_SECONDS if is_long else 0.01
        seconds = 1.3 if is_long else random.random() * 0.12  # noqa: S311 - a die, not a key
        lines, killed = saver.live(path, pause, seconds)
        saves += len(steps(lines, "saved"))
        acknowledged = max([acknowledged, *(step for step, _ in steps(lines, "saved"))])
        opened = open_session(path)
        mixer = opened.session.to_mixer()
        in_file = whole_step(mixer)
        assert in_file >= acknowledged
        for place, value in recovered(path, opened.data, opened.changed_at).changes.values.items():
            mixer.put(place, value)
        back = whole_step(mixer)
        old = [step for step, at in steps(lines, "changed") if at < killed - LOST_SECONDS]
        assert back >= in_file
        behind += back < max([0, *old])
        journaled += back > in_file
    assert saves > KILLS
    assert journaled > 0
    assert behind <= SPOILED
    assert {entry.name for entry in tmp_path.iterdir()} <= {"band.toml", ".band.toml.new", "backup"}
    assert len(list((tmp_path / "backup").glob("band.0*.toml"))) <= 11
