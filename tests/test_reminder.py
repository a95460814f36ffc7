"""A timer that many may set calls once, by the soonest of them."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from jackrf.reminder import Reminder
from tests.waiting import until

NEVER = 1000.0
"""Seconds; no test lasts so long."""


def calls(work: Callable[[Reminder], Awaitable[object]]) -> int:
    """Do something with a reminder on a loop; return how often it has called."""
    called = 0

    def count() -> None:
        nonlocal called
        called += 1

    async def run() -> None:
        reminder = Reminder(count)
        await work(reminder)
        reminder.drop()

    asyncio.run(run())
    return called


@pytest.mark.parametrize("wishes", [(NEVER, 0.001), (0.001, NEVER), (NEVER, 0.001, 0.002, NEVER)])
def test_it_calls_once_and_by_the_soonest_wish(wishes: tuple[float, ...]) -> None:
    """In whatever order they were made; those for later are done with by that."""

    async def work(reminder: Reminder) -> None:
        for seconds in wishes:
            reminder.within(seconds)
        await until(lambda: not reminder.is_set)
        await asyncio.sleep(0.01)

    assert calls(work) == 1


def test_what_was_dropped_does_not_call() -> None:
    """Dropping twice is harmless, and it can be set again."""

    async def work(reminder: Reminder) -> None:
        reminder.within(0.001)
        reminder.drop()
        reminder.drop()
        assert not reminder.is_set
        await asyncio.sleep(0.01)
        reminder.within(NEVER)
        assert reminder.is_set

    assert calls(work) == 0


def test_who_is_called_may_set_it_again() -> None:
    """It is not set while it calls, so a wish for later is not taken for one that stands."""
    found = []

    async def run() -> None:
        def again() -> None:
            found.append(reminder.is_set)
            if len(found) < 3:
                reminder.within(0.001)

        reminder = Reminder(again)
        reminder.within(0.0)
        await until(lambda: not reminder.is_set)

    asyncio.run(run())
    assert found == [False, False, False]
