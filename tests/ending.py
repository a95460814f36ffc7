"""A signal to this very process, for code that would take it on the main thread."""

import os
import signal
import time

SECONDS = 60.0
_UNHEARD = (signal.SIG_DFL, signal.default_int_handler)


def end_by(number: signal.Signals) -> None:
    """Send a signal to this process as soon as somebody has a handler for it.

    Without a handler nothing is sent, for it would end all tests: only the one that waits for the
    signal fails then, at its time limit.
    """
    deadline = time.monotonic() + SECONDS
    while signal.getsignal(number) in _UNHEARD:
        if time.monotonic() > deadline:
            return
        time.sleep(0.01)
    os.kill(os.getpid(), number)
