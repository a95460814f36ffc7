"""A surface saves the session, and sees whether there is anything to save."""

import asyncio
from pathlib import Path

from jackrf.osc.namespace import Namespace
from jackrf.parameters import Place
from jackrf.running.keeper import Keeper
from jackrf.running.making import make_desk
from jackrf.running.session_surfaces import wire_session
from jackrf.sessions.session import load
from jackrf.sessions.store import content

SESSION = """\
format = 2
name = "Band"
[inputs.kick]
name = "Kick"
[mixes.drums]
name = "Drums"
sends = { kick = { gain = -6.0 } }
"""
KICK = Place("drums", "kick", "gain")


class Stage:
    """A desk with its file, and its addresses."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "band.toml"
        self.file.write_text(SESSION, "utf-8")
        self.told: list[tuple[str, int]] = []
        self.desk = make_desk(load(self.file))
        self.keeper = Keeper(
            self.desk, self.file, content(self.file), lambda *said: self.told.append(said)
        )
        self.namespace = Namespace(self.desk)
        wire_session(self.namespace, self.keeper)

    def dirty(self) -> object:
        """What a surface sees."""
        return self.namespace.get(self.namespace.target("session.dirty"))

    async def save(self) -> None:
        """Save as a surface does, and wait until that is over."""
        assert self.namespace.do(self.namespace.target("session.save"), (), "tablet") == []
        await asyncio.gather(*self.keeper._tasks)


def test_a_surface_saves_the_session(tmp_path: Path) -> None:
    """And sees that there was something to save, and that there is nothing more."""
    stage = Stage(tmp_path)

    async def play() -> None:
        assert stage.dirty() == (0,)
        stage.desk.change({KICK: -9.0})
        assert stage.dirty() == (1,)
        await stage.save()
        assert stage.dirty() == (0,)

    asyncio.run(play())
    assert load(stage.file).mixes["drums"].sends["kick"].gain == -9.0
    assert stage.told == []


def test_a_save_that_fails_is_told(tmp_path: Path) -> None:
    """To those who sit at the machine; the surface sees that it is still to be saved."""
    stage = Stage(tmp_path)

    async def play() -> None:
        stage.desk.change({KICK: -9.0})
        stage.file.write_text("format = 99\n")
        await stage.save()
        assert stage.dirty() == (1,)

    asyncio.run(play())
    [(line, priority)] = stage.told
    assert "not saved" in line
    assert priority == 3
    assert stage.file.read_text() == "format = 99\n"
