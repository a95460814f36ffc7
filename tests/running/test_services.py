"""What is served beside the audio begins in order, ends in reverse, and reports."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from jackrf.errors import InputError
from jackrf.running.services import Services

Handlers = Mapping[str, Callable[[Mapping[str, Any]], Any]]


class Stall:
    """A service that notes what is done with it.

    Args:
        key: its name.
        done: what was done with any of them.
        taken: whether its port is taken.
    """

    def __init__(self, key: str, done: list[str], *, taken: bool = False) -> None:
        self.key, self.called = key, key.upper()
        self.handlers: Handlers = {f"ask {key}": lambda _: key}
        self._done = done
        self._taken = taken

    async def start(self) -> None:
        """Note it."""
        self._done.append(f"{self.key} starts")
        if self._taken:
            raise InputError("its port is taken")

    async def close(self) -> None:
        """Note it."""
        self._done.append(f"{self.key} closes")

    def report(self) -> dict[str, Any]:
        """A number."""
        return {"port": 1}


def test_they_begin_in_order_and_end_in_reverse() -> None:
    """And all of them answer and report."""
    done: list[str] = []
    services = Services([Stall("one", done), Stall("two", done)], lambda *_: None)

    async def work() -> None:
        await services.start()
        await services.close()

    asyncio.run(work())
    assert done == ["one starts", "two starts", "two closes", "one closes"]
    assert services.report() == {"one": {"port": 1}, "two": {"port": 1}}
    assert {what: answer({}) for what, answer in services.handlers.items()} == {
        "ask one": "one",
        "ask two": "two",
    }


class Lasting(Stall):
    """A stall whose customers go over to the next one of its kind."""

    willing = True

    def may_take_over(self, before: "Lasting") -> bool:  # noqa: ARG002 - of a Lasting
        """As the test wants it."""
        return self.willing

    def take_over(self, before: "Lasting") -> None:
        """Note it."""
        self._done.append(f"{self.key} takes over {before.key}")


def test_those_who_last_go_over_to_the_next_of_their_kind() -> None:
    """They are left open until then; what cannot be taken over is closed before it is too late."""
    done: list[str] = []
    before = Services([Lasting("old", done), Stall("one", done)], lambda *_: None)
    new = Lasting("new", done)
    after = Services([Stall("two", done), new], lambda *_: None)

    async def work() -> None:
        await before.close(but_lasting=True)
        await before.give_up(after)
        after.take_over(before)
        new.willing = False
        await before.give_up(after)
        after.take_over(before)

    asyncio.run(work())
    assert done == ["one closes", "one closes", "new takes over old", "one closes", "old closes"]


def test_one_that_cannot_begin_ends_the_start() -> None:
    """Unless it is to go on without: then a line says so, and the others begin."""
    done: list[str] = []
    said: list[tuple[str, int]] = []
    stalls = [Stall("one", done, taken=True), Stall("two", done)]
    services = Services(stalls, lambda line, priority: said.append((line, priority)))
    with pytest.raises(InputError, match="taken"):
        asyncio.run(services.start())
    assert done == ["one starts"]
    asyncio.run(services.start(go_on=True))
    assert done[1:] == ["one starts", "two starts"]
    assert said == [("there is no ONE: its port is taken", 3)]
