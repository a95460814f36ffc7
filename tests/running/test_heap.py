"""The garbage collector passes over what stays."""

import gc
import time
import weakref
from collections.abc import Iterator

import pytest

from jackrf.running.heap import set_aside, sweep


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave nothing set aside for the tests that follow."""
    yield
    gc.unfreeze()


class Ring:
    """Something that is garbage only to those who search for it."""

    def __init__(self) -> None:
        self.itself = self


def test_a_full_search_takes_no_time() -> None:
    """Of all that was there before."""
    kept = [[number] for number in range(300_000)]
    set_aside()
    start = time.thread_time()
    gc.collect()
    assert time.thread_time() - start < 0.02
    assert len(kept) == 300_000


def test_what_ended_meanwhile_goes_with_the_next_session() -> None:
    """A desk that was handed over does not stay for ever."""
    ring = Ring()
    gone = weakref.ref(ring)
    set_aside()
    del ring
    gc.collect()
    assert gone() is not None
    set_aside()
    assert gone() is None


def test_what_came_since_is_let_go_in_a_moment() -> None:
    """While what was set aside before is passed over."""
    kept = [[number] for number in range(300_000)]
    set_aside()
    rings = [Ring() for _ in range(1000)]
    gone = weakref.ref(rings[0])
    del rings
    start = time.thread_time()
    sweep()
    assert time.thread_time() - start < 0.02
    assert gone() is None
    assert len(kept) == 300_000
