"""Python that is busy inside the process of jackrf: the callback does not know of it."""

import contextlib
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.capture import Capture
from tests.system.instruments import Player
from tests.system.music import one_voice, tone
from tests.system.running import Program, Running

pytestmark = pytest.mark.system

SECONDS = 3.0

SPIN = """\
import pathlib, time

def spin(flag):
    while not pathlib.Path(flag).exists():
        time.sleep(0.02)
    while True:
        ring = [[number] for number in range(1000)]
        ring.append(ring)
"""
OUTSIDE = f"""\
{SPIN}
import sys
spin(sys.argv[1])
"""
INSIDE = f"""\
{SPIN}
import sys, threading
from jackrf.cli import main
threading.Thread(target=spin, args=(sys.argv.pop(1),), daemon=True).start()
main()
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened during `SECONDS` in which Python computed and made garbage without a pause."""

    cycles: int
    packets: int
    xruns: int
    p99: float
    """of the callback's duration since the start, in us"""


def figures(server: DummyJack, folder: Path, *, inside: bool) -> Figures:
    """Return what a jackrf does while Python is busy inside its process, or in another."""
    flag = folder / "go"
    flag.unlink(missing_ok=True)
    program = [sys.executable, "-c", INSIDE, str(flag)] if inside else []
    with contextlib.ExitStack() as stack:
        capture = stack.enter_context(Capture())
        stack.enter_context(Player(server.name)).play(tone(), loop=True)
        session = one_voice(capture.port)
        running = stack.enter_context(Running(folder, session, server.name, program=program))
        if not inside:
            stack.enter_context(Program([sys.executable, "-c", OUTSIDE, str(flag)]))
        flag.touch()
        time.sleep(0.2)
        before, packets = running.status(), capture.count
        time.sleep(SECONDS)
        after, sent = running.status(), capture.count - packets
    return Figures(
        after["cycles"] - before["cycles"],
        sent,
        after["xruns"] - before["xruns"],
        after["callback_us"]["p99"],
    )


def test_a_busy_python_thread_does_not_disturb_the_audio(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """A thread that computes and makes garbage inside jackrf's process costs the audio no more
    than the same load in another process: the callback misses no cycle by it, every packet leaves,
    there are no more xruns, and 99 of 100 callbacks are as quick.
    """

    def both() -> tuple[Figures, Figures]:
        outside = figures(dummy_jack, tmp_path, inside=False)
        return outside, figures(dummy_jack, tmp_path, inside=True)

    best_of(both, lambda found: is_undisturbed(*found), turns=4)


def is_undisturbed(outside: Figures, inside: Figures) -> bool:
    """Say whether the load costs no more inside than outside."""
    whole = SECONDS * 48000 / 128
    return (
        inside.cycles > 0.97 * min(outside.cycles, whole)
        and inside.packets > 0.97 * min(outside.packets, whole)
        and inside.xruns <= 2 * outside.xruns + 5
        and inside.p99 < 3 * outside.p99 + 50.0
    )
