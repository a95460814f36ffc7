"""What a running session serves to others beside its audio: OSC, and whatever else is served."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from jackrf.control import Handler
from jackrf.errors import JackrfError


class Service(Protocol):
    """One of them."""

    @property
    def called(self) -> str:
        """Its name as people know it: ``OSC``."""
        ...

    @property
    def key(self) -> str:
        """Its name in ``jackrf status --json``."""
        ...

    @property
    def handlers(self) -> Mapping[str, Handler]:
        """What the control socket answers by it."""
        ...

    async def start(self) -> None:
        """Begin; `close` is called afterwards, whatever happens.

        Raises:
            JackrfError: it cannot, such as where its port is taken.
        """
        ...

    async def close(self) -> None:
        """End. Harmless when called again."""
        ...

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it."""
        ...


class Services:
    """All of them, begun in their order and ended in the reverse one.

    Args:
        services: of one session.
        say: how people are told, by a line and its priority.
    """

    def __init__(self, services: Sequence[Service], say: Callable[[str, int], None]) -> None:
        self._services = services
        self._say = say

    @property
    def handlers(self) -> dict[str, Handler]:
        """What the control socket answers by them."""
        return {what: answer for one in self._services for what, answer in one.handlers.items()}

    async def start(self, *, go_on: bool = False) -> None:
        """Begin; call `close` afterwards, whatever happens.

        Args:
            go_on: without what cannot begin.

        Raises:
            JackrfError: one of them cannot, and `go_on` is false.
        """
        for one in self._services:
            try:
                await one.start()
            except JackrfError as error:
                if not go_on:
                    raise
                self._say(f"there is no {one.called}: {error}", 3)

    async def close(self) -> None:
        """End. Harmless when called again."""
        for one in reversed(self._services):
            await one.close()

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of them, by their keys."""
        return {one.key: one.report() for one in self._services}
