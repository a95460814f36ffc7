"""Work that blocks (imports, DNS, disks), done beside the asyncio loop."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

Result = TypeVar("Result")

_THREADS: set[threading.Thread] = set()


def in_background(work: Callable[[], Result]) -> asyncio.Future[Result]:
    """Do something on a thread of its own.

    Unlike `asyncio.to_thread`, nothing waits for the thread when the loop ends: what hangs on a
    dead disk does not hold up a SIGTERM.

    Args:
        work: called once; what it returns or raises becomes the future's.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - whoever awaits the future gets it
            settle = partial(future.set_exception, error)
        else:
            settle = partial(future.set_result, result)
        _THREADS.discard(threading.current_thread())
        # The loop may have been closed meanwhile.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(lambda: None if future.done() else settle())

    thread = threading.Thread(target=run, name="jackrf-background", daemon=True)
    _THREADS.add(thread)
    thread.start()
    return future


def is_busy() -> bool:
    """Whether any of it is not done yet."""
    return bool(_THREADS)


def end_at_the_latest(seconds: float) -> threading.Timer:
    """End this process with code 0 after some time, unless what is returned is cancelled.

    A JACK server that hangs holds up whoever leaves it, for ever. What has to be kept is on the
    disk before.
    """
    timer = threading.Timer(seconds, os._exit, (0,))
    timer.daemon = True
    timer.start()
    return timer
