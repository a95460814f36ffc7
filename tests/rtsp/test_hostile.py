"""Whatever is sent to an RTSP connection, it is answered in time, and nothing else happens."""

import os
import time

import psutil
import pytest

from tests.osc.fuzzing import steady_heap
from tests.rtsp.exchange import Talk, admission
from tests.rtsp.fuzzing import COUNT, hostile

LONGEST_SECONDS = 0.1
"""CPU time that one piece may take."""
FLAT_BYTES = 8 << 20
"""How much memory may grow while a great many are done."""
MOST_WAITING = 8192 + 4096 + 4096
"""Octets that an unfinished message may hold: a head, and what was read with it."""


@pytest.mark.fuzz
def test_nothing_hostile_gets_through() -> None:
    """No exception, no long pause, no growing memory; no seat without its place, and every answer
    is a response. One in twenty connections goes on for a while before it ends.
    """
    house = admission(most=20, most_per_host=20)
    talk, process = Talk(house), psutil.Process(os.getpid())
    longest, before, answered = 0.0, 0, 0
    with steady_heap():
        for number, piece in enumerate(hostile(seed=5)):
            if number == COUNT // 2:
                before = process.memory_info().rss
            start = time.thread_time()
            told = talk.say(piece)
            longest = max(longest, time.thread_time() - start)
            assert not told or told.startswith(b"RTSP/1.0 ")
            assert len(talk.conversation._reader._waiting) <= MOST_WAITING
            answered += bool(told)
            talk.now += 0.01
            if talk.conversation.closing or number % 20 == 0:
                talk.conversation.close()
                talk = Talk(house)
    assert longest < LONGEST_SECONDS
    assert process.memory_info().rss - before < FLAT_BYTES
    assert answered > COUNT // 4
    talk.conversation.close()
    assert house._seats == {}
    assert house.refusals.counts["malformed"] > COUNT // 20
    assert len(house.refusals.lines()) <= 64
