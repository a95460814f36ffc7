"""Memory and descriptors of a running jackrf and its listener; `make soak` does it for longer."""

import time
from pathlib import Path
from typing import Protocol

import numpy as np
import psutil
import pytest

from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.instruments import Player, Recorder
from tests.system.music import one_voice, tone, wait_until_heard
from tests.system.running import Listening, Running, free_port

pytestmark = pytest.mark.system

MEBIBYTE = 2**20


class HasPid(Protocol):
    """A program that runs."""

    @property
    def pid(self) -> int:
        """Its process id."""


def size(program: HasPid) -> tuple[int, int, int]:
    """Return resident bytes, descriptors and threads of a process."""
    process = psutil.Process(program.pid)
    return process.memory_info().rss, process.num_fds(), process.num_threads()


def work(running: Running, seconds: float) -> None:
    """Ask and change levels fifty times a second, as control surfaces do."""
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        number += 1
        running.ask("set", mix="ear", input="voice", gain=-6.0 * (number % 2))
        running.status()
        time.sleep(0.02)


def test_memory_stays_what_it_is(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """While sound flows and levels are set and asked for all the time, neither process grows by a
    mebibyte, opens a descriptor more, or starts a thread more.
    """
    port = free_port()
    with (
        Player(dummy_jack.name) as player,
        Running(tmp_path, one_voice(port), dummy_jack.name) as running,
        Listening(port, dummy_jack.name) as listening,
        Recorder(dummy_jack.name, listening.ports) as recorder,
    ):
        player.play(tone(), loop=True)
        wait_until_heard(recorder)
        work(running, 4.0)

        def growth() -> list[tuple[int, ...]]:
            before = [size(program) for program in (running, listening)]
            work(running, 10.0)
            after = [size(program) for program in (running, listening)]
            return [tuple(np.subtract(*pair)) for pair in zip(after, before, strict=True)]

        best_of(growth, lambda found: all(one[0] < MEBIBYTE and not any(one[1:]) for one in found))
