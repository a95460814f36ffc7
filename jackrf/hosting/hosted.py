"""jackrf under a session manager: ``jackrf``, started bare, with NSM_URL in its environment."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path

from jackrf.background import end_at_the_latest, is_busy, told_to_end
from jackrf.hosting.guest import Guest
from jackrf.sessions.nsm import APPLICATION
from jackrf.sessions.nsm_client import NotHosted, NsmClient

END_SECONDS = 0.9
"""How long the end may take; what is saved is on the disk by then."""
STUCK_SECONDS = 0.5
"""How long a JACK server that hangs may keep us from hearing that we are to end."""


def run_hosted(url: str, *, server: str | None, instead_of: str = "") -> bool:
    """Run what the session manager opens, until SIGTERM.

    Args:
        url: what NSM_URL says.
        server: JACK server name, None for the default one.
        instead_of: what we were started for and do not do now, as a half sentence.

    Returns:
        Whether there was a session manager. If not, a line was printed, and the caller goes on
        alone.

    Raises:
        JackrfError: the session could not go on.
    """
    try:
        asyncio.run(_run(url, server, instead_of))
    except NotHosted as reason:
        print(f"jackrf: {reason}", file=sys.stderr, flush=True)
        return False
    if is_busy():
        # A compiler or a dead disk is at work, which the interpreter's orderly end would disturb.
        sys.stdout.flush()
        os._exit(0)
    return True


def executable() -> str:
    """Return by which name we were started: the host compares it with what it started."""
    name = Path(sys.argv[0]).name
    return name if name and not name.startswith(("__", "python")) else APPLICATION


async def _run(url: str, server: str | None, instead_of: str) -> None:
    stopping = asyncio.Event()
    host = NsmClient(url, executable())
    with told_to_end(stopping.set, STUCK_SECONDS):
        try:
            if await _before(stopping, host.join()):
                rest = f"; {instead_of}" if instead_of else ""
                print(f"jackrf: {host.host} says what to open and when to end{rest}", flush=True)
                await _serve(host, server, stopping)
        finally:
            host.close()


async def _serve(host: NsmClient, server: str | None, stopping: asyncio.Event) -> None:
    guest = Guest(host, server)
    try:
        await _before(stopping, host.serve(guest), guest.ended())
    finally:
        if stopping.is_set():
            end_at_the_latest(END_SECONDS)
        await guest.close()
        # SIGTERM may come twice, and the end of the interpreter takes a moment.
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)


async def _before(event: asyncio.Event, *works: Coroutine[None, None, None]) -> bool:
    """Do things at the same time until the first is done; return False if an event came first.

    Raises:
        Exception: what the first to be done raised.
    """
    stop = asyncio.create_task(event.wait())
    tasks = [asyncio.create_task(work) for work in works]
    done, _ = await asyncio.wait([stop, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for task in (stop, *tasks):
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            if task not in done:
                await task
    for task in tasks:
        if task in done:
            task.result()
    return stop not in done
