"""Nothing but the audio thread runs while nobody asks for anything: the CPU is for the music."""

import time
from pathlib import Path

import pytest

from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.music import one_voice
from tests.system.running import Running, free_port

pytestmark = pytest.mark.system

SECONDS = 6.0
MOST_WAKES = 6
"""Of the thread that runs Python: once a second somebody may look whether all is well."""


def wakes(pid: int) -> int:
    """Return how often the main thread of a process has gone to sleep so far."""
    status = Path(f"/proc/{pid}/task/{pid}/status").read_text("utf-8")
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    return int(fields["voluntary_ctxt_switches"])


def test_an_idle_desk_leaves_python_asleep(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """While nobody speaks its main thread wakes up once a second at the most, not at a meter's pace
    nor at a surface's.
    """
    with Running(tmp_path, one_voice(free_port()), dummy_jack.name) as running:
        time.sleep(3.0)

        def woken() -> int:
            before = wakes(running.pid)
            time.sleep(SECONDS)
            return wakes(running.pid) - before

        best_of(woken, lambda times: times <= MOST_WAKES)
