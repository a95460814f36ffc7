"""Reading a TOML file so that whatever is wrong with it becomes whole lines a person can act on.

A line reads ``FILE:LINE: KEY = FOUND: what is wrong or allowed, and the remedy``.
"""

import re
import tomllib
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from jackrf.errors import SessionError
from jackrf.sessions.lines import line_numbers, line_of
from jackrf.sessions.tables import BAD_KEY, TOLD, Location, dotted, nearest, quoted

_LONGEST_FOUND = 60
_TOML_PLACE = re.compile(
    r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Document:
    """A TOML file that could be read."""

    path: Path
    text: str
    data: dict[str, Any]

    def explain(self, error: ValidationError) -> str:
        """Return all problems that validation found, one line each, in the order of the file."""
        lines = line_numbers(self.text)
        rows: list[tuple[int, str]] = []
        for problem in error.errors(include_url=False):
            location, found = problem["loc"], f" = {shown(problem['input'])}"
            if problem["type"] == BAD_KEY:
                location, found = location[:-1], ""
            elif problem["type"] == TOLD:
                found = ""
            line = line_of(location, lines) or 0
            text = f"{dotted(location)}{found}: {problem['msg']}"
            rows.append((line, f"{place(self.path, line)}: {text}"))
        return "\n".join(text for _, text in sorted(rows, key=itemgetter(0)))

    def at(self, location: Location) -> str:
        """Return file and line of a location, as an error line begins."""
        return place(self.path, line_of(location, line_numbers(self.text)) or 0)


def read(path: Path) -> Document:
    """Read a TOML file.

    Raises:
        SessionError: it cannot be read, is not UTF-8, or is not TOML.
    """
    return document_of(path, raw(path))


def raw(path: Path) -> bytes:
    """Return all that a file holds.

    Raises:
        SessionError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise SessionError(f"{place(path)}: {_unreadable(path, error)}") from None


def document_of(path: Path, data: bytes) -> Document:
    """Read the content of a TOML file.

    Args:
        path: of the file, for messages.
        data: what it holds.

    Raises:
        SessionError: it is not UTF-8, or is not TOML.
    """
    try:
        text = plain_text(data)
        return Document(path, text, tomllib.loads(text))
    except UnicodeDecodeError as error:
        raise SessionError(_not_utf8(path, error)) from None
    except RecursionError:
        raise SessionError(f"{place(path)}: tables or lists too deep in each other") from None
    except ValueError as error:
        raise SessionError(_not_toml(path, text, error)) from None


def plain_text(data: bytes) -> str:
    """Return the text of a file, lines ending in LF, without what some editors put before it."""
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def place(path: Path, line: int = 0, column: int = 0) -> str:
    """Return ``FILE``, ``FILE:LINE`` or ``FILE:LINE:COLUMN``, as editors and compilers write it."""
    name = str(path) if str(path).isprintable() else quoted(str(path))
    return ":".join([name, *(str(number) for number in (line, column) if number)])


def shown(value: object) -> str:
    """Return a value as it stands in a TOML file, on one line, long ones cut or described."""
    if isinstance(value, dict):
        return f"(a table of {len(value)})" if value else "(an empty table)"
    if isinstance(value, list):
        return f"(a list of {len(value)})" if value else "[]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 64:
        return "(an integer of more than 64 bits)"
    if isinstance(value, str):
        cut = value[:_LONGEST_FOUND]
        return quoted(cut) + ("..." if cut != value else "")
    return str(value)


def _unreadable(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        beside = [str(other) for other in path.parent.glob("*.toml")]
        near = nearest(str(path), beside)
        return f"no such file{near or '; give the path of a session file'}"
    if isinstance(error, IsADirectoryError):
        inside = sorted(path.glob("*.toml"))
        example = f", such as {place(inside[0])}" if inside else ""
        return f"a folder, not a session file; give the path of a file{example}"
    if isinstance(error, PermissionError):
        return "you may not read it; mend with: chmod u+r, or ask its owner"
    return f"cannot be read: {error.strerror}"


def _not_utf8(path: Path, error: UnicodeDecodeError) -> str:
    before = error.object[: error.start]
    byte = error.object[error.start]
    where = place(path, before.count(b"\n") + 1)
    return f"{where}: byte 0x{byte:02x} is not UTF-8 text; save the file as UTF-8"


def _not_toml(path: Path, text: str, error: ValueError) -> str:
    match = _TOML_PLACE.fullmatch(str(error))
    if match is None:  # the one thing that tomllib leaves to int()
        return f"{place(path)}: not TOML: an integer of thousands of digits; shorten it"
    rows = text.rstrip().split("\n")
    line = min(int(match["line"] or len(rows)), len(rows))
    column = min(int(match["column"] or len(rows[-1]) + 1), len(rows[line - 1]) + 1)
    found = shown(rows[line - 1].strip())
    return f"{place(path, line, column)}: not TOML: {match['what']}; mend the line {found}"
