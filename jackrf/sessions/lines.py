"""On which line of a TOML text each key stands, so that an error can say where to look.

`tomllib` gives values without their places. This reads the same text again, only as far as it
takes to tell keys from values.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from jackrf.sessions.tables import Location

_TOKEN = re.compile(
    r'''
      (?P<newline> \n )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<equals> = )
    | (?P<comment> \#[^\n]* )
    | """ (?: \\. | [^\\] )*? "{3,5}     # up to two quotes may stand before the closing three
    | \'\'\' .*? \'{3,5}
    | " (?: \\. | [^"\\] )* "
    | ' [^']* '
    | [^\n\[\]{}=\#"']+
    ''',
    re.VERBOSE | re.DOTALL,
)


def line_numbers(text: str) -> dict[Location, int]:
    """Return the line, from 1, on which each key and each table of a TOML text first stands.

    Args:
        text: valid TOML. Keys of inline tables are not listed: they stand on the line of the key
            that holds the table, so that the longest listed beginning of a location has its line.
    """
    lines: dict[Location, int] = {}
    last_elements: dict[Location, int] = {}
    table: Location = ()
    for number, head in _statements(text):
        if head.startswith("[["):
            table = location = _header(_parts(head[2:-2]), last_elements, is_element=True)
        elif head.startswith("["):
            table = location = _header(_parts(head[1:-1]), last_elements, is_element=False)
        else:
            location = (*table, *_parts(head))
        for length in range(1, len(location) + 1):
            lines.setdefault(location[:length], number)
    return lines


def line_of(location: Location, lines: dict[Location, int]) -> int | None:
    """Return the line of the nearest thing to a location that has one, or None."""
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return None


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the head of each statement: what is before ``=``, or the whole header."""
    line, first, depth, head, in_value = 1, 1, 0, "", False
    for match in _TOKEN.finditer(text + "\n"):
        token, kind = match.group(), match.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "newline" and depth == 0:
            if head.strip():
                yield first, head.strip()
            first, head, in_value = line + 1, "", False
        elif kind == "equals":
            in_value = True
        elif kind != "comment" and not in_value:
            head += token
        line += token.count("\n")


def _parts(key: str) -> list[str]:
    parts = []
    table: Any = tomllib.loads(f"{key} = 0")
    while isinstance(table, dict):
        [(part, table)] = table.items()
        parts.append(part)
    return parts


def _header(parts: list[str], last_elements: dict[Location, int], *, is_element: bool) -> Location:
    location: Location = ()
    for number, part in enumerate(parts, 1):
        location = (*location, part)
        if is_element and number == len(parts):
            last_elements[location] = last_elements.get(location, -1) + 1
        if location in last_elements:
            location = (*location, last_elements[location])
    return location
