"""A timer of the kernel's that rings when nobody has put it off for a while (timerfd_create(2)).

The audio thread puts it off while JACK calls it (`jackrf.realtime.alarm`), so that nothing has to
look whether it does.
"""

import contextlib
import ctypes
import os
import time

RINGS_SECONDS = 2.5
"""After the last time. The audio thread puts it off each second, or each period where that is
longer: 8192 frames at 8 kHz."""


class Alarm:
    """One timer, which has not been set yet.

    Attributes:
        number: its file descriptor, to be read when it is readable; owned.
    """

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        flags = os.O_NONBLOCK | os.O_CLOEXEC
        self.number = _checked(self._libc.timerfd_create(time.CLOCK_MONOTONIC, flags))

    def put_off(self) -> None:
        """Have it ring in `RINGS_SECONDS`, whatever it was set to."""
        whole, rest = divmod(round(RINGS_SECONDS * 1e9), 10**9)
        setting = (ctypes.c_long * 4)(0, 0, whole, rest)
        _checked(self._libc.timerfd_settime(self.number, 0, setting, None))

    def has_rung(self) -> bool:
        """Return whether it rang since the last question; it is silent again then."""
        with contextlib.suppress(BlockingIOError):
            return bool(os.read(self.number, 8))
        return False

    def close(self) -> None:
        """Let go of it; once."""
        os.close(self.number)


def _checked(result: int) -> int:
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
