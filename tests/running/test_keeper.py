"""What changes on a desk is in the journal at once, and in the file when it is asked for."""

import asyncio
import math
import threading
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from jackrf.client import Event
from jackrf.desk import Desk
from jackrf.errors import InputError, SessionError, StorageError
from jackrf.parameters import Place, Value
from jackrf.running import keeper as keeper_module
from jackrf.running.keeper import Keeper
from jackrf.running.making import make_desk
from jackrf.sessions.journal import journal_of, recovered
from jackrf.sessions.session import load
from jackrf.sessions.store import Changes, content, save
from tests.patchbay.graph import Graph
from tests.sessions.disks import file_size_limit
from tests.sessions.large import all_moved, large_session
from tests.waiting import until

SESSION = """\
format = 2
name = "Band"

[inputs.kick]
name = "Kick"
connect = ["system:capture_1"]

[inputs.vox]
name = "Vox"

[mixes.drums]
name = "Drums"

[mixes.drums.sends]
kick = { gain = -6.0 }
"""
CONNECT = Place(None, "vox", "connect")
KICK = Place("drums", "kick", "gain")
MUTE = Place("drums", None, "mute")
PAUSE = 0.02
LATER = 2e9


class Kept:
    """A desk with its keeper, and what that said."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.said: list[str] = []
        self.desk: Desk = make_desk(load(path))
        self.keeper = Keeper(self.desk, path, content(path), self._say, PAUSE)

    def _say(self, line: str, priority: int) -> None:  # noqa: ARG002 - as a terminal does
        self.said.append(line)

    def write(self, text: str) -> None:
        """Write the file, as a person with an editor does."""
        self.path.write_text(text)

    def move(self, gain: float, place: Place = KICK) -> None:
        """Move a fader."""
        self.desk.change({place: gain}, by="a hand")

    @property
    def journal(self) -> Changes:
        """What would be found if the process ended now."""
        copy = self.path.parent / "after" / self.path.name
        (copy.parent / "backup").mkdir(parents=True, exist_ok=True)
        if not journal_of(self.path).exists():
            return Changes()
        journal_of(copy).write_bytes(journal_of(self.path).read_bytes())
        return recovered(copy, self.path.read_bytes(), LATER).changes

    @property
    def gain(self) -> float:
        """What the file says of the kick."""
        return load(self.path).mixes["drums"].sends["kick"].gain


@pytest.fixture
def band(tmp_path: Path) -> Path:
    """A session's file."""
    path = tmp_path / "band.toml"
    path.write_text(SESSION)
    return path


@asynccontextmanager
async def kept(path: Path) -> AsyncIterator[Kept]:
    """A desk that is kept for the length of the block."""
    here = Kept(path)
    await here.keeper.start()
    try:
        yield here
    finally:
        await here.keeper.close()
        here.desk.close()


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a test that needs a loop."""
    asyncio.run(work)


def test_a_change_is_in_the_journal_at_once_and_not_in_the_file(band: Path) -> None:
    """Until it is saved; then the journal is empty, and gone at the end."""

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
            assert here.keeper.dirty
            await until(lambda: here.journal == Changes({KICK: -7.0}))
            assert here.gain == -6.0
            saved = await here.keeper.save()
            assert saved.is_new
            assert (here.gain, here.keeper.dirty, here.journal) == (-7.0, False, Changes())
            assert here.keeper.status() == {
                "file": str(band),
                "unsaved": 0,
                "save_error": None,
            }
        assert not journal_of(band).exists()
        assert here.said == []

    run(work())


def test_the_last_moments_are_in_the_journal_at_the_end(band: Path) -> None:
    """A change just before the end is not lost; one that was taken back leaves nothing."""

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
        assert here.journal == Changes({KICK: -7.0})
        async with kept(band) as here:
            here.move(-7.0)
            await until(lambda: bool(here.journal.values))
            here.move(-6.0)
        assert here.journal == Changes()

    run(work())


def test_a_thousand_moves_are_a_few_lines(band: Path) -> None:
    """The journal has where the fader is, not its way."""

    async def work() -> None:
        async with kept(band) as here:
            for step in range(1000):
                here.move(-step / 20.0)
                if step % 50 == 0:
                    await asyncio.sleep(0.001)
            await until(lambda: here.journal == Changes({KICK: -999 / 20.0}))
            assert len(journal_of(band).read_bytes().splitlines()) < 60

    run(work())


def test_what_changes_during_a_save_is_kept_for_the_next(
    band: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And in the journal meanwhile. A slow disk does not hold up the desk."""
    began, go = threading.Event(), threading.Event()
    real = save

    def slow(*args: Any, **named: Any) -> Any:
        began.set()
        go.wait(10)
        return real(*args, **named)

    monkeypatch.setattr(keeper_module, "save", slow)

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
            saving = asyncio.create_task(here.keeper.save())
            await until(began.is_set)
            here.move(-8.0)
            here.desk.change({MUTE: True})
            go.set()
            await saving
            assert here.gain == -7.0
            assert here.keeper.changes == Changes({KICK: -8.0, MUTE: True})
            await until(lambda: here.journal == Changes({KICK: -8.0, MUTE: True}))
            await here.keeper.save()
            assert (here.gain, here.keeper.dirty) == (-8.0, False)

    run(work())


def test_it_tells_when_it_becomes_dirty_and_clean(band: Path) -> None:
    """Once each: a session manager shows a light."""

    async def work() -> None:
        async with kept(band) as here:
            told: list[bool] = []
            here.keeper.watch(told.append)
            for gain in (-7.0, -8.0, -6.0, -9.0):
                here.move(gain)
            assert told == [True, False, True]
            await here.keeper.save()
            assert told == [True, False, True, False]

    run(work())


def test_wishes_are_kept_like_levels(band: Path) -> None:
    """What a person plugs in a patchbay is in the journal, and saved when the session is."""

    async def work() -> None:
        async with kept(band) as here:
            plugged = Event("connection", 1, ("system:capture_2", "jackrf:in_02"))
            here.desk.patchbay.wishes.hear(plugged, Graph("jackrf"), 0.0)
            await until(lambda: bool(here.journal.wishes))
            assert here.journal.wishes == {CONNECT: ["system:capture_2"]}
            assert here.keeper.unsaved == 1
            await here.keeper.save()
            assert load(band).inputs["vox"].connect == ["system:capture_2"]
            assert not here.keeper.dirty

    run(work())


def test_a_save_waits_until_it_is_sure_of_a_wish(band: Path) -> None:
    """What a person has disconnected just now is not in the file; what went with its port is."""

    async def work() -> None:
        async with kept(band) as here:
            graph = Graph("system:capture_1")
            here.desk.client = cast("Any", graph)
            wishes = here.desk.patchbay.wishes
            cable = ("system:capture_1", "jackrf:in_01")
            wishes.grant(graph)
            wishes.hear(graph.unplug(*cable), graph, time.monotonic())
            graph.ports.clear()
            await here.keeper.save()
            assert load(band).inputs["kick"].connect == ["system:capture_1"]
            graph.ports.append("system:capture_1")
            wishes.grant(graph)
            wishes.hear(graph.unplug(*cable), graph, time.monotonic())
            await here.keeper.save()
            assert load(band).inputs["kick"].connect == []
            here.desk.client = None

    run(work())


def test_what_was_recovered_is_unsaved_and_stays_in_the_journal(band: Path) -> None:
    """What is of inputs that are gone is left out."""

    async def work() -> None:
        async with kept(band) as first:
            first.move(-7.0)
        here = Kept(band)
        found = first.journal
        gone: dict[Place, Value] = {
            Place("drums", "bass", "gain"): 0.0,
            Place("x", None, "mute"): True,
        }
        changes = Changes(
            {**found.values, **gone}, {CONNECT: ["a:b"], Place(None, "bass", "connect"): ["c:d"]}
        )
        assert here.keeper.recover(changes) == 2
        await here.keeper.start()
        assert here.desk.mixer.value(KICK) == -7.0
        assert here.desk.patchbay.wishes.wanted[CONNECT] == ["a:b"]
        await here.keeper.close()
        assert here.journal == Changes({KICK: -7.0})

    run(work())


def test_what_another_jackrf_has_left_is_there_at_the_next_start(band: Path) -> None:
    """Though one that ran beside it saves, or ends with nothing to save."""

    async def work() -> None:
        async with kept(band) as second:
            async with kept(band) as first:
                first.move(-7.0)
            await second.keeper.save()
            assert second.journal == Changes({KICK: -7.0})
        assert second.journal == Changes({KICK: -7.0})

    run(work())


def test_muted_is_what_the_desk_is(band: Path) -> None:
    """Until somebody opens the mix: then nothing is left to save."""

    async def work() -> None:
        async with kept(band) as here:
            here.keeper.mute_all()
            assert here.desk.mixer.value(MUTE) is True
            assert here.keeper.changes == Changes({MUTE: True})
            here.desk.change({MUTE: False})
            assert not here.keeper.dirty

    run(work())


def test_a_full_disk_is_tried_again_until_it_is_not(
    band: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is untouched meanwhile, and what is not saved stays unsaved."""
    monkeypatch.setattr(keeper_module, "RETRY_SECONDS", 0.05)

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
            with file_size_limit(10):
                with pytest.raises(StorageError, match="cannot be written"):
                    await here.keeper.save()
                assert here.keeper.dirty
                assert "cannot be written" in str(here.keeper.status()["save_error"])
                assert here.gain == -6.0
                await asyncio.sleep(0.2)
                assert here.keeper.dirty
            await until(lambda: not here.keeper.dirty)
            assert here.gain == -7.0
            assert here.keeper.error is None
            assert here.said[-1] == f"{band} is saved now"
            await until(lambda: len(here.keeper._tasks) == 1)  # the tries are forgotten
            assert sum("is lost in a crash" in line for line in here.said) <= 1

    run(work())


def test_a_journal_that_cannot_be_written_is_told_once_and_tried_again(
    band: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody who moves a fader waits for it."""
    monkeypatch.setattr(keeper_module, "RETRY_SECONDS", 0.05)

    async def work() -> None:
        async with kept(band) as here:
            with file_size_limit(10):
                for step in range(20):
                    here.move(-7.0 - step)
                    await asyncio.sleep(0.01)
                await until(lambda: bool(here.said))
            [line] = here.said
            assert line.endswith("what is changed now is lost in a crash, until it is saved")
            await until(lambda: here.journal == Changes({KICK: -26.0}))

    run(work())


def test_a_file_that_somebody_broke_is_not_tried_again(band: Path) -> None:
    """A person has to act; the session goes on, and its changes are in the journal."""

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
            here.write("oops [")
            with pytest.raises(SessionError, match="somebody has changed the file"):
                await here.keeper.save()
            assert not here.keeper._retry.is_set
            assert here.keeper.dirty
            here.write(SESSION)
            assert here.journal == Changes({KICK: -7.0})
            await here.keeper.save()
            assert here.gain == -7.0

    run(work())


def test_a_copy_and_a_look_change_nothing(band: Path) -> None:
    """Neither the file nor what is unsaved."""

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
            before, now = await here.keeper.texts()
            assert before == SESSION
            assert now == SESSION.replace("-6.0", "-7.0")
            copy = band.with_name("copy.toml")
            await here.keeper.save_copy(copy)
            assert copy.read_text() == now
            assert here.keeper.dirty
            assert here.gain == -6.0
            with pytest.raises(InputError, match="is there already"):
                await here.keeper.save_copy(copy)

    run(work())


def test_at_the_end_it_saves_or_says_what_is_not_saved(band: Path) -> None:
    """As it was started."""

    async def work() -> None:
        async with kept(band) as here:
            await here.keeper.finish()
            here.move(-7.0)
            await here.keeper.finish()
            here.desk.change({MUTE: True})
            await here.keeper.finish()
            end = "not saved, and back at the next start (not with --as-saved)"
            assert here.said == [f"1 change is {end}", f"2 changes are {end}"]
            here.keeper.save_at_end = True
            here.write("oops [")
            await here.keeper.finish()
            assert here.said[2].startswith("not saved, for somebody has changed the file")
            here.write(SESSION)
            await here.keeper.finish()
            assert here.said[-1] == f"{band} is saved"
            assert here.gain == -7.0

    run(work())


def test_two_saves_at_once_come_one_after_the_other(band: Path) -> None:
    """Each is on the disk when it is answered."""

    async def work() -> None:
        async with kept(band) as here:
            here.move(-7.0)
            first = asyncio.create_task(here.keeper.save())
            await asyncio.sleep(0)
            here.move(-8.0)
            await here.keeper.save()
            assert (here.gain, here.keeper.dirty) == (-8.0, False)
            await first
            assert (here.gain, here.keeper.dirty) == (-8.0, False)

    run(work())


def test_closing_twice_is_harmless(band: Path) -> None:
    """And so is closing what was never started."""

    async def work() -> None:
        here = Kept(band)
        await here.keeper.close()
        await here.keeper.close()
        here.desk.close()

    run(work())


def test_a_large_save_does_not_hold_up_the_loop(tmp_path: Path) -> None:
    """512 sends are saved beside the loop: it goes on within the interpreter's 5 ms or so."""
    path = tmp_path / "large.toml"
    path.write_bytes(large_session())

    async def work() -> float:
        longest = math.inf
        async with kept(path) as here:
            for turn in range(8):
                here.desk.change(all_moved(turn))
                saving = asyncio.create_task(here.keeper.save())
                gap, last = 0.0, time.perf_counter()
                while not saving.done():
                    await asyncio.sleep(0.001)
                    now = time.perf_counter()
                    gap, last = max(gap, now - last), now
                await saving
                longest = min(longest, gap)
        return longest

    assert asyncio.run(work()) < 0.030
