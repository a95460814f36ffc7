"""Counters that two processes share."""

import os
import subprocess
import sys

from jackrf.srtp.counters import FIELDS, SLOTS, Counters, make_memory

COUNT = "import sys; from jackrf.srtp.counters import Counters\n"
COUNT += "Counters(int(sys.argv[1])).slot(3).add('sent', 5)"


def test_another_process_counts_and_we_read() -> None:
    """Each slot has its own."""
    memory = make_memory()
    counters = Counters(memory)
    subprocess.run([sys.executable, "-c", COUNT, str(memory)], pass_fds=(memory,), check=True)
    os.close(memory)
    assert counters.slot(3).read("sent") == 5
    assert [counters.slot(3).read(name) for name in FIELDS if name != "sent"] == 7 * [0]
    assert {counters.slot(number).read("sent") for number in (0, 2, 4, SLOTS - 1)} == {0}


def test_a_value_takes_the_place_of_the_one_before() -> None:
    """Where it is no counter."""
    memory = make_memory()
    slot = Counters(memory).slot(SLOTS - 1)
    os.close(memory)
    slot.put("ssrc", 0xFFFFFFFF)
    slot.put("error", 11)
    slot.put("error", 0)
    assert (slot.read("ssrc"), slot.read("error")) == (0xFFFFFFFF, 0)
