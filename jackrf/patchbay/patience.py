"""Calls that may never come back, made on a thread that can be given up."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

PATIENCE_SECONDS = 2.0

Answer = TypeVar("Answer")


class _Call(Generic[Answer]):
    def __init__(self, call: Callable[[], Answer]) -> None:
        self._call = call
        self._answers: list[Answer] = []
        self._error: BaseException | None = None
        self.done = threading.Event()

    def make(self) -> None:
        try:
            self._answers.append(self._call())
        except BaseException as error:  # noqa: BLE001 - whoever asked gets it
            self._error = error
        self.done.set()

    def answer(self) -> Answer:
        if self._error is not None:
            raise self._error
        return self._answers[0]


class Patience:
    """Makes calls one at a time; while one hangs, no other is made.

    Args:
        seconds: how long a call is waited for.
    """

    def __init__(self, seconds: float = PATIENCE_SECONDS) -> None:
        self._seconds = seconds
        self._pending: threading.Event | None = None

    @property
    def hangs(self) -> bool:
        """Whether a call that was given up has not come back yet."""
        return self._pending is not None and not self._pending.is_set()

    def ask(self, call: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Return what a call returns, or something else when it takes too long.

        A call that was given up goes on, and may still do what it was to do.
        """
        if self.hangs:
            return otherwise
        made = _Call(call)
        self._pending = made.done
        # Nobody waits for it at the end of the process.
        threading.Thread(target=made.make, name="jackrf-patience", daemon=True).start()
        return made.answer() if made.done.wait(self._seconds) else otherwise
