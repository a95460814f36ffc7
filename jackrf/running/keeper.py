"""Keeps what changes on a running desk: in the journal at once, in its file when it is asked to.

A session's file is a person's: it is written by `save`, never on its own. Until then every change
stands in the journal within a second, and is there again at the next start.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from jackrf.background import in_background
from jackrf.desk import Desk
from jackrf.errors import JackrfError, StorageError
from jackrf.parameters import Place, Value
from jackrf.reminder import Reminder
from jackrf.sessions.document import edited
from jackrf.sessions.journal import Journal
from jackrf.sessions.ledger import Ledger
from jackrf.sessions.reading import plain_text
from jackrf.sessions.scenes import is_there
from jackrf.sessions.store import Changes, Saved, save, save_copy

JOURNAL_SECONDS = 0.5
"""At most every so often the journal is written: a fader on its way is one line, not a hundred."""
RETRY_SECONDS = 10.0
"""How long after a write that failed it is tried again."""
DOUBT_SECONDS, DOUBT_STEP = 1.5, 0.05
"""How long a save waits until it is clear whether a person has disconnected something."""
LAST_WRITE_SECONDS = 0.8
"""How long the end waits for the disk."""

Say = Callable[[str, int], None]
"""Tells people a line, with a priority: 0 (an aside) to 3 (trouble)."""


class Keeper:
    """The file and the journal of a running desk.

    Args:
        desk: as its file says, nobody having changed it yet.
        path: of the session.
        data: what the file held when the desk was made of it.
        say: how people are told.
        pause: seconds between two writes to the journal.

    Attributes:
        error: why the last save failed, until one does not.
        save_at_end: whether `finish` saves.
    """

    def __init__(
        self, desk: Desk, path: Path, data: bytes, say: Say, pause: float = JOURNAL_SECONDS
    ) -> None:
        self.path = path
        self.error: str | None = None
        self.save_at_end = False
        self._desk = desk
        self._last = data
        self._say = say
        self._pause = pause
        self._journal = Journal(path, data)
        self._journal_error: str | None = None
        self._wishes = desk.patchbay.wishes
        self._ledger = Ledger(desk.mixer, lambda: self._wishes.wanted)
        self._disk = asyncio.Lock()
        self._moved = asyncio.Event()
        self._ending = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._retry = Reminder(lambda: self._begin(self._save_again()))
        self._watchers: list[Callable[[bool], object]] = []
        self._was_dirty = False
        desk.watch(self._note)
        self._wishes.watch(lambda: self._note({}, ""))

    @property
    def changes(self) -> Changes:
        """What differs between the desk and its file."""
        return self._ledger.changes

    @property
    def unsaved(self) -> int:
        """How many values that are."""
        changes = self.changes
        return len(changes.values) + len(changes.wishes)

    @property
    def dirty(self) -> bool:
        """Whether anything differs."""
        return self._ledger.dirty

    def watch(self, watcher: Callable[[bool], object]) -> None:
        """Have it told, by `dirty`, when the first change is made, and when all is saved."""
        self._watchers.append(watcher)

    def recover(self, found: Changes) -> int:
        """Put back on the desk what its journal held; return how many values are different.

        To be called before anybody hears the desk, and before `start`.
        """
        mixer = self._desk.mixer
        known = {p: value for p, value in found.values.items() if is_there(mixer, p)}
        self._desk.change(known, by="journal")
        for place in found.wishes.keys() & self._wishes.wanted.keys():
            self._wishes.put(place, found.wishes[place])
        self._ledger.take_batch()  # it is in the journal
        self._journal.take()
        return self.unsaved

    def mute_all(self) -> None:
        """Mute every mix until somebody opens it; to be called before anybody hears the desk."""
        mixes = self._desk.mixer.mixes
        self._desk.change({Place(mix.id, None, "mute"): True for mix in mixes}, by="muted start")

    async def start(self) -> None:
        """Begin to keep the journal; call `close` afterwards, whatever happens."""
        self._begin(self._keep_journal())

    def _begin(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Write the last of the journal, and let go of it. Harmless when called again."""
        if self._ending.is_set():
            return
        self._ending.set()
        self._moved.set()
        self._retry.drop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_WRITE_SECONDS)
        if not self._disk.locked():
            # What differs no more needs no journal.
            if not self.dirty:
                with contextlib.suppress(StorageError):
                    self._journal.empty(self._last)
            self._journal.close()

    async def save(self) -> Saved:
        """Write the desk into its file; it is on the disk when this returns.

        Raises:
            StorageError: it cannot be written; it is tried again every 10 s, until it can.
            SessionError: the file holds no session any more.
        """
        self._retry.drop()
        await self._become_sure()
        async with self._disk:
            changes, batch = self.changes, self._ledger.take_batch()
            try:
                saved = await in_background(lambda: self._write(changes, batch))
            except JackrfError as error:
                self._ledger.give_back(batch)
                self.error = str(error)
                if isinstance(error, StorageError):
                    self._try_again_later()
                raise
            self.error = None
            self._last = saved.data
            self._ledger.saved(changes)
        self._tell_dirty()
        return saved

    async def _become_sure(self) -> None:
        """Wait until it shows whether a connection was broken by a person or went with its port."""
        deadline = time.monotonic() + DOUBT_SECONDS
        while self._wishes.in_doubt and time.monotonic() < deadline:
            await asyncio.sleep(DOUBT_STEP)
            self._desk.settle()

    def save_soon(self) -> None:
        """Have the desk written into its file by and by; people are told if it cannot be."""
        self._begin(self._save_or_say())

    async def _save_or_say(self) -> None:
        try:
            await self.save()
        except JackrfError as error:
            self._say(str(error), 3)

    async def save_copy(self, to: Path) -> None:
        """Write the desk into another file, which is not there yet.

        Raises:
            JackrfError: it cannot be written, or is there.
        """
        changes, last = self.changes, self._last
        await in_background(lambda: save_copy(to, changes, last=last))

    async def texts(self) -> tuple[str, str]:
        """Return what the file held when it was read or saved, and what it would hold now."""
        changes, before = self.changes, plain_text(self._last)
        return before, await in_background(lambda: edited(before, changes.values, changes.wishes))

    async def finish(self) -> None:
        """Save at the end if that is wanted; else say what is not saved."""
        if not self.dirty:
            return
        if self.save_at_end:
            try:
                await self.save()
                self._say(f"{self.path} is saved", 0)
            except JackrfError as error:
                self._say(str(error), 3)
        if self.dirty:
            what = "1 change is" if self.unsaved == 1 else f"{self.unsaved} changes are"
            self._say(f"{what} not saved, and back at the next start (not with --as-saved)", 1)

    def status(self) -> dict[str, Any]:
        """Return what ``jackrf status --json`` says of the file."""
        return {
            "file": str(self.path.absolute()),
            "unsaved": self.unsaved,
            "save_error": self.error,
        }

    def _note(self, changes: Mapping[Place, Value], by: str) -> None:  # noqa: ARG002 - of a Watcher
        self._ledger.note(changes)
        self._moved.set()
        self._tell_dirty()

    def _tell_dirty(self) -> None:
        if self.dirty != self._was_dirty:
            self._was_dirty = self.dirty
            for watcher in self._watchers:
                watcher(self._was_dirty)

    def _write(self, changes: Changes, batch: Changes) -> Saved:
        """Save, on a thread of its own. The journal has everything if this does not end well."""
        at = time.time()
        if batch.values or batch.wishes:
            with contextlib.suppress(StorageError):
                self._journal.append(batch, at)
        saved = save(
            self.path, changes, last=self._last, before=lambda data: self._journal.mark(data, at)
        )
        with contextlib.suppress(StorageError):
            self._journal.empty(saved.data)
        return saved

    def _try_again_later(self) -> None:
        if not self._ending.is_set():
            self._retry.within(RETRY_SECONDS)

    async def _save_again(self) -> None:
        with contextlib.suppress(JackrfError):
            await self.save()
            self._say(f"{self.path} is saved now", 1)

    async def _keep_journal(self) -> None:
        while not self._ending.is_set():
            await self._moved.wait()
            self._moved.clear()
            pause = self._pause
            if not await self._write_journal():
                pause = RETRY_SECONDS
                self._moved.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._ending.wait()
        await self._write_journal()

    async def _write_journal(self) -> bool:
        """Write what is pending; return whether that worked."""
        async with self._disk:
            batch, whole = self._ledger.take_batch(), self.changes
            if not batch.values and not batch.wishes:
                return True
            try:
                await in_background(lambda: self._append(batch, whole))
            except StorageError as error:
                self._ledger.give_back(batch)
                self._complain(str(error))
                return False
            self._journal_error = None
            return True

    def _append(self, batch: Changes, whole: Changes) -> None:
        at = time.time()
        self._journal.append(batch, at)
        self._journal.compact(whole, at)

    def _complain(self, error: str) -> None:
        if error != self._journal_error:
            self._journal_error = error
            self._say(f"{error}; what is changed now is lost in a crash, until it is saved", 2)
