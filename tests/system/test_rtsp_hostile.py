"""A running jackrf under attack by RTSP: control answers in time, memory stays, audio goes on."""

import itertools
import os
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import pytest

from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.attackers import crowd, fuzz, lorises, many_files
from tests.system.capture import Capture
from tests.system.music import one_voice
from tests.system.pulse import Found, Pulse
from tests.system.running import Running

pytestmark = pytest.mark.system

MALFORMED = int(os.environ.get("JACKRF_FUZZ", "3000"))
"""Requests; `make fuzz` sends a million."""
ATTACKS = [crowd, lorises, partial(fuzz, count=MALFORMED)]
WARM_UP = 2000
ANSWER_MS = 100.0
TURNS = 3
MOST_GROWTH = 16 << 20
"""Bytes of resident memory: buffers of a few hundred connections, and Python's own arenas."""


@pytest.mark.fuzz
@pytest.mark.parametrize("attack", ATTACKS, ids=["crowd", "lorises", "fuzz"])
def test_an_attack_is_noticed_by_nobody_else(
    dummy_jack: DummyJack, tmp_path: Path, attack: Callable[[int], None]
) -> None:
    """Ten thousand idle connections, slow ones, and malformed requests: every answer of the control
    socket comes within 100 ms of jackrf's own time, memory is bounded, and no packet is dropped.
    """
    with Capture() as capture, many_files():
        session = one_voice(capture.port)
        with Running(tmp_path, session, dummy_jack.name) as running:
            port = running.status()["rtsp"]["port"]
            # What is made once, for whoever comes first, is no growth.
            fuzz(port, WARM_UP)
            time.sleep(0.5)
            process = psutil.Process(running.pid)
            memory, losses = process.memory_info().rss, running.losses()[1:]

            def turn() -> Found:
                with Pulse(running.name, running.pid) as pulse:
                    attack(port)
                    time.sleep(0.2)
                return pulse.found

            found = best_of(turn, lambda found: found.own_ms <= ANSWER_MS, TURNS)
            print(f"{attack}: {found}")
            grown = process.memory_info().rss - memory
            assert running.losses()[1:] == losses
            files = process.num_fds()
        packets = capture.packets
    assert grown < MOST_GROWTH
    assert files < 200
    numbers = [one.packet.sequence for one in packets]
    assert {(b - a) % 2**16 for a, b in itertools.pairwise(numbers)} == {1}
