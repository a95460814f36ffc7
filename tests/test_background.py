"""Work beside the loop: its result comes back, and nobody waits for it at the end."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from jackrf.background import in_background, is_busy, told_to_end
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


PROGRAM = """
import asyncio, time
from jackrf.background import told_to_end

async def main():
    told = asyncio.Event()
    with told_to_end(told.set, {seconds}):
        print("ready", flush=True)
        {stands_still}
        await told.wait()
    print("told", flush=True)

asyncio.run(main())
"""


def ended(stands_still: str, seconds: float, number: signal.Signals) -> tuple[int, str]:
    """End a program by a signal; return its exit code and what it said."""
    program_text = PROGRAM.format(stands_still=stands_still, seconds=seconds)
    command = [sys.executable, "-c", program_text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        program.send_signal(number)
        return program.wait(20), program.stdout.read()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_who_is_told_to_end_ends_though_the_loop_stands_still(number: signal.Signals) -> None:
    """As in a call to a server that hangs; a loop that goes on does what it has to."""
    assert ended("pass", 60.0, number) == (0, "told\n")
    assert ended("time.sleep(0.1)", 60.0, number) == (0, "told\n")
    assert ended("while True: time.sleep(60)", 0.1, number) == (0, "")


def test_signals_are_the_loops_own_again_afterwards() -> None:
    """And nothing stays open."""

    async def live() -> None:
        told: list[int] = []
        with told_to_end(lambda: told.append(1), 60.0):
            os.kill(os.getpid(), signal.SIGTERM)
            while not told:  # noqa: ASYNC110 - a signal comes when it comes
                await asyncio.sleep(0.001)
        os.kill(os.getpid(), signal.SIGTERM)
        while len(told) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.001)

    before = descriptors()
    asyncio.run(live())
    wait_for(lambda: descriptors() == before)


def descriptors() -> set[str]:
    """All that are open in this process."""
    return {one.name for one in Path("/proc/self/fd").iterdir()}


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
