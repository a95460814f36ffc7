"""Clocks as the callbacks read them."""

import time

import numpy as np

from jackrf.realtime.clock import read_clock
from jackrf.realtime.libc import CLOCK_MONOTONIC


def test_the_monotonic_clock_is_python_s() -> None:
    """Read in compiled code it lies between two readings of Python's."""
    scratch = np.zeros(2, np.int64)
    before = time.monotonic_ns()
    now = read_clock(CLOCK_MONOTONIC, np.uint64(scratch.ctypes.data))
    assert before <= now <= time.monotonic_ns()
