"""What a running jackrf answers about scenes, and what people read of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jackrf.control import request
from jackrf.desk import Desk
from jackrf.errors import JackrfError
from jackrf.parameters import Place
from jackrf.running import recalling
from jackrf.running.scenes import Scenes
from jackrf.sessions.scene_files import SceneFiles
from tests.control.serving import serving
from tests.osc.desks import small_desk

NAME = "jackrf-scenes"
VOX = Place("drums", "vox", "gain")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The small desk, whose scenes are served in a folder of their own."""
    desk = small_desk()
    scenes = Scenes(desk, SceneFiles(tmp_path / "scenes"), lambda *_: None)
    with serving(recalling.handlers(scenes, desk), NAME):
        yield desk


def ask(what: str, **rest: Any) -> Any:
    """The result of one request."""
    return request(NAME, {"do": f"scene.{what}", **rest}, timeout=10.0)


def test_a_scene_from_its_making_to_its_end(desk: Desk) -> None:
    """Save, list, preview, recall, undo, rename, delete: each with its result."""
    assert ask("list") == []
    assert ask("save", name="Verse") == "Verse"
    desk.change({VOX: -20.0, Place("keys", None, "safe"): True, Place("keys", None, "gain"): -3.0})
    report = {
        "name": "Verse",
        "changes": [
            {
                "who": "Dave",
                "mix": "drums",
                "what": "1 send",
                "lines": ["Vox (Anna) gain: -20.0 dB -> 0.0 dB"],
            }
        ],
        "skipped": [{"what": "Keith", "why": "safe"}],
    }
    assert ask("preview", name="verse") == report
    assert desk.mixer.value(VOX) == -20.0
    assert ask("recall", name=1, fade=0.5) == report
    assert desk.mixer.value(VOX) == 0.0
    assert ask("undo") == 1
    assert desk.mixer.value(VOX) == -20.0
    assert ask("rename", name="Verse", to="Strophe") == "Strophe"
    row = {"number": 1, "name": "Strophe", "file": "strophe", "error": ""}
    assert ask("list") == [row | {"current": True, "dirty": True}]
    assert ask("list", mix="keys") == []
    assert ask("delete", name="Strophe") == "Strophe"
    assert ask("list") == []


@pytest.mark.parametrize(
    ("what", "rest", "says"),
    [
        ("recall", {}, "give its name or its number"),
        ("recall", {"name": True}, "give its name or its number"),
        ("recall", {"name": "Verse"}, "save one first"),
        ("recall", {"name": "Verse", "mix": 3}, "give the id of a mix"),
        ("list", {"mix": "choir"}, "there are drums, keys"),
        ("save", {}, "1 to 64 characters"),
        ("save", {"name": "a\nb"}, "1 to 64 characters"),
        ("rename", {"name": "Verse", "to": ""}, "1 to 64 characters"),
        ("delete", {"name": "Verse"}, "save one first"),
        ("undo", {}, "no scene was recalled"),
        ("undo", {"fade": "long"}, "0 to 600 seconds"),
    ],
)
def test_what_is_wrong_is_answered_in_one_line(
    desk: Desk, what: str, rest: dict[str, Any], says: str
) -> None:
    """And nothing is changed."""
    with pytest.raises(JackrfError) as refused:
        ask(what, **rest)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert desk.revision == 0


def test_a_fade_that_is_wrong_recalls_nothing(desk: Desk) -> None:
    """It is looked at before the desk is changed."""
    ask("save", name="Verse")
    desk.change({VOX: -20.0})
    with pytest.raises(JackrfError, match="0 to 600 seconds"):
        ask("recall", name="Verse", fade=-1)
    assert desk.mixer.value(VOX) == -20.0


def test_what_people_read(desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A line for what was done, and one for each thing that was left alone."""

    def said() -> str:
        return capsys.readouterr().out

    recalling.list_scenes(None, NAME)
    assert said() == "no scene is saved yet: jackrf scene save NAME\n"
    recalling.save("Verse", None, NAME)
    assert said() == "Verse is saved\n"
    recalling.preview("Verse", None, NAME)
    assert said() == "Verse would change nothing\n"
    recalling.recall("Verse", None, 0.0, NAME)
    assert said() == "Verse is recalled: nothing was different\n"
    desk.change({VOX: -20.0, Place("drums", None, "gain"): -3.0, Place(None, "bass", "trim"): 1.0})
    desk.hold(Place("drums", None, "gain"), "tablet")
    (tmp_path / "scenes" / "bad.toml").write_text("x")
    recalling.list_scenes(None, NAME)
    listed = said().splitlines()
    assert listed[-3].split() == ["1", "bad", "bad.toml", "broken"]
    assert listed[-2].split() == ["2", "Verse", "verse.toml", "current,", "changed", "since"]
    assert "bad.toml:1" in listed[-1]
    recalling.preview("Verse", None, NAME)
    assert said() == (
        "inputs: 1 input\n"
        "  Bass trim: +1.0 dB -> 0.0 dB\n"
        "Dave: 1 send\n"
        "  Vox (Anna) gain: -20.0 dB -> 0.0 dB\n"
        "left alone: Dave gain (held)\n"
    )
    recalling.recall("Verse", None, 0.5, NAME)
    assert said() == (
        "Verse is recalled: inputs: 1 input; Dave: 1 send\nleft alone: Dave gain (held)\n"
    )
    recalling.undo(None, 0.0, NAME)
    assert said() == "the recall is taken back: 2 values\n"
    recalling.rename("Verse", "Strophe", None, NAME)
    assert said() == "it is called Strophe now\n"
    recalling.delete("Strophe", None, NAME)
    assert said() == "Strophe is deleted; backup/ has a copy\n"
