"""What another machine tells is followed: other mixes, and mixes that are sent in another way."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from jackrf.errors import InputError, JackrfError
from jackrf.web import lookout as module
from jackrf.web.lookout import Lookout
from jackrf.web.programme import Offered, Programme
from tests.waiting import until
from tests.web.test_elsewhere import KEYS, PROGRAMME

URL = "rtsp://10.0.0.7/"
(DRUMS,) = PROGRAMME.mixes


def programme(*mixes: Offered) -> Programme:
    """What there is to be heard, and the list that says so."""
    told = {"session": "Evening", "mixes": [one.heard.id for one in mixes]}
    return Programme("Evening", ["10.0.0.7"], mixes, [], [told])


class Far:
    """Another machine, and sound as `jackrf.web.elsewhere` has it.

    Attributes:
        there: what is to be heard there; an error where nobody tells.
        programme: what the sound has of it.
        asked: how often all of it was asked for.
        changes: how often relays were told.
        said: lines.
    """

    def __init__(self) -> None:
        self.there: Programme | Exception = programme(DRUMS)
        self.programme = programme(DRUMS)
        self.news = asyncio.Event()
        self.is_sent_otherwise = False
        self.asked = self.changes = 0
        self.said: list[str] = []

    def listed(self, _: str) -> Any:
        """Tell the list."""
        if isinstance(self.there, JackrfError) and not isinstance(self.there, InputError):
            raise self.there
        return None if isinstance(self.there, Exception) else self.there.lists[0]

    def find(self, _: Sequence[str]) -> Programme:
        """Tell all."""
        self.asked += 1
        if isinstance(self.there, Exception):
            raise self.there
        return self.there

    async def take(self, found: Programme) -> bool:
        """Take over what there is now."""
        before, self.programme, self.is_sent_otherwise = self.programme, found, False
        return list(before.mixes) != list(found.mixes)

    async def changed(self) -> None:
        """Take note."""
        self.changes += 1


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have a lookout, and a conversation."""

    def whole(talk: Any) -> None:
        async def talking() -> None:
            far = Far()
            monkeypatch.setattr(module, "listed", far.listed)
            monkeypatch.setattr(module, "find", far.find)
            sound: Any = far
            await talk(far, Lookout([URL], sound, far.changed, far.said.append))

        asyncio.run(talking())

    return whole


def test_a_mix_that_comes_or_goes_is_told_to_relays(run: Any) -> None:
    """And what is as it was costs one question for the list."""

    async def talk(far: Far, lookout: Lookout) -> None:
        await lookout.look()
        assert (far.asked, far.changes) == (0, 0)
        far.there = programme(DRUMS, KEYS)
        await lookout.look()
        assert (far.asked, far.changes, list(far.programme.mixes)) == (1, 1, [DRUMS, KEYS])
        await lookout.look()
        assert (far.asked, far.changes) == (1, 1)
        far.there = programme(DRUMS)
        await lookout.look()
        assert (far.asked, far.changes, list(far.programme.mixes)) == (2, 2, [DRUMS])

    run(talk)


def test_a_mix_that_is_sent_otherwise_is_asked_for_though_the_list_is_the_same(run: Any) -> None:
    """A list says nothing of widths."""

    async def talk(far: Far, lookout: Lookout) -> None:
        far.is_sent_otherwise = True
        await lookout.look()
        assert (far.asked, far.is_sent_otherwise) == (1, False)

    run(talk)


def test_who_is_away_has_what_he_had(run: Any) -> None:
    """And what cannot be heard is said once."""

    async def talk(far: Far, lookout: Lookout) -> None:
        far.there = JackrfError("nobody answers")
        await lookout.look()
        assert (far.asked, far.said, list(far.programme.mixes)) == (0, [], [DRUMS])
        far.there = InputError("mix drums is encrypted")
        for _ in range(3):
            await lookout.look()
        assert (far.asked, far.said) == (3, ["mix drums is encrypted"])
        far.there = programme(DRUMS)
        await lookout.look()
        far.is_sent_otherwise, far.there = True, InputError("mix drums is encrypted")
        await lookout.look()
        assert far.said == ["mix drums is encrypted"] * 2

    run(talk)


def test_it_looks_now_and_then_and_at_once_when_a_mix_was_tuned_in_to(
    run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk may have been started anew, with another session."""

    async def talk(far: Far, lookout: Lookout) -> None:
        running = asyncio.create_task(lookout.run())
        far.there = programme(DRUMS, KEYS)
        await asyncio.sleep(0.1)
        assert far.changes == 0
        far.news.set()
        await until(lambda: far.changes == 1)
        monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
        far.there = programme(DRUMS)
        far.news.set()
        await until(lambda: far.changes == 2)
        far.there = programme(DRUMS, KEYS)
        await until(lambda: far.changes == 3)
        running.cancel()

    run(talk)
