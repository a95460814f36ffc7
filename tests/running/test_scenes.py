"""The scenes of a running desk: what is recalled, saved and taken back, and how it sounds."""

import asyncio
import math
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jackrf.desk import Desk
from jackrf.engine import Engine
from jackrf.errors import InputError, SessionError, StorageError
from jackrf.mixer import Mix, Send, Strip
from jackrf.parameters import Place, Value
from jackrf.running.scenes import Scenes, checked_fade
from jackrf.sessions.scene_files import SceneFiles
from jackrf.sessions.scenes import SAFE, Skipped
from jackrf.testing import OfflineClient
from jackrf.units import amplitude_to_db, db_to_amplitude
from tests.offline import RATE, Floats, noise, streams
from tests.osc.desks import desk_of, everything, small_desk

VOX = Place("drums", "vox", "gain")
BASS = Place("drums", "bass", "gain")
CEILING = -1.0
GLIDE = 960
"""Frames: 20 ms."""


class Stage:
    """A desk with scenes in a folder.

    Attributes:
        told: lines for people.
        heard: who made which change, and of how many values.
    """

    def __init__(self, folder: Path, desk: Desk | None = None, cue: str | None = None) -> None:
        self.desk = desk or small_desk()
        self.files = SceneFiles(folder)
        self.told: list[str] = []
        self.heard: list[tuple[str, int]] = []
        self.scenes = Scenes(self.desk, self.files, lambda line, _: self.told.append(line), cue)
        self.desk.watch(lambda changes, by: self.heard.append((by, len(changes))))

    async def save(self, name: str, mix: str | None = None) -> None:
        """Save a scene and wait for the disk."""
        _, written = self.scenes.save(name, mix)
        await written


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    """The small desk, without scenes."""
    return Stage(tmp_path / "scenes")


def test_a_recall_is_one_change_and_one_undo(stage: Stage) -> None:
    """All values at once, by whoever asks; taken back at once, and only once."""

    async def play() -> None:
        await stage.save("Verse")
        verse = everything(stage.desk)
        stage.desk.change({VOX: -20.0, BASS: -30.0, Place(None, "vox", "trim"): 2.0}, by="tablet")
        chorus = everything(stage.desk)
        scene, plan = stage.scenes.recall("verse", None, by="anna")
        assert (scene.name, len(plan.changes), plan.skipped) == ("Verse", 3, ())
        assert everything(stage.desk) == verse
        assert stage.heard[-1] == ("anna", 3)
        assert len(stage.scenes.undo(None, by="anna")) == 3
        assert everything(stage.desk) == chorus
        with pytest.raises(InputError, match="no scene was recalled"):
            stage.scenes.undo(None, by="anna")

    asyncio.run(play())


def test_the_undo_leaves_what_was_moved_since_or_is_held(stage: Stage) -> None:
    """A hand on a fader, then as now, is stronger than a scene."""

    async def play() -> None:
        await stage.save("Verse")
        stage.desk.change({VOX: -20.0, BASS: -30.0, Place("drums", "vox", "mute"): True})
        stage.scenes.recall("Verse", None, by="anna")
        stage.desk.change({VOX: -1.0})
        stage.desk.hold(BASS, "tablet")
        changed = stage.scenes.undo(None, by="anna")
        assert changed == {Place("drums", "vox", "mute"): True}

    asyncio.run(play())


def test_a_musicians_undo_takes_back_a_recall_in_that_mix(stage: Stage) -> None:
    """The desk's own history has it, mix by mix."""

    async def play() -> None:
        await stage.save("Verse")
        stage.desk.mixer.put(VOX, -20.0)
        stage.desk.mixer.put(Place("keys", "vox", "gain"), -20.0)
        stage.scenes.recall("Verse", None, by="anna")
        stage.desk.undo("drums", by="dave")
        assert stage.desk.mixer.value(VOX) == -20.0
        assert stage.desk.mixer.value(Place("keys", "vox", "gain")) == 3.0

    asyncio.run(play())


def test_current_and_dirty_follow_the_desk(stage: Stage) -> None:
    """Saved or recalled is current; changed is dirty; taken back is as before."""

    async def play() -> None:
        scenes = stage.scenes
        assert (scenes.current(None), scenes.dirty(None)) == ("", False)
        await stage.save("Verse")
        assert (scenes.current(None), scenes.dirty(None)) == ("Verse", False)
        stage.desk.change({VOX: -20.0})
        assert scenes.dirty(None)
        await stage.save("Chorus")
        scenes.recall("Verse", None, by="")
        assert (scenes.current(None), scenes.dirty(None)) == ("Verse", False)
        scenes.undo(None, by="")
        assert (scenes.current(None), scenes.dirty(None)) == ("Chorus", False)
        assert scenes.current("keys") == ""

    asyncio.run(play())


def test_a_recall_reports_what_it_skipped(stage: Stage) -> None:
    """The cue mix is not in it at all."""

    async def play() -> None:
        await stage.save("Verse")
        stage.desk.change({VOX: -20.0, Place("drums", "vox", "safe"): True})
        _, plan = stage.scenes.preview("Verse", None)
        assert plan.skipped == (Skipped("drums", "vox", "", SAFE),)
        assert stage.scenes.recall("Verse", None, by="")[1] == plan
        assert stage.desk.mixer.value(VOX) == -20.0

    asyncio.run(play())


def test_the_cue_mix_is_in_no_scene(tmp_path: Path) -> None:
    """What the engineer listens to stays."""
    stage = Stage(tmp_path, cue="keys")

    async def play() -> None:
        await stage.save("Verse")
        stage.desk.change({Place("keys", "vox", "gain"): -20.0})
        _, plan = stage.scenes.recall("Verse", None, by="")
        assert (plan.changes, plan.skipped) == ({}, ())

    asyncio.run(play())


def test_scenes_are_there_again_at_the_next_start(stage: Stage) -> None:
    """Those of the desk and those of a mix."""

    async def play() -> None:
        await stage.save("Verse")
        await stage.save("Mine", "keys")
        again = Stage(stage.files.folder)
        assert list(again.scenes.shelf(None)) == ["verse"]
        assert list(again.scenes.shelf("keys")) == ["mine"]

    asyncio.run(play())


def test_a_scene_is_renamed_and_deleted(stage: Stage) -> None:
    """The current one is called by its new name, and is none when it is deleted."""

    async def play() -> None:
        scenes = stage.scenes
        await stage.save("Chorus")
        await stage.save("Verse")
        assert (await scenes.rename("verse", None, " Strophe ")).name == "Strophe"
        assert (list(scenes.shelf(None)), scenes.current(None)) == (
            ["chorus", "strophe"],
            "Strophe",
        )
        with pytest.raises(InputError, match="there is a scene 'CHORUS' already"):
            await scenes.rename("strophe", None, "CHORUS")
        await scenes.rename("strophe", None, "STROPHE")
        assert await scenes.delete(2, None) == "STROPHE"
        assert (list(scenes.shelf(None)), scenes.current(None)) == (["chorus"], "")
        await scenes.refresh()
        assert list(scenes.shelf(None)) == ["chorus"]

    asyncio.run(play())


def test_what_is_saved_while_another_is_renamed_is_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However slow the disk: the new one, and the one that is saved again under its old name."""
    began, go = threading.Event(), threading.Event()
    real = stage.files.rename

    def slow(*what: Any) -> None:
        began.set()
        go.wait(10)
        real(*what)

    monkeypatch.setattr(stage.files, "rename", slow)

    async def play() -> None:
        await stage.save("Verse")
        renaming = asyncio.create_task(stage.scenes.rename("Verse", None, "Strophe"))
        await asyncio.to_thread(began.wait, 10)
        saves = [stage.scenes.save(name, None)[1] for name in ("Bridge", "Verse")]
        go.set()
        await renaming
        expected = ["bridge", "strophe", "verse"]
        assert list(stage.scenes.shelf(None)) == expected
        await asyncio.gather(*saves)
        assert list(stage.scenes.shelf(None)) == expected
        await stage.scenes.refresh()
        assert list(stage.scenes.shelf(None)) == expected

    asyncio.run(play())


def test_what_people_edit_is_seen_after_a_refresh(stage: Stage) -> None:
    """A broken file is refused with its line, and can be deleted."""

    async def play() -> None:
        await stage.save("Verse")
        file = stage.files.path("verse", None)
        file.write_text(file.read_text().replace("gain = 0.0", "gain = -33.0"))
        stage.files.path("bad", None).write_text("x")
        await stage.scenes.refresh()
        stage.scenes.recall("Verse", None, by="")
        assert stage.desk.mixer.value(VOX) == -33.0
        refused: list[Callable[[], Awaitable[object] | object]] = [
            lambda: stage.scenes.recall("bad", None, by=""),
            lambda: stage.scenes.preview("bad", None),
        ]
        for what in refused:
            with pytest.raises(SessionError, match=r"bad\.toml:1"):
                what()
        with pytest.raises(SessionError, match=r"bad\.toml:1"):
            await stage.scenes.rename("bad", None, "Good")
        await stage.scenes.delete("bad", None)
        assert list(stage.scenes.shelf(None)) == ["verse"]

    asyncio.run(play())


def test_a_scene_that_cannot_be_written_is_kept_and_tried_again(stage: Stage) -> None:
    """It can be recalled meanwhile; the next command, or the end, writes it."""

    async def play() -> None:
        stage.files.folder.write_text("in the way")
        with pytest.raises(StorageError):
            await stage.save("Verse")
        assert ["the scene is kept" in line for line in stage.told] == [True]
        await stage.scenes.refresh()
        assert list(stage.scenes.shelf(None)) == ["verse"]
        stage.scenes.recall("Verse", None, by="")
        stage.files.folder.unlink()
        await stage.scenes.close()
        assert list(stage.files.read(None)) == ["verse"]
        await stage.scenes.close()

    asyncio.run(play())


def test_a_mix_that_is_not_there_has_no_scenes(stage: Stage) -> None:
    """The message names those that there are."""
    for ask in (
        lambda: stage.scenes.shelf("choir"),
        lambda: stage.scenes.preview("Verse", "choir"),
        lambda: stage.scenes.undo("choir", by=""),
    ):
        with pytest.raises(InputError, match="no mix 'choir': there are drums, keys"):
            ask()


@pytest.mark.parametrize("wrong", [-1, 601, math.nan, math.inf, "2", None, True])
def test_a_fade_of_no_sense_is_refused(stage: Stage, wrong: object) -> None:
    """Before anything has changed."""
    with pytest.raises(InputError, match="0 to 600 seconds"):
        checked_fade(wrong)
    with pytest.raises(InputError, match="0 to 600 seconds"):
        stage.scenes.undo(None, by="", seconds=wrong)


def test_no_fade_is_shorter_than_20_ms() -> None:
    """What is longer is kept."""
    assert [checked_fade(x) for x in (0, 0.001, 3)] == [0.02, 0.02, 3.0]


class Sounding:
    """A desk whose engine runs offline, with the scenes "up" (all +10 dB) and "off" (silence)."""

    def __init__(self, folder: Path, inputs: int, mixes: int, period: int) -> None:
        strips = [Strip(f"in-{n}", f"In {n}") for n in range(inputs)]
        loud = {strip.id: Send(10.0) for strip in strips}
        desk = desk_of(strips, [Mix(f"m-{n}", f"M {n}", sends=dict(loud)) for n in range(mixes)])
        desk.engine = Engine(inputs, streams(mixes, ceiling=CEILING), RATE)
        desk.engine.mixes["fade"] = 1.0
        desk.engine.set_gains(desk.mixer.matrix())
        self.client = OfflineClient(desk.engine)
        self.stage = Stage(folder, desk)
        self.period = period

    async def save_both(self) -> None:
        """Save all up as it is, then silence."""
        await self.stage.save("up")
        mixer = self.stage.desk.mixer
        sends = [place for place in mixer.places() if place.mix and place.strip]
        gains: dict[Place, Value] = {p: -math.inf for p in sends if p.name == "gain"}
        self.stage.desk.change(gains)
        await self.stage.save("off")
        self.stage.scenes.recall("up", None, by="")

    def play(self, inputs: Floats, *names: str) -> Iterator[Floats]:
        """Yield what is heard for as long as the inputs last after each recall."""
        for name in names:
            if name:
                self.stage.scenes.recall(name, None, by="")
            yield self.client.run(inputs, self.period)


PERIODS = (16, 17, 32, 64, 128, 256, 441, 512, 1024, 2048, 4096, 8192)
"""All that JACK has by default, and some between; 8192 is as much as the memory holds."""


@pytest.mark.parametrize("period", PERIODS)
@pytest.mark.parametrize(("inputs", "mixes"), [(5, 2), (16, 8)], ids=["few sends", "many sends"])
def test_a_recall_from_all_up_to_silence_and_back_is_smooth(
    tmp_path: Path, period: int, inputs: int, mixes: int
) -> None:
    """No step is above the slope of a ramp of 20 ms, and all sends begin in the same period:
    of a constant, what is heard is one straight line from its first frame on.
    """
    sounding = Sounding(tmp_path, inputs, mixes, period)
    asyncio.run(sounding.save_both())
    level = np.float32(0.2 / inputs / db_to_amplitude(10.0))
    constant = np.full((inputs, 3 * RATE), level, np.float32)
    start, fall, rise = sounding.play(constant, "", "off", "up")
    full = float(start[0, -1])
    assert full == pytest.approx(inputs * level * db_to_amplitude(10.0) * math.sqrt(0.5), rel=1e-4)
    assert np.allclose(start[:, -1], full)
    assert not fall[:, -1].any()
    assert np.allclose(rise[:, -1], full)
    slope = full / GLIDE
    steepest = 0.0
    for before, heard in ((start, fall), (fall, rise)):
        line = np.concatenate((before[:, -1:], heard), axis=1).astype(np.float64)
        steps = np.diff(line)
        steepest = max(steepest, float(np.abs(steps).max()))
        assert steepest <= slope * 1.001 + 1e-7
        first = np.abs(steps[:, :period])
        assert first.min() == pytest.approx(first.max(), rel=0.02, abs=1e-7)
        assert first.min() > 0.0
    print(f"{period} frames, {inputs} x {mixes}: steepest step {steepest / slope:.4f} of 20 ms's")


def test_a_recall_and_its_undo_are_one_swap_each(tmp_path: Path) -> None:
    """However few the sends: the audio thread has the gains of before, or all of the scene. A
    single fader writes where the audio thread reads, and copies nothing.
    """
    sound = Sounding(tmp_path, 2, 1, 128)
    asyncio.run(sound.save_both())
    desk, scenes = sound.stage.desk, sound.stage.scenes
    assert desk.engine is not None
    context = desk.engine.context

    def recall(name: str) -> None:
        scenes.recall(name, None, by="")

    for what in (lambda: recall("off"), lambda: scenes.undo(None, by=""), lambda: recall("off")):
        table = desk.engine._gains.array
        before, place = table.copy(), int(context["targets_at"][0])
        what()
        assert int(context["targets_at"][0]) != place
        assert np.array_equal(table, before)
    place = int(context["targets_at"][0])
    desk.change({next(p for p in desk.mixer.places() if p.name == "gain" and p.strip): -3.0})
    assert int(context["targets_at"][0]) == place


@pytest.mark.parametrize("period", PERIODS)
def test_nothing_in_a_recall_is_above_the_ceiling(tmp_path: Path, period: int) -> None:
    """Full-scale noise at +10 dB from eight inputs, down and up, also in the midst of a glide."""
    sounding = Sounding(tmp_path, 8, 2, period)
    asyncio.run(sounding.save_both())
    short, loudest = max(4096, period), 0.0
    for name, frames in (("", 8192), ("off", short), ("up", 48000), ("off", short), ("up", 48000)):
        loud = noise(period, 8, frames)
        (heard,) = sounding.play(loud, name)
        loudest = max(loudest, float(np.abs(heard).max()))
    assert loudest <= db_to_amplitude(CEILING) + 1e-6
    print(f"{period} frames: loudest {amplitude_to_db(loudest):.3f} dBFS, ceiling {CEILING}")


@pytest.mark.parametrize("period", PERIODS)
def test_a_recall_into_the_limiter_is_smooth(tmp_path: Path, period: int) -> None:
    """Of a constant 32 dB above the ceiling no step is above the slope of its own 20 ms ramp."""
    sounding = Sounding(tmp_path, 16, 1, period)
    asyncio.run(sounding.save_both())
    constant = np.full((16, RATE), np.float32(1.0), np.float32)
    slope = 16 * db_to_amplitude(10.0) * math.sqrt(0.5) / GLIDE
    heard = np.concatenate(list(sounding.play(constant, "", "off", "up", "off", "up")), axis=1)
    steepest = float(np.abs(np.diff(heard[:, period:].astype(np.float64))).max())
    assert steepest <= slope
    assert np.abs(heard).max() <= db_to_amplitude(CEILING) + 1e-6
    print(f"{period} frames, into the limiter: steepest step {steepest / slope:.4f} of 20 ms's")


def test_a_recall_in_the_midst_of_a_fade_goes_on_from_there(tmp_path: Path) -> None:
    """Half-way down, up again: no step, and no way round by silence."""
    sounding = Sounding(tmp_path, 4, 1, 64)
    asyncio.run(sounding.save_both())
    constant = np.full((4, 64 * 750), np.float32(0.01), np.float32)
    list(sounding.play(np.tile(constant, 3), ""))
    sounding.stage.scenes.recall("off", None, by="", seconds=2.0)
    (down,) = sounding.play(constant, "")
    (back,) = sounding.play(np.tile(constant, 2), "up")
    line = np.concatenate((down[0], back[0])).astype(np.float64)
    full = 4 * 0.01 * db_to_amplitude(10.0) * math.sqrt(0.5)
    assert down[0, -1] == pytest.approx(full / 2, rel=0.01)
    assert back[0].min() >= down[0, -1] * 0.999
    assert back[0, -1] == pytest.approx(full, rel=1e-4)
    assert np.abs(np.diff(line)).max() <= full / GLIDE
