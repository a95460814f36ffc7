"""What a running session serves to others beside its audio: OSC, and whatever else is served."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

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


@runtime_checkable
class Lasting(Protocol):
    """A service whose listeners hear on while one session takes the place of another."""

    def may_take_over(self, before: Any) -> bool:
        """Whether it can go on with those who hear another service of its kind."""
        ...

    def take_over(self, before: Any) -> None:
        """Go on with them, from before `start`; the other one has nothing left."""
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

    def __iter__(self) -> Iterator[Service]:
        """Go through them."""
        return iter(self._services)

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

    async def close(self, *, but_lasting: bool = False) -> None:
        """End. Harmless when called again.

        Args:
            but_lasting: leave to those who are heard that they may be taken over.
        """
        for one in reversed(self._services):
            if not (but_lasting and isinstance(one, Lasting)):
                await one.close()

    async def give_up(self, successors: "Services") -> None:
        """End what none of the successors can take over."""
        kept = [other for _, other in successors.heirs(self)]
        for one in reversed(self._services):
            if one not in kept:
                await one.close()

    def heirs(self, before: "Services") -> list[tuple[Lasting, Any]]:
        """Return which of these can take over which of those before."""
        return [
            (one, other)
            for one in self
            for other in before
            if isinstance(one, Lasting) and type(one) is type(other) and one.may_take_over(other)
        ]

    def take_over(self, before: "Services") -> None:
        """Go on, from before `start`, with those who hear another session's services.

        At once before or after the desk takes over the other one: no turn of the loop between.
        """
        for one, other in self.heirs(before):
            one.take_over(other)

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of them, by their keys."""
        return {one.key: one.report() for one in self._services}
