"""Opening a session's file: what is broken is told with its line, and the copy that is good."""

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from jackrf.errors import JackrfError, SessionError
from jackrf.sessions import backups
from jackrf.sessions.migration import FORMAT
from jackrf.sessions.reading import document_of, place, raw
from jackrf.sessions.session import Session, validated
from jackrf.sessions.store import content
from jackrf.sessions.writing import write


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that could be read.

    Attributes:
        session: what the file says.
        data: what the file holds.
        changed_at: wall-clock time of its last change, in seconds.
        restored: how it came back from a copy, in a line; empty if it was good.
    """

    session: Session
    data: bytes
    changed_at: float
    restored: str = ""


def open_session(path: Path, *, recover: bool = False) -> Opened:
    """Read a session.

    Args:
        path: of its file.
        recover: put the newest good copy in the place of a file that is broken or gone, and keep
            the broken one beside the copies.

    Raises:
        SessionError: it cannot be read or is wrong; a line names the newest good copy, if any.
        StorageError: the copy cannot be put in its place.
    """
    data: bytes | None = None
    try:
        data = raw(path)
        return Opened(validated(document_of(path, data)), data, path.stat().st_mtime)
    except SessionError as error:
        copy = newest_good_copy(path) if _is_broken(path, data) else None
        if copy is None:
            raise
        if not recover:
            raise SessionError(f"{error}\n{_offer(path, copy)}") from None
    return _restored(path, data, copy)


def newest_good_copy(path: Path) -> Path | None:
    """Return the newest copy of a session that can be opened, None if there is none."""
    for copy in backups.copies(path):
        with contextlib.suppress(JackrfError):
            validated(document_of(copy, content(copy)))
            return copy
    return None


def _is_broken(path: Path, data: bytes | None) -> bool:
    """Whether a copy may take the file's place: not if it is of a newer jackrf, or closed to us."""
    if data is None:
        return not os.path.lexists(path)
    with contextlib.suppress(SessionError):
        found = document_of(path, data).data.get("format")
        return not isinstance(found, int) or found <= FORMAT
    return True


def _offer(path: Path, copy: Path) -> str:
    return (
        f"{place(path)}: as it was {_when(copy)} it is in {place(copy)}; to start from that, with "
        f"all mixes muted: jackrf run --recover {place(path)}"
    )


def _restored(path: Path, broken: bytes | None, copy: Path) -> Opened:
    was = "it was gone"
    if broken is not None:
        was = f"the broken one is {place(backups.keep_for_good(path, 'broken', broken))}"
    data = content(copy)
    write(path, data)
    session = validated(document_of(path, data))
    line = f"{place(path)} is again as it was {_when(copy)}; {was}; all mixes are muted"
    return Opened(session, data, path.stat().st_mtime, line)


def _when(copy: Path) -> str:
    return time.strftime("on %d %B %Y at %H:%M:%S", time.localtime(copy.stat().st_mtime))
