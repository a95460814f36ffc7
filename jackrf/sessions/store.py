"""Saving: what changed on the desk goes into the session's file, and nothing else.

The file is read anew for each save. What a person wrote into it meanwhile stays, unless the desk
changed the very same value; what is no session any more, or of a newer format, is left alone.
"""

import hashlib
import os
from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jackrf.errors import InputError, SessionError, StorageError
from jackrf.parameters import Place, Value
from jackrf.sessions import backups
from jackrf.sessions.document import Wishes, edited, has_place, parsed
from jackrf.sessions.migration import FORMAT, migrated
from jackrf.sessions.reading import document_of, plain_text, raw
from jackrf.sessions.session import validated
from jackrf.sessions.writing import write


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between a desk and its file.

    Attributes:
        values: by place.
        wishes: the ports to connect to, by place.
    """

    values: Mapping[Place, Value] = field(default_factory=dict)
    wishes: Wishes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did.

    Attributes:
        data: what the file holds now.
        is_new: whether that is another content than before.
        left_out: changes of inputs and mixes that the file has no longer.
    """

    data: bytes
    is_new: bool
    left_out: tuple[str, ...]


def digest(data: bytes) -> str:
    """Return what tells one content of a file from another."""
    return hashlib.sha256(data).hexdigest()[:32]


def content(path: Path) -> bytes:
    """Return all that a file holds.

    Raises:
        StorageError: it cannot be read.
    """
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise StorageError(f"{path} cannot be read: {error.strerror}") from error


def save(
    path: Path,
    changes: Changes,
    *,
    last: bytes,
    before: Callable[[bytes], object] = lambda _: None,
) -> Saved:
    """Bring a session's file up to the desk; it is on the disk when this returns.

    Args:
        path: of the session.
        changes: made on the desk since the file was read or saved.
        last: what the file held then; it is written again if the file is gone.
        before: is told what the file is about to hold.

    Raises:
        StorageError: it cannot be written; the old file is untouched.
        SessionError: the file holds no session any more, or one of a newer format.
    """
    present = content(path) if path.exists() else None
    base = last if present is None else present
    text = plain_text(base) if base == last else _text_of_somebody(path, base)
    data = parsed(text)
    values = {p: value for p, value in changes.values.items() if has_place(data, p)}
    wishes = {p: peers for p, peers in changes.wishes.items() if has_place(data, p)}
    gone = {str(p) for p in {*changes.values, *changes.wishes} - {*values, *wishes}}
    new = edited(text, values, wishes)
    result = base if new == text else _as_before(new, base)
    if result != present:
        before(result)
        _replace(path, present, result)
    return Saved(result, result != present, tuple(sorted(gone)))


def save_copy(path: Path, changes: Changes, *, last: bytes) -> bytes:
    """Write a session as it is on the desk to another file, which is not there yet.

    Args:
        path: of the new file.
        changes: made on the desk since its own file was read or saved.
        last: what that file held then.

    Raises:
        StorageError: it cannot be written.
        InputError: there is such a file.
    """
    if os.path.lexists(path):
        raise InputError(f"{path} is there already: give the path of a new file")
    data = _as_before(edited(plain_text(last), changes.values, changes.wishes), last)
    write(path, data)
    return data


def upgrade(path: Path) -> Path | None:
    """Write a session of an older format in the present one.

    Returns:
        Where the old file is kept; None if the session is of the present format already.

    Raises:
        SessionError: it is wrong, or of a newer format.
        StorageError: it cannot be written.
    """
    data = raw(path)
    document = document_of(path, data)
    validated(document)
    text = migrated(document.text, document.data)
    if text == document.text:
        return None
    _replace(path, data, _as_before(text, data))
    return backups.named(path, f"format-{document.data['format']}")


def _text_of_somebody(path: Path, data: bytes) -> str:
    try:
        document = document_of(path, data)
        validated(document)
    except SessionError as error:
        first, *_ = str(error).splitlines()
        raise SessionError(
            f"not saved, for somebody has changed the file: {first}; mend it, or save the desk "
            "to another file: jackrf save --to FILE"
        ) from None
    return document.text


def _as_before(text: str, before: bytes) -> bytes:
    """Return a text as bytes, with the line ends and the byte order mark of what was before."""
    is_dos = before.count(b"\r\n") == before.count(b"\n") > 0
    data = (text.replace("\n", "\r\n") if is_dos else text).encode()
    return BOM_UTF8 + data if before.startswith(BOM_UTF8) else data


def _replace(path: Path, present: bytes | None, data: bytes) -> None:
    if present is not None:
        found = parsed(plain_text(present))["format"]
        if found != FORMAT:
            backups.keep_for_good(path, f"format-{found}", present)
        backups.keep(path, present)
    backups.keep(path, data)
    write(path, data)
