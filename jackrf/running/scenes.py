"""The scenes of a running desk: recalled, saved, compared, and which of them is the current one.

All scenes stand in memory, so that a recall in a show waits for no disk. They are read at the
start, and anew by `refresh`, which the commands call and a surface's recall does not wait for.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass

from jackrf.background import in_background
from jackrf.desk import Desk
from jackrf.errors import InputError, SessionError
from jackrf.parameters import Place, Value
from jackrf.sessions.current import Current, Currents
from jackrf.sessions.scene_files import (
    Entry,
    SceneFiles,
    Shelf,
    check_name,
    found,
    free_slug,
    ordered,
)
from jackrf.sessions.scenes import Plan, Scene, captured, planned

SHORTEST_FADE = 0.02
LONGEST_FADE = 600.0
"""Seconds."""
DISK_SECONDS = 1.0
"""How long a command waits for a disk that does not answer, before it goes by what is in memory."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What takes back a recall.

    Attributes:
        before: what stood at the places that it changed.
        after: what it put there.
        current: the scene before it.
    """

    before: Mapping[Place, Value]
    after: Mapping[Place, Value]
    current: Current | None


class Scenes:
    """The scenes of a desk and those of each mix.

    Args:
        desk: that runs.
        files: of its session; they are read at once.
        say: how people are told, by a line and its priority, that a scene could not be written.
        cue: the engineer's own mix, which no scene has to do with.
    """

    def __init__(
        self,
        desk: Desk,
        files: SceneFiles,
        say: Callable[[str, int], None],
        cue: str | None = None,
    ) -> None:
        self._desk = desk
        self._files = files
        self._say = say
        self._leave = () if cue is None else (cue,)
        self._mixes = tuple(desk.mixer.mix_number)
        self._shelves: dict[str | None, Shelf] = files.read_all(self._mixes)
        self._currents = Currents()
        self._undos: dict[str | None, Undo] = {}
        self._unwritten: dict[tuple[str | None, str], Scene] = {}
        self._disk = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        desk.watch(self._hear)

    def shelf(self, mix: str | None) -> Shelf:
        """Return the scenes of the desk, or of a mix.

        Raises:
            InputError: there is no such mix.
        """
        if mix not in self._shelves:
            raise InputError(f"no mix {mix!r}: there are {', '.join(self._mixes)}")
        return self._shelves[mix]

    def current(self, mix: str | None) -> str:
        """Return the name of the scene that was recalled or saved last; empty before that."""
        return self._currents.name(mix)

    def dirty(self, mix: str | None) -> bool:
        """Return whether anything that the current scene sets was changed since."""
        return self._currents.is_dirty(mix)

    def preview(self, wanted: str | int, mix: str | None) -> tuple[Scene, Plan]:
        """Return a scene, and what recalling it would do now.

        Raises:
            InputError: there is none, or its file is wrong.
        """
        entry = found(self.shelf(mix), wanted)
        if entry.scene is None:
            raise SessionError(entry.error)
        plan = planned(entry.scene, self._desk.mixer, self._desk.is_held, self._leave)
        return entry.scene, plan

    def recall(
        self, wanted: str | int, mix: str | None, *, by: str, seconds: object = 0.0
    ) -> tuple[Scene, Plan]:
        """Recall a scene: one change, which glides from wherever the gains are.

        Args:
            wanted: its name or number.
            mix: whose it is; None for the desk's.
            by: who asks; told to those who watch the desk.
            seconds: of the glide, 20 ms at least.

        Returns:
            The scene, and what was done.

        Raises:
            InputError: there is none, its file is wrong, or it cannot take so long.
        """
        fade = checked_fade(seconds)
        scene, plan = self.preview(wanted, mix)
        before = {place: self._desk.mixer.value(place) for place in plan.changes}
        self._desk.change(plan.changes, by=by, seconds=fade, as_one=True)
        self._undos[mix] = Undo(before, plan.changes, self._currents.of(mix))
        self._currents.make(scene, self._desk.mixer)
        return scene, plan

    def undo(self, mix: str | None, *, by: str, seconds: object = 0.0) -> Mapping[Place, Value]:
        """Take back the last recall, but for what was changed since or has a finger on it.

        Returns:
            What is different now.

        Raises:
            InputError: there is none.
        """
        self.shelf(mix)
        fade = checked_fade(seconds)
        undo = self._undos.pop(mix, None)
        if undo is None:
            raise InputError("no scene was recalled that could be taken back")
        mixer, is_held = self._desk.mixer, self._desk.is_held
        untouched = {
            place: value
            for place, value in undo.before.items()
            if mixer.value(place) == undo.after[place] and not is_held(place)
        }
        changed = self._desk.change(untouched, by=by, seconds=fade, as_one=True)
        self._currents.put(mix, undo.current, mixer)
        return changed

    def save(self, name: object, mix: str | None) -> tuple[Scene, asyncio.Task[None]]:
        """Save what is heard now as a scene, in the place of the one of this name.

        Returns:
            The scene, which can be recalled at once, and the task that writes it: it raises
            StorageError. Whoever does not wait for it need not: people are told.

        Raises:
            InputError: no scene may be called that.
        """
        shelf = self.shelf(mix)
        name = check_name(name)
        slug = free_slug(shelf, name)
        scene = captured(self._desk.mixer, name, mix, self._leave)
        self._unwritten[mix, slug] = scene
        self._put(Entry(slug, mix, scene))
        self._currents.make(scene, self._desk.mixer)
        return scene, self._start(self._write())

    async def rename(self, wanted: str | int, mix: str | None, name: object) -> Scene:
        """Give a scene another name.

        Raises:
            InputError: there is none, its file is wrong, or another has that name.
            StorageError: it cannot be written.
        """
        name = check_name(name)
        entry = found(self.shelf(mix), wanted)
        if entry.scene is None:
            raise SessionError(entry.error)
        others = {slug: one for slug, one in self.shelf(mix).items() if slug != entry.slug}
        if any(one.name.casefold() == name.casefold() for one in others.values()):
            raise InputError(f"there is a scene {name!r} already: delete it first")
        slug = free_slug(others, name)
        old = entry.scene
        scene = Scene(name, mix, old.inputs, old.mixes, old.values)
        await self._write()
        async with self._disk:
            await in_background(lambda: self._files.rename(entry, scene, slug))
        # What was saved meanwhile is there, too.
        self._shelves[mix] = {s: one for s, one in self.shelf(mix).items() if s != entry.slug}
        self._put(Entry(slug, mix, scene))
        self._put_unwritten()
        self._currents.rename(mix, old.name, name)
        return scene

    async def delete(self, wanted: str | int, mix: str | None) -> str:
        """Delete a scene; return its name. What is heard stays.

        Raises:
            InputError: there is none.
            StorageError: it cannot be deleted.
        """
        entry = found(self.shelf(mix), wanted)
        self._unwritten.pop((mix, entry.slug), None)
        async with self._disk:
            await in_background(lambda: self._files.delete(entry))
        self._shelves[mix] = {s: one for s, one in self.shelf(mix).items() if s != entry.slug}
        self._currents.forget(mix, entry.name)
        return entry.name

    async def refresh(self) -> None:
        """Read the files anew, as people may have edited them; give up on a disk that hangs."""
        task = self._start(self._read())
        await asyncio.wait([task], timeout=DISK_SECONDS)

    def refresh_soon(self) -> None:
        """Read the files anew, without waiting for it."""
        self._start(self._read())

    async def close(self) -> None:
        """Wait for what is being written, and try once more what could not be."""
        if self._unwritten:
            self._start(self._write())
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DISK_SECONDS)

    def _start(self, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._say(f"{error}; the scene is kept until jackrf ends, and tried again", 2)

    async def _read(self) -> None:
        async with self._disk:
            shelves = await in_background(lambda: self._files.read_all(self._mixes))
            self._shelves = shelves
            self._put_unwritten()
        if self._unwritten:
            await self._write()

    async def _write(self) -> None:
        async with self._disk:
            for key, scene in list(self._unwritten.items()):
                if self._unwritten.get(key) is scene:
                    await self._write_one(key, scene)

    async def _write_one(self, key: tuple[str | None, str], scene: Scene) -> None:
        await in_background(lambda: self._files.save(scene, key[1]))
        if self._unwritten.get(key) is scene:
            del self._unwritten[key]

    def _put_unwritten(self) -> None:
        for (mix, slug), scene in self._unwritten.items():
            self._put(Entry(slug, mix, scene))

    def _put(self, entry: Entry) -> None:
        self._shelves[entry.mix] = ordered({**self._shelves[entry.mix], entry.slug: entry})

    def _hear(self, changes: Mapping[Place, Value], by: str) -> None:  # noqa: ARG002 - of a Watcher
        self._currents.hear(changes)


def checked_fade(seconds: object) -> float:
    """Return the seconds of a glide, 20 ms at least.

    Raises:
        InputError: it is no number, or too long.
    """
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not 0 <= seconds <= LONGEST_FADE
    ):
        raise InputError(f"fade {seconds!r}: allowed are 0 to {LONGEST_FADE:g} seconds")
    return max(float(seconds), SHORTEST_FADE)
