"""What the demo's own JACK clients have in common: how they are opened, and how they end."""

import gc
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Final

import jack

from jackrf.errors import JackServerError

_ENDS: Final = (signal.SIGTERM, signal.SIGINT)


def open_client(name: str, server: str) -> jack.Client:
    """Open a JACK client on a running server; the caller closes it.

    Raises:
        JackServerError: no server of that name runs, or it takes no client of this name.
    """
    jack.set_error_function(_say_nothing)
    jack.set_info_function(_say_nothing)
    try:
        return jack.Client(name, use_exact_name=True, no_start_server=True, servername=server)
    except jack.JackOpenError as error:
        raise JackServerError(
            f"cannot open the JACK client {name} on server {server!r} ({error}): "
            f"start one with `jackd -n {server} -d dummy`"
        ) from None


def put_off_ends() -> threading.Event:
    """Have SIGTERM and SIGINT set an event from now on, instead of ending this process.

    To be called before a port is registered: whoever sees it may tell this process to end. The
    main thread is not interrupted before `run_until_stopped`, for that makes calls of libjack fail.
    """
    stopped = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopped.set()

    for number in _ENDS:
        signal.signal(number, stop)
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    return stopped


def run_until_stopped(
    client: jack.Client, stopped: threading.Event, started: Callable[[], None] | None = None
) -> None:
    """Activate a client that is a whole process; return at SIGTERM, SIGINT or the server's end.

    Args:
        client: it is closed afterwards.
        stopped: from `put_off_ends`.
        started: called once the client is active.
    """

    def server_ended(_status: jack.Status, _reason: str) -> None:
        stopped.set()

    client.set_shutdown_callback(server_ended)
    # These callbacks are interpreted: a collection in the middle of one would be heard.
    gc.collect()
    gc.disable()
    with client:
        if started is not None:
            started()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
        stopped.wait()


def _say_nothing(_message: str) -> None:
    """Keep libjack's own words off the terminal: what matters of them is in our errors."""
