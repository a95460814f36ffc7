"""A timer that many may set, and that goes by the soonest of them.

    self._reminder = Reminder(self._tend)
    self._reminder.within(1.0)      # calls `_tend` in a second
    self._reminder.within(0.05)     # no: in 50 ms
    self._reminder.within(8.0)      # which is soon enough for this one, too

Called once, it is not set any more: whoever is called sets it again, if there is a reason to.
"""

import asyncio
from collections.abc import Callable


class Reminder:
    """Calls on the running loop, at the soonest of the moments that it was set to.

    Args:
        call: what to call.
    """

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_set(self) -> bool:
        """Whether it is going to call."""
        return self._timer is not None

    def within(self, seconds: float) -> None:
        """Have it call in so many seconds, unless it is going to do so before."""
        loop = asyncio.get_running_loop()
        due = loop.time() + seconds
        if self._timer is not None:
            if self._timer.when() <= due:
                return
            self._timer.cancel()
        self._timer = loop.call_at(due, self._ring)

    def drop(self) -> None:
        """Have it not call. Harmless where it is not set."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _ring(self) -> None:
        self._timer = None
        self._call()
