"""A session in the folder that a session manager gave it: ``session.toml`` and ``backup/``.

A folder without a session gets a new one, silent until somebody raises a fader. A file that cannot
be read is never written; a save that fails leaves an emergency copy beside the file.
"""

import contextlib
from pathlib import Path

from jackrf.errors import JackrfError, SessionError, StorageError
from jackrf.sessions import backups
from jackrf.sessions.nsm import ErrorCode, NsmError
from jackrf.sessions.session import Session, load
from jackrf.sessions.starting import starting_text
from jackrf.sessions.store import Changes, content, save, save_copy
from jackrf.sessions.writing import write

FILE = "session.toml"
"""The same in every project: an id in it would be another one in a duplicate."""


class Project:
    """The files of one session.

    Args:
        folder: where the session manager wants them; it may not be there yet.
        spare: a folder for the emergency copy where `folder` takes none.

    Attributes:
        path: of the session's file.
        emergency: the copy that the last save left because it failed.
    """

    def __init__(self, folder: Path, spare: Path) -> None:
        self.path = folder / FILE
        self.emergency: Path | None = None
        self._spare = spare
        self._last = b""

    def open(self, name: str) -> Session:
        """Read the session, or make a new one.

        Args:
            name: of a new one.

        Raises:
            NsmError: it is broken, or cannot be made; nothing was changed.
        """
        try:
            if not self.path.is_symlink() and not self.path.exists():
                self._make(name)
            self._last = content(self.path)
            return load(self.path)
        except StorageError as error:
            raise NsmError(ErrorCode.GENERAL, str(error)) from None
        except SessionError as error:
            first, *others = str(error).splitlines()
            more = f" (and {len(others)} more: jackrf check {self.path})" if others else ""
            raise NsmError(ErrorCode.BAD_PROJECT, first + more) from None

    def _make(self, name: str) -> None:
        kept = backups.copies(self.path)
        if kept:
            raise NsmError(
                ErrorCode.BAD_PROJECT,
                f"{self.path} is gone, and {kept[0]} is what it was: copy that to its place",
            )
        with contextlib.suppress(OSError):  # which `write` then explains
            self.path.parent.mkdir(parents=True, exist_ok=True)
        write(self.path, starting_text(name).encode())

    def save(self, changes: Changes) -> None:
        """Write the session; it is on the disk when this returns.

        Args:
            changes: made since `open`.

        Raises:
            JackrfError: it could not be written; the file is as it was, and the text says where
                the emergency copy is.
        """
        try:
            self._last = save(self.path, changes, last=self._last).data
        except JackrfError as error:
            self._keep_emergency_copy(changes)
            where = f"all is in {self.emergency}" if self.emergency else "there is no copy either"
            raise StorageError(f"{error}; {where}; it is tried again") from None
        self._forget_emergency_copy()

    def _keep_emergency_copy(self, changes: Changes) -> None:
        for folder in (self.path.parent, self._spare):
            place = _free(folder)
            with contextlib.suppress(JackrfError):
                save_copy(place, changes, last=self._last)
                self._forget_emergency_copy()
                self.emergency = place
                return

    def _forget_emergency_copy(self) -> None:
        if self.emergency is not None:
            with contextlib.suppress(OSError):
                self.emergency.unlink()
            self.emergency = None


def _free(folder: Path) -> Path:
    """Return a path for a copy that is not there: one of an earlier run is kept."""
    number = 1
    while (place := folder / f"session.emergency-{number}.toml").exists():
        number += 1
    return place
