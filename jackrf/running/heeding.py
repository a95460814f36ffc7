"""Waking up for what JACK tells: a descriptor on the loop, of one client after the other."""

import asyncio
from collections.abc import Callable

from jackrf.graph.notices import Notices


class Heeding:
    """Gathers what a client is told, at once, and wakes whoever takes it in.

    Args:
        wake: is called on the loop.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._notices: Notices | None = None

    def begin(self, notices: Notices) -> None:
        """Heed these, on the running loop; what was gathered before by somebody else, too."""
        self._notices = notices
        asyncio.get_running_loop().add_reader(notices.fileno(), self._gather, notices)
        self._wake()

    def _gather(self, notices: Notices) -> None:
        notices.gather()
        self._wake()

    def end(self) -> None:
        """Let go of the descriptor, before its client is closed or goes to somebody else."""
        if self._notices is not None:
            asyncio.get_running_loop().remove_reader(self._notices.fileno())
            self._notices = None
