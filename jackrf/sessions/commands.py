"""`jackrf new`, `jackrf list` and `jackrf migrate`: what people do with session files."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from jackrf.errors import InputError, JackrfError, SessionError
from jackrf.sessions import backups, shipped
from jackrf.sessions.editing import Editor, Setting, toml
from jackrf.sessions.journal import journal_of
from jackrf.sessions.migration import FORMAT
from jackrf.sessions.reading import document_of, place, plain_text, raw
from jackrf.sessions.session import Session, validated
from jackrf.sessions.starting import LONGEST_NAME, starting_text
from jackrf.sessions.store import upgrade
from jackrf.sessions.writing import write

ENDING = ".toml"
PIPE_WIDTH = 1000
"""Characters of a line for a file or a pipe."""
_DIRECTIVE = "#:schema "


def new(path: Path, *, like: str | None, name: str | None, inputs: int, mixes: int) -> None:
    """Make a session file to start from.

    Args:
        path: of a file that is not there yet; ``.toml`` is added if it has no ending.
        like: name of a session that comes with jackrf, to take all from; None for silent mixes.
        name: for people; by default made from the file's name.
        inputs: how many, 1 to 64, if it is like nothing.
        mixes: how many, 1 to 32, if it is like nothing.

    Raises:
        InputError: there is such a file, or no such session to take after.
        StorageError: it cannot be written.
    """
    path = path if path.suffix else path.with_name(path.name + ENDING)
    if os.path.lexists(path):
        raise InputError(f"{place(path)} is there already: give the path of a new file")
    title = name or path.stem.replace("-", " ").replace("_", " ").strip()
    if like is None:
        text = starting_text(title, inputs, mixes)
    else:
        text = _named(shipped.shipped_session(like).read_text(encoding="utf-8"), title)
    validated(document_of(path, text.encode()))
    write(path, text.encode())
    print(f"{place(path)} is made. Edit it; jackrf check {path} says what it opens")


def list_sessions(folder: Path) -> None:
    """Print the sessions of a folder, and those that come with jackrf.

    Raises:
        InputError: there is no such folder.
    """
    if not folder.is_dir():
        raise InputError(f"{place(folder)}: no such folder")
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    console = Console(markup=False, emoji=False, highlight=False, width=width)
    rows = [row for path in sorted(folder.glob(f"*{ENDING}")) for row in _row(path)]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for column in ("file", "name", "inputs", "mixes", "changed", "copies", "state"):
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table if rows else f"no sessions in {place(folder)}: jackrf new NAME makes one")
    known = ", ".join(path.stem for path in sorted(shipped.folder().glob(f"*{ENDING}")))
    console.print(f"\nTo start from, with jackrf new NAME --like: {known}")


def migrate(path: Path) -> None:
    """Write a session of an older format in the present one, and keep the old file.

    Raises:
        SessionError: it is wrong, or of a newer format.
        StorageError: it cannot be written.
    """
    old = upgrade(path)
    if old is None:
        print(f"{place(path)} is of format {FORMAT} already: nothing to do")
    else:
        print(f"{place(path)} is of format {FORMAT} now; as it was it is in {place(old)}")


def _named(text: str, name: str) -> str:
    """Return the text of a session under another name, without the way to its schema."""
    lines = text.splitlines(keepends=True)
    while lines and (lines[0].startswith(_DIRECTIVE) or lines[0].strip() == "#"):
        del lines[0]
    editor = Editor("".join(lines))
    editor.put(("name",), Setting(toml(name[:LONGEST_NAME])))
    return editor.text()


def _row(path: Path) -> Iterator[tuple[str, ...]]:
    """Yield the row of a session; nothing if the file is none."""
    changed = time.strftime("%Y-%m-%d %H:%M", time.localtime(path.stat().st_mtime))
    copies = str(len(backups.copies(path)))
    try:
        session, state = _read(path), "good"
    except SessionError as error:
        if _looks_like_one(path):
            first = str(error).splitlines()[0].removeprefix(f"{place(path)}:")
            yield path.name, "", "", "", changed, copies, f"broken: line {first}"
        return
    with contextlib.suppress(FileNotFoundError):
        if journal_of(path).stat().st_size:
            state = "changes not saved"
    inputs, mixes = str(len(session.inputs)), str(len(session.mixes))
    yield path.name, session.name, inputs, mixes, changed, copies, state


def _read(path: Path) -> Session:
    return validated(document_of(path, raw(path)))


def _looks_like_one(path: Path) -> bool:
    try:
        text = plain_text(raw(path))
    except (JackrfError, ValueError):
        return False
    return "\n[inputs" in text or "\n[mixes" in text
