"""Where everything stands in a TOML text: each statement with its key, its value and its lines.

`tomllib` gives values without their places. This reads the same text again, only as far as it
takes to tell keys from values and values from comments, so that one value can be replaced and
every other character stays.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jackrf.sessions.tables import Location

_TOKEN = re.compile(
    r'''
      (?P<newline> \n )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<equals> = )
    | (?P<comma> , )
    | (?P<comment> \#[^\n]* )
    | """ (?: \\. | [^\\] )*? "{3,5}     # up to two quotes may stand before the closing three
    | \'\'\' .*? \'{3,5}
    | " (?: \\. | [^"\\] )* "
    | ' [^']* '
    | [^\n\[\]{}=,\#"']+
    ''',
    re.VERBOSE | re.DOTALL,
)
_BARE = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A header, or a key with its value.

    Attributes:
        location: what it sets, from the top of the text.
        table: of the header that it stands under; its own location for a header.
        line: its first line, from 1.
        start: offset of its first line.
        end: offset after its last line, line end included.
        value: offsets of the value; None for a header.
        commented: whether a comment stands behind it, or inside its value.
    """

    location: Location
    table: Location
    line: int
    start: int
    end: int
    value: slice | None
    commented: bool

    @property
    def is_header(self) -> bool:
        """Whether it opens a table."""
        return self.value is None


@dataclass(frozen=True, slots=True)
class Piece:
    """A key and value of an inline table, with the blanks around them.

    Attributes:
        text: what stands between two commas.
        key: its parts.
        value: offsets of the value in the text.
    """

    text: str
    key: Location
    value: slice

    @property
    def value_text(self) -> str:
        """The value as it is written."""
        return self.text[self.value]

    def with_value(self, value: str) -> "Piece":
        """Return the same piece with another value."""
        text = self.text[: self.value.start] + value + self.text[self.value.stop :]
        return Piece(text, self.key, slice(self.value.start, self.value.start + len(value)))


def statements(text: str) -> Iterator[Statement]:
    """Yield every statement of a text.

    Args:
        text: valid TOML, lines ending in LF.
    """
    last_elements: dict[Location, int] = {}
    table: Location = ()
    for head, row in _rows(text):
        if head.startswith("["):
            is_element = head.startswith("[[")
            parts = key_parts(head[2:-2] if is_element else head[1:-1])
            table = _header(parts, last_elements, is_element=is_element)
            yield Statement(table, table, row.line, row.start, row.end, None, row.commented)
        else:
            location = (*table, *key_parts(head))
            value = _trimmed(text, row.value_start, row.value_end)
            yield Statement(location, table, row.line, row.start, row.end, value, row.commented)


def pieces(table: str) -> list[Piece]:
    """Take an inline table apart, `{` and `}` included; joined by commas it is the same again."""
    found: list[Piece] = []
    depth, start, equals = 0, 1, 0
    for match in _TOKEN.finditer(table):
        kind, place = match.lastgroup, match.start()
        depth += (kind == "open") - (kind == "close")
        if depth == 1 and kind == "equals" and not equals:
            equals = place
        if (depth == 1 and kind == "comma") or depth == 0:
            text = table[start:place]
            if text.strip():
                value = _trimmed(text, equals + 1 - start, len(text))
                found.append(Piece(text, key_parts(text[: equals - start]), value))
            start, equals = place + 1, 0
    return found


def key_parts(key: str) -> Location:
    """Return the parts of a key as TOML writes it, dotted and quoted ones too."""
    bare = key.strip()
    if _BARE.fullmatch(bare):
        return (bare,)
    parts = []
    table: Any = tomllib.loads(f"{bare} = 0")
    while isinstance(table, dict):
        [(part, table)] = table.items()
        parts.append(part)
    return tuple(parts)


@dataclass(slots=True)
class _Row:
    line: int
    start: int
    end: int = 0
    value_start: int = 0
    value_end: int = 0
    commented: bool = False


def _rows(text: str) -> Iterator[tuple[str, _Row]]:
    """Yield the head of each statement, what is before ``=`` or the whole header, with its row."""
    line, depth, head = 1, 0, ""
    row = _Row(1, 0)
    for match in _TOKEN.finditer(text if text.endswith("\n") else text + "\n"):
        token, kind = match.group(), match.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "newline" and depth == 0:
            if head.strip():
                row.end = min(match.end(), len(text))
                yield head.strip(), row
            row, head = _Row(line + 1, match.end()), ""
        elif kind == "equals" and not row.value_start:
            row.value_start = row.value_end = match.end()
        elif kind == "comment":
            row.commented = True
        elif row.value_start:
            row.value_end = match.end()
        else:
            head += token
        line += token.count("\n")


def _trimmed(text: str, start: int, end: int) -> slice:
    written = text[start:end]
    start += len(written) - len(written.lstrip())
    return slice(start, start + len(written.strip()))


def _header(parts: Location, last_elements: dict[Location, int], *, is_element: bool) -> Location:
    location: Location = ()
    for number, part in enumerate(parts, 1):
        location = (*location, part)
        if is_element and number == len(parts):
            last_elements[location] = last_elements.get(location, -1) + 1
        if location in last_elements:
            location = (*location, last_elements[location])
    return location
