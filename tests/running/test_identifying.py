"""When the tone goes on and off, without JACK: a desk with an engine on plain arrays."""

import asyncio
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.desk import Desk
from jackrf.engine import Engine
from jackrf.errors import InputError, JackServerError
from jackrf.running.identifying import Identifying
from jackrf.running.making import make_desk
from jackrf.sessions.session import load
from tests.offline import RATE, streams

SESSION = """\
format = 2
name = "Two"
[inputs.a]
name = "A"
[mixes.drums]
name = "Drums"
[mixes.vox]
name = "Vox"
"""


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of two mixes."""
    path = tmp_path_factory.mktemp("session") / "two.toml"
    path.write_text(SESSION)
    with closing(make_desk(load(path))) as made:
        made.engine = Engine(1, streams(2), RATE)
        yield made


def tones(desk: Desk) -> list[int]:
    """Which mixes have the tone."""
    assert desk.engine is not None
    return [int(tone) for tone in desk.engine.mixes["tone"]]


def test_it_ends_by_itself(desk: Desk) -> None:
    """Each mix has its own time, and a second request begins it anew."""

    async def play() -> None:
        identifying = Identifying(desk)
        identifying.play("drums", 0.05)
        identifying.play("vox", 60.0)
        identifying.play("drums", 60.0)
        await asyncio.sleep(0.1)
        assert tones(desk) == [1, 1]
        identifying.play("drums", 0.05)
        async with asyncio.timeout(10.0):
            while tones(desk) != [0, 1]:  # noqa: ASYNC110 - nothing tells when it ends
                await asyncio.sleep(0.01)
        identifying.play("vox", 0.0)
        assert tones(desk) == [0, 0]

    asyncio.run(play())


def test_closing_ends_it(desk: Desk) -> None:
    """A desk that is handed over goes on without the tone."""

    async def play() -> None:
        identifying = Identifying(desk)
        identifying.play("vox", 5.0)
        identifying.close()
        assert tones(desk) == [0, 0]

    asyncio.run(play())


def test_a_wish_waits_for_jack(desk: Desk) -> None:
    """It is played once, when there is an engine."""

    async def play() -> None:
        identifying = Identifying(desk)
        identifying.wish("vox")
        assert tones(desk) == [0, 0]
        identifying.open()
        assert tones(desk) == [0, 1]
        identifying.close()
        identifying.open()
        assert tones(desk) == [0, 0]

    asyncio.run(play())


def test_what_is_wrong_is_told(desk: Desk) -> None:
    """An unknown mix, a time that is too long, no JACK, and a request that says nothing."""
    identifying = Identifying(desk)
    with pytest.raises(InputError, match="there is no mix 'bass': the session has drums, vox"):
        identifying.wish("bass")
    with pytest.raises(InputError, match="identify for 61 s: allowed are 0 to 60"):
        identifying.play("vox", 61.0)
    with pytest.raises(InputError, match="identify needs a mix by its id"):
        identifying.handlers["identify"]({"do": "identify"})
    desk.engine = None
    with pytest.raises(JackServerError, match="while jackrf waits for JACK"):
        identifying.play("vox", 1.0)
