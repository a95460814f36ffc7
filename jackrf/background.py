"""Work that blocks (imports, DNS, disks), done beside the asyncio loop.

And how a process ends where the loop itself is held up: JACK's calls cannot be made beside it.
"""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

Result = TypeVar("Result")

ENDING = (signal.SIGINT, signal.SIGTERM)
"""What tells a program to end."""

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


@contextlib.contextmanager
def told_to_end(then: Callable[[], object], seconds: float) -> Iterator[None]:
    """Have something called on the running loop when a signal tells this process to end.

    Signals are handled on the main thread, and a call to a JACK server that hangs never comes back
    there: what has to be kept is on the disk before, so the process ends by itself then, with
    code 0. To be entered on the main thread.

    Args:
        then: called for each SIGINT and SIGTERM.
        seconds: how long the loop may stand still after the first of them.
    """
    loop, heard = asyncio.get_running_loop(), threading.Event()

    def hear() -> None:
        heard.set()
        then()

    for number in ENDING:
        loop.add_signal_handler(number, hear)
    come, wake = os.pipe2(os.O_CLOEXEC)
    os.set_blocking(wake, False)
    to_loop = signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def pass_on() -> None:
        while numbers := os.read(come, 64):
            with contextlib.suppress(OSError):
                os.write(to_loop, numbers)
            if not set(numbers).isdisjoint(ENDING) and not heard.wait(seconds):
                os._exit(0)
        os.close(come)

    threading.Thread(target=pass_on, name="jackrf-signals", daemon=True).start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(to_loop)
        os.close(wake)
        heard.set()
