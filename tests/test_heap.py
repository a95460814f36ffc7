"""The garbage collector passes over what stays."""

import gc
import time
import weakref
from collections.abc import Iterator

import pytest

from jackrf.heap import set_aside, sweep


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave nothing set aside for the tests that follow."""
    usual = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*usual)


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


def test_afterwards_no_search_is_long() -> None:
    """However much garbage somebody has jackrf make, and however seldom the start looked for it."""
    gc.set_threshold(100_000, 50, 50)
    set_aside()
    searches: list[float] = []

    def look(phase: str, _: dict[str, int]) -> None:
        searches.append(time.thread_time() * (1 if phase == "stop" else -1))

    gc.callbacks.append(look)
    try:
        for _ in range(100_000):
            Ring()
    finally:
        gc.callbacks.remove(look)
    lengths = [began + ended for began, ended in batched(searches)]
    assert len(lengths) > 10
    assert max(lengths) < 0.02


def batched(searches: list[float]) -> list[tuple[float, float]]:
    """Beginning and end of each."""
    return list(zip(searches[::2], searches[1::2], strict=True))


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
