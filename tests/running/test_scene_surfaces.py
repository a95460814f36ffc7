"""Scenes over OSC: the engineer's of the desk, a musician's of one mix."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from jackrf.osc.admission import Source
from jackrf.osc.guard import Argument, Message
from jackrf.parameters import Place
from jackrf.running.making import make_desk, make_osc
from jackrf.running.scene_surfaces import MOST_TOLD, wire_scenes
from jackrf.running.scenes import Scenes
from jackrf.sessions.scene_files import SceneFiles
from jackrf.sessions.session import load
from tests.osc.desks import large_desk, small_desk
from tests.osc.hub import LAPTOP, TABLET, Hub, messages

NAMED_SURFACE = """\
format = 2
name = "Named"
[inputs.vox]
name = "Vox"
[mixes.anna]
name = "Anna"
[[osc.surfaces]]
host = "127.0.0.1"
port = 9000
role = "engineer"
"""
VOX = Place("drums", "vox", "gain")


class Stage(Hub):
    """A hub whose desk has scenes; the laptop is the engineer's, the tablet the drummer's."""

    def __init__(self, folder: Path, *, large: bool = False) -> None:
        super().__init__(large_desk(80 // 2, 2) if large else small_desk())
        self.scenes = Scenes(self.desk, SceneFiles(folder), lambda *_: None)
        wire_scenes(self.namespace, self.scenes, self.desk)
        for source in (LAPTOP, TABLET):
            self.join(source)
        if not large:
            self.send(TABLET, "/pair", "1111")
        self.quiet()

    def said(self, path: str, *args: Argument, by: Source = LAPTOP) -> list[tuple[object, ...]]:
        """What is answered, each as path and arguments."""
        return [(one.path, *one.args) for one in self.send(by, path, *args)]


def played(folder: Path, play: Callable[[Stage], None], *, large: bool = False) -> None:
    """Play something on a stage, in a loop that scenes can be written from."""

    async def run() -> None:
        stage = Stage(folder, large=large)
        play(stage)
        await stage.scenes.close()

    asyncio.run(run())


def test_the_engineer_saves_lists_previews_recalls_and_takes_back(tmp_path: Path) -> None:
    """As control.md has it: items end with -1, differences with empty texts."""

    def play(stage: Stage) -> None:
        assert stage.said("/scene/save", "Verse") == []
        assert stage.said("/scene/save", "Chorus") == []
        assert stage.said("/scene/list") == [
            ("/scene/item", 1, "Chorus"),
            ("/scene/item", 2, "Verse"),
            ("/scene/item", -1, ""),
        ]
        stage.desk.change({VOX: -20.0, Place("keys", "vox", "gain"): -9.0})
        stage.desk.hold(Place("keys", "vox", "gain"), "finger")
        skipped = ("/scene/skipped", "Keith: Vox (Anna) gain", "held")
        assert stage.said("/scene/preview", "Verse") == [
            ("/scene/diff", "Dave", "1 send"),
            ("/scene/diff", "", ""),
            skipped,
        ]
        assert stage.said("/scene/recall", "Verse", 0.5) == [skipped]
        assert stage.desk.mixer.value(VOX) == 0.0
        assert stage.said("/scene/undo") == []
        assert stage.desk.mixer.value(VOX) == -20.0
        for number in (2, 2.0):
            assert stage.said("/scene/recall", number) == [skipped]
            assert stage.said("/scene/undo") == []

    played(tmp_path, play)
    assert sorted(file.name for file in tmp_path.glob("*.toml")) == ["chorus.toml", "verse.toml"]


def test_current_and_dirty_are_told_to_all(tmp_path: Path) -> None:
    """Within a second; and they can be asked for."""

    def play(stage: Stage) -> None:
        stage.said("/scene/save", "Verse")
        told = [(one.path, *one.args) for one in stage.hears(LAPTOP, 1.1)]
        assert ("/scene/current", "Verse") in told
        assert ("/scene/dirty", 1) not in told
        stage.desk.change({VOX: -20.0})
        assert ("/scene/dirty", 1) in [(o.path, *o.args) for o in stage.hears(LAPTOP, 1.1)]
        assert stage.said("/scene/current") == [("/scene/current", "Verse")]
        assert stage.said("/scene/dirty") == [("/scene/dirty", 1)]

    played(tmp_path, play)


def test_a_surface_that_the_session_names_is_told_of_the_current_scene(tmp_path: Path) -> None:
    """Nobody has to ask: it is there from the start."""
    file = tmp_path / "session.toml"
    file.write_text(NAMED_SURFACE)
    session = load(file)

    async def run() -> None:
        desk = make_desk(session)
        scenes = Scenes(desk, SceneFiles(tmp_path / "scenes"), lambda *_: None)
        surfaces = make_osc(session, desk, tmp_path, scenes=scenes)._surfaces
        surfaces.tick(1000.0)
        scenes.save("Verse", None)
        told = [said for now in range(1001, 1004) for said in messages(surfaces.tick(now))]
        assert ("/scene/current", ("Verse",)) in [(said.path, said.args) for said in told]
        await scenes.close()
        desk.close()

    asyncio.run(run())


def test_a_musician_has_scenes_of_the_own_mix_only(tmp_path: Path) -> None:
    """By name or by number; those of the desk and of others are refused."""

    def play(stage: Stage) -> None:
        assert stage.said("/mix/1/scene/save", 3, by=TABLET) == []
        keys = Place("keys", "vox", "gain")
        stage.desk.change({VOX: -20.0, keys: -9.0})
        assert stage.said("/mix/1/scene/list", by=TABLET) == [
            ("/mix/1/scene/item", 1, "3"),
            ("/mix/1/scene/item", -1, ""),
        ]
        assert stage.said("/mix/drums/scene/preview", 3, by=TABLET) == [
            ("/scene/diff", "Dave", "1 send"),
            ("/scene/diff", "", ""),
        ]
        assert stage.said("/mix/1/scene/recall", 3, by=TABLET) == []
        assert (stage.desk.mixer.value(VOX), stage.desk.mixer.value(keys)) == (0.0, -9.0)
        for path in ("/scene/save", "/scene/recall", "/mix/2/scene/save", "/mix/2/scene/recall"):
            (answer,) = stage.said(path, "3", by=TABLET)
            assert answer[:3] == ("/error", path, -3)

    played(tmp_path, play)
    assert [file.name for file in (tmp_path / "drums").glob("*.toml")] == ["3.toml"]


@pytest.mark.parametrize(
    ("path", "args"),
    [
        ("/scene/recall", ("Bridge",)),
        ("/scene/recall", ()),
        ("/scene/recall", (1.5,)),
        ("/scene/recall", (True,)),
        ("/scene/recall", (None,)),
        ("/scene/recall", ("Verse", "slowly")),
        ("/scene/recall", ("Verse", -1.0)),
        ("/scene/recall", ("Verse", 1.0, 1.0)),
        ("/scene/save", ("",)),
        ("/scene/save", ()),
        ("/scene/undo", ()),
        ("/mix/1/scene/preview", ("Verse",)),
    ],
)
def test_what_is_wrong_is_refused_in_a_line(
    tmp_path: Path, path: str, args: tuple[Argument, ...]
) -> None:
    """And changes nothing."""

    def play(stage: Stage) -> None:
        stage.said("/scene/save", "Verse")
        stage.desk.change({VOX: -20.0})
        (answer,) = stage.said(path, *args)
        assert answer[:3] == ("/error", path, -1)
        assert stage.desk.mixer.value(VOX) == -20.0

    played(tmp_path, play)


def test_an_answer_has_an_end(tmp_path: Path) -> None:
    """Of very many things that were left alone, the first are told."""

    def play(stage: Stage) -> None:
        stage.said("/scene/save", "Verse")
        sends = [
            place for place in stage.desk.mixer.places() if place.strip is not None and place.mix
        ]
        stage.desk.change({p: True for p in sends if p.name == "safe"})
        stage.desk.change({p: -20.0 for p in sends if p.name == "gain"})
        answers: list[Message] = stage.send(LAPTOP, "/scene/recall", "Verse")
        assert len(answers) == MOST_TOLD + 1
        assert answers[-1].args == ("...", "and more")

    played(tmp_path, play, large=True)
