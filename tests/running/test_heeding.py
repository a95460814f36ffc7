"""What JACK tells wakes the loop: at once, and not after the end."""

import asyncio
from contextlib import closing

import pytest

from jackrf.client import JackClient
from jackrf.running.heeding import Heeding
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

SECONDS = 10.0


def test_a_notice_wakes_the_loop_until_the_end(dummy_jack: DummyJack) -> None:
    """The notice is gathered then, so that the loop is woken once and not over and over; whoever
    takes over the client is woken for what is gathered and not taken in.
    """

    async def follow() -> None:
        woken = asyncio.Event()
        count = 0

        def wake() -> None:
            nonlocal count
            count += 1
            woken.set()

        with closing(JackClient("jackrf-heeded", dummy_jack.name)) as client:
            heeding = Heeding(wake)
            heeding.begin(client.events)
            assert count == 1
            client.activate()
            heeding.end()
            heeding.end()
            count = 0
            await asyncio.sleep(0.05)
            assert count == 0
            heeding.begin(client.events)
            woken.clear()
            await asyncio.wait_for(woken.wait(), SECONDS)
            await asyncio.sleep(0.2)
            gathered = count
            await asyncio.sleep(0.2)
            assert count == gathered < 20
            heeding.end()
            told = []
            while not client.events.empty():
                told.append(client.events.get_nowait())
            assert {event.kind for event in told} == {"property"}

    asyncio.run(follow())
