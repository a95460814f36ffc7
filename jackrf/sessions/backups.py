"""What a session's file held before: ten copies in ``backup/`` beside it, the newest last.

Every text that jackrf wrote, and every text that it found where its own was, is kept as
``backup/NAME.0001.toml``, ``NAME.0002.toml``, ... A file of an older format is kept as
``NAME.format-1.toml`` for good. The folder holds a ``.gitignore`` that ignores the folder.
"""

import contextlib
import os
import re
from pathlib import Path

from jackrf.sessions.writing import sync_folder, trouble, write

KEPT = 10
"""Copies of each session."""


def folder_of(path: Path) -> Path:
    """Return the folder where a session's copies are, beside the file that a link leads to."""
    return Path(os.path.realpath(path)).parent / "backup"


def make_folder(path: Path) -> Path:
    """Make the folder of a session's copies.

    Raises:
        StorageError: it cannot be made.
    """
    folder = folder_of(path)
    try:
        if not folder.is_dir():
            folder.mkdir()
            sync_folder(folder.parent)
        ignore = folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
    except OSError as error:
        raise trouble(folder / path.name, error) from error
    return folder


def named(path: Path, label: str) -> Path:
    """Return the path of a copy with a label of its own, such as ``band.broken.toml``."""
    real = Path(os.path.realpath(path))
    return folder_of(path) / f"{real.stem}.{label}{real.suffix}"


def copies(path: Path) -> list[Path]:
    """Return a session's numbered copies, newest first."""
    return [copy for _, copy in _numbered(path)]


def keep(path: Path, data: bytes) -> None:
    """Keep a copy of what the file holds or is to hold; the same as the newest is kept once.

    Raises:
        StorageError: it cannot be written.
    """
    known = _numbered(path)
    if known and _content(known[0][1]) == data:
        return
    make_folder(path)
    number = known[0][0] + 1 if known else 1
    write(named(path, f"{number:04d}"), data)
    for _, old in known[KEPT - 1 :]:
        with contextlib.suppress(OSError):
            old.unlink()


def keep_for_good(path: Path, label: str, data: bytes) -> Path:
    """Keep a copy that no newer one pushes out; return its path.

    Args:
        path: of the session.
        label: in the copy's name; a number is added where that name holds something else.
        data: what the file held.

    Raises:
        StorageError: it cannot be written.
    """
    make_folder(path)
    copy, number = named(path, label), 1
    while copy.exists() and _content(copy) != data:
        number += 1
        copy = named(path, f"{label}-{number}")
    if not copy.exists():
        write(copy, data)
    return copy


def _numbered(path: Path) -> list[tuple[int, Path]]:
    real = Path(os.path.realpath(path))
    pattern = re.compile(rf"{re.escape(real.stem)}\.(\d{{4,}}){re.escape(real.suffix)}")
    found = []
    with contextlib.suppress(OSError):
        for copy in folder_of(path).iterdir():
            match = pattern.fullmatch(copy.name)
            if match:
                found.append((int(match[1]), copy))
    return sorted(found, reverse=True)


def _content(copy: Path) -> bytes | None:
    with contextlib.suppress(OSError):
        return copy.read_bytes()
    return None
