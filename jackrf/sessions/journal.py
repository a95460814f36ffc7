"""The journal: what changed since the last save, on the disk within a second, for a power cut.

``backup/NAME.journal`` holds one line of JSON for each batch of changes. It is only ever appended
to, emptied by a save, and read at the next start::

    {"journal": 1, "session": "band.toml", "of": "5f1c..."}
    {"at": 1795355049.12, "set": [["drums", "kick", "gain", -6.0], [null, "vox", "mute", true]]}
    {"at": 1795355050.70, "set": [], "connect": [[null, "kick", "connect", ["a:b"]]]}
    {"at": 1795355061.33, "saving": "a04e..."}

``of`` says on which content of the session's file the changes were made, ``saving`` which content
is about to replace it: what stands before that line is in the file if it holds that content. A
last line that was torn by the power cut is ignored.

It belongs to the jackrf that has it locked. What that one leaves, the next one takes up; another
that has run beside it all the time adds its own to it, and removes nothing.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jackrf.errors import StorageError
from jackrf.parameters import Place, Value
from jackrf.sessions import backups
from jackrf.sessions.journal_lines import (
    Line,
    changes_line,
    line_of,
    number_in,
    parsed_line,
    values_in,
    wishes_in,
)
from jackrf.sessions.store import Changes, digest
from jackrf.sessions.writing import lock, sync_folder, trouble, write_all

VERSION = 1
LONGEST = 1 << 20
"""Bytes after which a journal is written anew, with one line for all that it says."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a journal holds.

    Attributes:
        changes: made after the file was written.
        last: wall-clock time of the last of them, in seconds; 0 if there are none.
        older: lines of changes that are older than the file, and were left out.
    """

    changes: Changes = field(default_factory=Changes)
    last: float = 0.0
    older: int = 0


def journal_of(path: Path) -> Path:
    """Return the path of a session's journal."""
    real = Path(os.path.realpath(path))
    return backups.folder_of(path) / f"{real.stem}.journal"


class Journal:
    """The journal of a session, to write to. Nothing is written before there is a change.

    Every method may wait for the disk: call them from a thread of their own, one at a time.

    Args:
        session: path of the session's file.
        base: what that file held when the desk was made of it, or when it was last saved.
    """

    def __init__(self, session: Path, base: bytes) -> None:
        self.path = journal_of(session)
        self._session = session
        self._base = digest(base)
        self._file: int | None = None
        self._is_shared = False
        """Whether it also holds what another jackrf, which has ended, did not save."""

    def take(self) -> None:
        """Take what is there for ours: it was recovered. Then a save empties it."""
        if self._file is None and self.path.exists():
            with contextlib.suppress(OSError, StorageError):
                self._file = _open_locked(self.path)

    def append(self, changes: Changes, at: float) -> None:
        """Write a batch of changes to the disk.

        Args:
            changes: what is different since the last batch.
            at: wall-clock time in seconds.

        Raises:
            StorageError: it cannot be written, or another jackrf writes to it.
        """
        self._write(changes_line(changes, at))

    def compact(self, changes: Changes, at: float) -> None:
        """Write the journal anew when it has become long.

        Args:
            changes: all that there are since the last save.
            at: wall-clock time in seconds.

        Raises:
            StorageError: it cannot be written; the long one is untouched.
        """
        if self._file is None or self._is_shared or os.fstat(self._file).st_size <= LONGEST:
            return
        new = self.path.with_name(f".{self.path.name}.new")
        with contextlib.ExitStack() as stack:
            try:
                file = _open_locked(new)
                stack.callback(os.close, file)
                os.ftruncate(file, 0)
                write_all(file, self._header() + changes_line(changes, at))
                os.fsync(file)
                new.replace(self.path)
                sync_folder(self.path.parent)
            except OSError as error:
                raise trouble(self.path, error) from error
            stack.pop_all()
        os.close(self._file)
        self._file = file

    def mark(self, data: bytes, at: float) -> None:
        """Note what the session's file is about to hold, if there is anything in the journal.

        Raises:
            StorageError: it cannot be written.
        """
        if self._file is not None:
            self._write(line_of({"at": round(at, 2), "saving": digest(data)}))

    def empty(self, data: bytes) -> None:
        """Start afresh after a save; what another jackrf did not save is put aside.

        Args:
            data: what the session's file holds now.

        Raises:
            StorageError: it cannot be written.
        """
        self._base = digest(data)
        if self._is_shared:
            put_aside(self._session)
            self.close()
        elif self._file is not None:
            try:
                os.ftruncate(self._file, 0)
                os.fsync(self._file)
            except OSError as error:
                raise trouble(self.path, error) from error

    def close(self) -> None:
        """Let go of the journal; an empty one is removed. Harmless when called again."""
        if self._file is None:
            return
        file, self._file, self._is_shared = self._file, None, False
        with contextlib.suppress(OSError):
            if os.fstat(file).st_size == 0:
                self.path.unlink()
        os.close(file)

    def _write(self, line: bytes) -> None:
        try:
            if self._file is None:
                backups.make_folder(self._session)
                self._file = _open_locked(self.path)
                self._is_shared = os.fstat(self._file).st_size > 0
                sync_folder(self.path.parent)
            _append(self._file, line, self._header())
        except OSError as error:
            raise trouble(self.path, error) from error

    def _header(self) -> bytes:
        return line_of({"journal": VERSION, "session": self._session.name, "of": self._base})


def recovered(session: Path, data: bytes, changed_at: float) -> Recovered:
    """Read from a session's journal what is younger than its file.

    Args:
        session: path of the file.
        data: what the file holds.
        changed_at: wall-clock time of the file's last change, in seconds. It counts only if the
            journal knows nothing of this content: then somebody else wrote it.

    Raises:
        StorageError: another jackrf has the session open and writes to the journal.
    """
    lines = list(_lines(session))
    held, header = digest(data), lines[0] if lines else {}
    if header.get("journal") != VERSION:
        return Recovered(older=len(lines))
    saves = [number for number, line in enumerate(lines) if line.get("saving") == held]
    start = saves[-1] if saves else 0
    is_known = bool(saves) or header.get("of") == held
    batches = [line for line in lines[start:] if "set" in line]
    young = [b for b in batches if is_known or number_in(b.get("at")) > changed_at]
    values: dict[Place, Value] = {}
    wishes: dict[Place, list[str]] = {}
    for batch in young:
        values |= values_in(batch.get("set"))
        wishes |= wishes_in(batch.get("connect"))
    last = number_in(young[-1].get("at")) if young else 0.0
    return Recovered(Changes(values, wishes), last, len(batches) - len(young))


def put_aside(session: Path) -> Path | None:
    """Rename a journal that is not to be recovered; return where it is now, None if none is."""
    path = journal_of(session)
    aside = path.with_name(path.name + ".old")
    try:
        path.replace(aside)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise trouble(path, error) from error
    return aside


def _append(file: int, line: bytes, header: bytes) -> None:
    size = os.fstat(file).st_size
    if size == 0:
        line = header + line
    elif os.pread(file, 1, size - 1) != b"\n":
        line = b"\n" + line
    try:
        write_all(file, line)
        os.fsync(file)
    except OSError:
        # A full disk takes the beginning of a line: nothing is to be glued to it.
        with contextlib.suppress(OSError):
            os.ftruncate(file, size)
        raise


def _open_locked(path: Path) -> int:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            lock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            raise _in_use(path) from None
        # Whoever had it until now may have removed it, or put another one in its place.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file)):
                return file
        os.close(file)


def _in_use(path: Path) -> StorageError:
    return StorageError(f"{path} is in use: another jackrf has this session open")


def _lines(session: Path) -> Iterator[Line]:
    path = journal_of(session)
    try:
        with path.open("rb") as file:
            lock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
            whole = file.read()
    except FileNotFoundError:
        return
    except BlockingIOError:
        raise _in_use(path) from None
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error
    found = (parsed_line(line) for line in whole.split(b"\n"))
    yield from (line for line in found if line is not None)
