"""The control socket of a receiver: others on this machine ask it how it goes, by its name."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Self

from jackrf.control import ControlServer
from jackrf.errors import JackrfError
from jackrf.listening.figures import Figures


class Answering:
    """Answers ``{"do": "listening"}`` with the figures of now, on a thread of its own.

    Args:
        name: of the receiver, by which it is asked.
        figures: what a receiver does now; called on that thread.

    Raises:
        JackrfError: another jackrf has the name.
    """

    def __init__(self, name: str, figures: Callable[[], Figures]) -> None:
        self._server = ControlServer(name, {"listening": lambda _: figures().as_json()})
        self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(self._server.start())
        except BaseException:
            self._loop.close()
            raise
        self._thread = threading.Thread(target=self._loop.run_forever, name="jackrf-answer")
        self._thread.start()

    def close(self) -> None:
        """Answer nobody any more."""
        asyncio.run_coroutine_threadsafe(self._server.close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def answering(
    name: str, figures: Callable[[], Figures]
) -> contextlib.AbstractContextManager[object]:
    """Return an `Answering`, or nothing where the name is taken: audio is what was asked for."""
    try:
        return Answering(name, figures)
    except JackrfError:
        return contextlib.nullcontext()
