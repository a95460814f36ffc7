"""Figures on a machine that other programs use as well: they can only be made worse by them.

So what a clock or the server's xruns decide is measured in turns, until one of them is right. What
is really wrong is wrong in every turn: one that is spoiled by somebody else is not. A comparison
takes both sides of it in one turn, the one right after the other.
"""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

TURNS = 5
"""How often it is measured before a machine that others use counts as too busy, or as right."""

Figures = TypeVar("Figures")


def best_of(
    measure: Callable[[], Figures], is_right: Callable[[Figures], bool], turns: int = TURNS
) -> Figures:
    """Measure until a turn is right, and return what that one found.

    Raises:
        pytest.fail.Exception: none was; it says what each has found.
    """
    found = []
    for _ in range(turns):
        found.append(measure())
        if is_right(found[-1]):
            return found[-1]
    pytest.fail(f"not right in any of {turns} turns: {'; '.join(map(str, found))}")


def kept_waiting(pid: int) -> float:
    """Return for how long the main thread of a process was ready to run and others had the
    processors, in seconds; 0 of one that is gone.
    """
    try:
        scheduled = Path(f"/proc/{pid}/schedstat").read_text()
    except FileNotFoundError:
        return 0.0
    return int(scheduled.split()[1]) / 1e9


@contextlib.contextmanager
def untraced() -> Iterator[None]:
    """Run without the measuring of coverage, here and in threads begun meanwhile.

    It makes Python several times slower; figures are of the program as its users have it.
    """
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        threading.settrace(in_threads)
        sys.settrace(here)
