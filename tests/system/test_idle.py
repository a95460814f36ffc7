"""Nothing but the audio thread runs while nobody asks for anything: the CPU is for the music."""

import time
from pathlib import Path

import pytest

from jackrf.testing import DummyJack
from tests.system.music import one_voice
from tests.system.running import Running, free_port

pytestmark = pytest.mark.system

SECONDS = 4.0
MOST_WAKES = 5.0
"""A second, of the thread that runs Python: a watchdog and a heartbeat may."""


def wakes(pid: int) -> int:
    """Return how often the main thread of a process has gone to sleep so far."""
    status = Path(f"/proc/{pid}/task/{pid}/status").read_text("utf-8")
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    return int(fields["voluntary_ctxt_switches"])


def test_an_idle_desk_leaves_python_asleep(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Its main thread wakes up a few times a second at the most, not at a meter's pace."""
    session = one_voice(free_port())
    with Running(tmp_path, session, dummy_jack.name) as running:
        time.sleep(2.0)
        counts = []
        for _ in range(3):
            before = wakes(running.pid)
            time.sleep(SECONDS)
            counts.append((wakes(running.pid) - before) / SECONDS)
            if counts[-1] <= MOST_WAKES:
                break
    assert min(counts) <= MOST_WAKES, counts
