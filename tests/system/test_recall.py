"""Scenes of a running jackrf: by its command line, over OSC, and at its next start."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jackrf.testing import DummyJack
from tests.system.running import Running, free_port, jackrf
from tests.system.surface import Surface

pytestmark = pytest.mark.system

NAME = "jackrf-recall"
SESSION = """\
format = 2
name = "Scenes"
[inputs.kick]
name = "Kick"
[inputs.vox]
name = "Vox"
[mixes.anna]
name = "Anna"
[mixes.anna.sends]
kick = { gain = -6.0 }
vox = { gain = 0.0, safe = true }
"""


@pytest.fixture
def port() -> int:
    """Where jackrf listens for OSC."""
    return free_port()


@pytest.fixture
def surface(port: int) -> Iterator[Surface]:
    """A surface, closed at the end."""
    surface = Surface(port)
    yield surface
    surface.close()


def command(*arguments: str) -> str:
    """What a command prints that succeeds."""
    ended = jackrf(*arguments, "--client", NAME)
    assert ended.code == 0, ended.errors
    return ended.output


def test_a_scene_by_command_line_and_osc_and_at_the_next_start(
    dummy_jack: DummyJack, tmp_path: Path, port: int, surface: Surface
) -> None:
    """Saved by a command, recalled by a surface, taken back by a command; its file outlives jackrf,
    and what is safe is reported and stays.
    """
    at = ("--osc-port", str(port))
    with Running(tmp_path, SESSION, dummy_jack.name, *at, name=NAME) as running:
        assert command("scene", "save", "Verse") == "Verse is saved\n"
        for strip in ("kick", "vox"):
            running.ask("set", mix="anna", input=strip, gain=-30.0)
        assert command("scene", "preview", "Verse").splitlines()[0] == "Anna: 1 send"
        skipped = surface.ask("/scene/recall", "Verse", 0.1)
        assert (skipped.path, skipped.args) == ("/scene/skipped", ("Anna: Vox", "safe"))
        assert surface.ask("/mix/anna/in/kick/gain").args == (-6.0,)
        assert surface.ask("/mix/anna/in/vox/gain").args == (-30.0,)
        assert surface.ask("/scene/current").args == ("Verse",)
        assert "1 value" in command("scene", "undo")
        assert surface.ask("/mix/anna/in/kick/gain").args == (-30.0,)
        surface.send("/mix/anna/scene/save", "Mine")
        assert surface.ask("/mix/anna/scene/list").args == (1, "Mine")
    assert (tmp_path / "scenes" / "verse.toml").exists()
    assert (tmp_path / "scenes" / "anna" / "mine.toml").exists()
    with Running(tmp_path, SESSION, dummy_jack.name, *at, name=NAME) as running:
        running.ask("set", mix="anna", input="kick", gain=-30.0)
        assert "Anna: 1 send" in command("recall", "Verse", "--fade", "0.1")
        assert surface.ask("/mix/anna/in/kick/gain").args == (-6.0,)
        assert "Mine" in command("scene", "list", "--mix", "anna")
