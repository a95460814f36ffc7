"""Work beside the loop: its result comes back, and nobody waits for it at the end."""

import asyncio
import threading
import time

import pytest

from jackrf.background import in_background, is_busy
from tests.system.instruments import wait_for


def test_the_result_comes_back() -> None:
    """The loop goes on meanwhile."""
    go = threading.Event()

    async def work() -> int:
        future = in_background(lambda: go.wait(5) and threading.get_ident())
        assert is_busy()
        await asyncio.sleep(0)
        go.set()
        return int(await future)

    assert asyncio.run(work()) != threading.get_ident()
    assert not is_busy()


def test_an_error_comes_back() -> None:
    """As the awaiting side's own."""

    async def fail() -> None:
        await in_background(lambda: int("x"))

    with pytest.raises(ValueError, match="x"):
        asyncio.run(fail())


def test_nobody_waits_at_the_end() -> None:
    """A loop that ends leaves the thread to itself, which notices nothing."""
    go = threading.Event()

    async def leave() -> None:
        in_background(lambda: go.wait(5))

    began = time.monotonic()
    asyncio.run(leave())
    assert time.monotonic() - began < 1.0
    assert is_busy()
    go.set()
    wait_for(lambda: not is_busy())


def test_who_is_cancelled_gets_nothing() -> None:
    """A result that nobody wants any more is dropped."""
    go = threading.Event()

    async def give_up() -> None:
        future = in_background(lambda: go.wait(5))
        future.cancel()
        go.set()
        assert await in_background(lambda: 7) == 7

    asyncio.run(give_up())
