"""A session in the folder that a session manager gave it: ``session.toml`` and ``backup/``.

A folder without a session gets a new one, silent until somebody raises a fader. A file that cannot
be read is never written. A save that fails leaves an emergency copy beside the file.
"""

import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from jackrf.errors import JackrfError, SessionError, StorageError
from jackrf.sessions import backups
from jackrf.sessions.nsm import ErrorCode, NsmError
from jackrf.sessions.opening import Opened, open_session
from jackrf.sessions.starting import starting_text
from jackrf.sessions.writing import make_folders, write

FILE = "session.toml"
"""The same in every project: an id in it would be another one in a duplicate."""
MOST_PROBLEMS = 3
"""A session manager shows one line: with more in it than this it is read by nobody."""


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

    def open(self, name: str) -> Opened:
        """Read the session, or make a new one.

        Args:
            name: of a new one.

        Raises:
            NsmError: it is broken, or cannot be made; nothing was changed.
        """
        try:
            if self._is_new():
                self._make(name)
            return open_session(self.path)
        except StorageError as error:
            raise NsmError(ErrorCode.GENERAL, str(error)) from None
        except SessionError as error:
            lines = str(error).splitlines()
            if len(lines) > MOST_PROBLEMS:
                lines[1:-1] = [f"{len(lines) - 2} more: jackrf check {self.path}"]
            raise NsmError(ErrorCode.BAD_PROJECT, "; ".join(lines)) from None

    def _is_new(self) -> bool:
        # Where there is a link or a copy there was a session once, and it may come back.
        there = self.path.is_symlink() or self.path.exists()
        return not there and not backups.copies(self.path)

    def _make(self, name: str) -> None:
        with contextlib.suppress(OSError):  # which `write` then explains
            make_folders(self.path.parent)
        write(self.path, starting_text(name).encode())

    async def keep_emergency_copy(self, save_copy: Callable[[Path], Awaitable[None]]) -> str:
        """Keep a copy of what could not be saved; return where it is, in words.

        Args:
            save_copy: writes one; from `jackrf.running.keeper.Keeper`.
        """
        for folder in (self.path.parent, self._spare):
            place = _free(folder)
            with contextlib.suppress(JackrfError):
                await save_copy(place)
                self.forget_emergency_copy()
                self.emergency = place
                break
        return f"all is in {self.emergency}" if self.emergency else "there is no copy either"

    def forget_emergency_copy(self) -> None:
        """Remove the emergency copy, now that the file has it all."""
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
