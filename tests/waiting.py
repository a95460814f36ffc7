"""Waiting on a loop for what happens elsewhere: in another task, thread or process.

`tests.system.instruments.wait_for` is the same where nothing else has to run meanwhile.
"""

import asyncio
from collections.abc import Callable

EVERY_SECONDS = 0.005


async def until(condition: Callable[[], object], seconds: float = 15.0) -> None:
    """Wait until something is true, which has no event of its own.

    Raises:
        TimeoutError: it did not become true.
    """
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - that is what this is for
            await asyncio.sleep(EVERY_SECONDS)
