"""The commands for scenes do what they are called."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jackrf.cli import app
from jackrf.desk import Desk
from jackrf.parameters import Place
from jackrf.running import recalling
from jackrf.running.scenes import Scenes
from jackrf.sessions.scene_files import SceneFiles
from tests.control.serving import serving
from tests.osc.desks import small_desk

NAME = "jackrf-scene-cli"
VOX = Place("keys", "vox", "gain")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The small desk, whose scenes are served."""
    desk = small_desk()
    scenes = Scenes(desk, SceneFiles(tmp_path), lambda *_: None)
    with serving(recalling.handlers(scenes, desk), NAME):
        yield desk


def ask(*arguments: str) -> str:
    """The output of a command that succeeds."""
    answer = CliRunner().invoke(app, [*arguments, "--client", NAME])
    assert answer.exit_code == 0, answer.output
    return answer.output


@pytest.mark.parametrize("of", [(), ("--mix", "keys")])
def test_scenes_of_the_desk_and_of_a_mix(desk: Desk, of: tuple[str, ...]) -> None:
    """Every command, as a person would go through them."""
    ask("scene", "save", "Verse", *of)
    desk.change({VOX: -20.0})
    assert "Keith: 1 send" in ask("scene", "preview", "Verse", *of)
    assert "Keith: 1 send" in ask("recall", "Verse", "--fade", "0.1", *of)
    assert desk.mixer.value(VOX) == 3.0
    assert "1 value" in ask("scene", "undo", *of)
    assert "Verse is recalled" in ask("scene", "recall", "1", *of)
    ask("scene", "rename", "Verse", "Strophe", *of)
    assert "strophe.toml" in ask("scene", "list", *of)
    ask("scene", "delete", "Strophe", *of)
    assert "no scene is saved yet" in ask("scene", "list", *of)


@pytest.mark.parametrize(
    "arguments",
    [
        ("recall",),
        ("recall", "Verse", "--fade", "-1"),
        ("scene", "dance"),
        ("scene", "rename", "x"),
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    """Too few, out of range, unknown."""
    assert CliRunner().invoke(app, list(arguments)).exit_code == 2
