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
_PLAIN = re.compile(
    r"""
      [ \t]* (?P<key> [A-Za-z0-9_-]+ ) [ \t]* = [ \t]*
      (?P<value> [^\s\[{\#"']+ | "[^"\\\n]*" | \{ [^\n\[\]{}\#"']* \} )
      [ \t]* (?P<comment> \#[^\n]* )? \n
    """,
    re.VERBOSE,
)
"""What most lines are: a bare key, a value without lists, a comment. Read at once, for speed."""
_NESTED = re.compile(r"[\[\]{}\#\"']")


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
    whole = text if text.endswith("\n") else text + "\n"
    last_elements: dict[Location, int] = {}
    table: Location = ()
    at, line = 0, 1
    while at < len(whole):
        plain = _PLAIN.match(whole, at)
        if plain:
            location = (*table, plain["key"])
            value = slice(*plain.span("value"))
            end = min(plain.end(), len(text))
            yield Statement(location, table, line, at, end, value, plain["comment"] is not None)
            at, line = plain.end(), line + 1
            continue
        row = _row(whole, at)
        end = min(row.end, len(text))
        if row.head.startswith("["):
            is_element = row.head.startswith("[[")
            parts = key_parts(row.head[2:-2] if is_element else row.head[1:-1])
            table = _header(parts, last_elements, is_element=is_element)
            yield Statement(table, table, line, at, end, None, row.commented)
        elif row.head:
            location = (*table, *key_parts(row.head))
            yield Statement(location, table, line, at, end, row.value, row.commented)
        at, line = row.end, line + whole.count("\n", at, row.end)


def pieces(table: str) -> list[Piece]:
    """Take an inline table apart, `{` and `}` included; joined by commas it is the same again."""
    found: list[Piece] = []
    if not _NESTED.search(table, 1, len(table) - 1):
        return [_plain_piece(text) for text in table[1:-1].split(",") if text.strip()]
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


def _plain_piece(text: str) -> Piece:
    equals = text.index("=")
    return Piece(text, key_parts(text[:equals]), _trimmed(text, equals + 1, len(text)))


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


@dataclass(frozen=True, slots=True)
class _Row:
    """A line, or the lines of one statement; without a head if there is none.

    Attributes:
        head: what is before ``=``, or the whole header.
        value: what is behind ``=``, without blanks and comment.
        end: offset after its last line end.
        commented: whether there is a comment.
    """

    head: str
    value: slice
    end: int
    commented: bool


def _row(text: str, start: int) -> _Row:
    depth, head, commented = 0, "", False
    value_start = value_end = 0
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "newline" and depth == 0:
            break
        if kind == "equals" and not value_start:
            value_start = value_end = match.end()
        elif kind == "comment":
            commented = True
        elif value_start:
            value_end = match.end()
        else:
            head += match.group()
    return _Row(head.strip(), _trimmed(text, value_start, value_end), match.end(), commented)


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
