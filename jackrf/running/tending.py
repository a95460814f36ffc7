"""Tidying up after listeners: who has left is let go, what was replaced is freed, seals are mended.

One place for all who let listeners join and leave (`jackrf.audience`). It is done soon after each
change, and again as long as the audio thread may still use what is to be freed. Else nothing runs,
but for who hears an encrypted mix: the relay that seals it may have died.
"""

from jackrf.audience.table import Audience
from jackrf.reminder import Reminder

SOON_SECONDS = 0.05
"""After a change; two periods have passed by then, where they are not long."""
AGAIN_SECONDS = 1.0
"""Where they have not, or somebody hears sealed."""


class Tending:
    """Tends one audience while it runs.

    Args:
        audience: of a desk; `close` comes before the desk's.
    """

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._reminder = Reminder(self._tend)
        self._open = False

    def start(self) -> None:
        """Begin, on the running loop."""
        self._open = True
        self._audience.watch(self._tend_soon)
        self._tend_soon()

    def close(self) -> None:
        """End. Harmless when called again."""
        self._open = False
        self._reminder.drop()

    def _tend_soon(self) -> None:
        if self._open:
            self._reminder.within(SOON_SECONDS)

    def _tend(self) -> None:
        self._audience.tend()
        if self._audience.waits or any(one.seal for one in self._audience.listeners):
            self._reminder.within(AGAIN_SECONDS)
