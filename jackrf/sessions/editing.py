"""Editing a TOML text in place: one value is replaced, every other character stays.

A person's file may say the same thing in many ways: a line under a header, a dotted key, an inline
table. What is there is changed where and how it stands; what is new gets a line of its own, next
to its kin.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import tomlkit

from jackrf.sessions.statements import Piece, Statement, pieces, statements
from jackrf.sessions.tables import Location, dotted

Rank = Callable[[Location], float]
"""Where a location stands among its neighbours: a new line goes below those of a lower rank."""

Scalar = float | bool | str


_BLANKS_TO_COMMENT = re.compile(r"( +)#")


@dataclass(frozen=True, slots=True)
class Setting:
    """What is to stand somewhere.

    Attributes:
        text: the value as TOML writes it.
        droppable: whether it says what is so without it: its line goes, unless it has a comment.
    """

    text: str
    droppable: bool = False


def toml(value: Scalar | Sequence[str]) -> str:
    """Return a value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(value)
    return tomlkit.item(value).as_string()


def toml_list(before: str, items: Sequence[str]) -> str:
    """Return a list as TOML writes it, with the lines and comments of the list that was there."""
    array = tomlkit.array(before)
    for item in [entry for entry in array.unwrap() if entry not in items]:
        array.remove(item)
    for item in items:
        if item not in array.unwrap():
            array.append(item)
    return array.as_string() if array.unwrap() == list(items) else toml(items)


def edited_table(table: str, wanted: Mapping[Location, Setting]) -> str:
    """Return an inline table with other values, the rest of it as it was.

    Args:
        table: as it is written, with `{` and `}`.
        wanted: by location from this table.
    """
    body = table[1:-1].rstrip()
    tail = table[1 + len(body) : -1] if body else " "
    now = {piece.key: piece for piece in pieces("{" + body + "}")}
    for location, setting in wanted.items():
        _put_piece(now, location, setting)
    return "{" + ",".join(piece.text for piece in now.values()) + tail + "}"


def _put_piece(now: dict[Location, Piece], location: Location, setting: Setting) -> None:
    for length in range(len(location), 0, -1):
        key, rest = location[:length], location[length:]
        piece = now.get(key)
        if piece is None or (rest and not piece.value_text.startswith("{")):
            continue
        if rest:
            now[key] = piece.with_value(edited_table(piece.value_text, {rest: setting}))
        elif setting.droppable:
            del now[key]
        else:
            now[key] = piece.with_value(setting.text)
        return
    if not setting.droppable:
        text = f" {dotted(location)} = {setting.text}"
        now[location] = Piece(text, location, slice(len(text) - len(setting.text), len(text)))


@dataclass(slots=True)
class _Section:
    """A table that gets a header of its own, and its lines."""

    at: int
    lines: list[str] = field(default_factory=list)


class Editor:
    """A TOML text and what is to change in it.

    Args:
        text: valid TOML, lines ending in LF.
        rank: of a location among its neighbours; by default new lines come last.
    """

    def __init__(self, text: str, rank: Rank = lambda _: 0.0) -> None:
        self._text = text if text.endswith("\n") or not text else text + "\n"
        self._rank = rank
        self._statements = list(statements(self._text))
        self._keys = {s.location: s for s in self._statements if not s.is_header}
        self._headers = {s.location: s for s in self._statements if s.is_header}
        self._cuts: list[tuple[int, int, str]] = []
        self._inline: dict[Location, dict[Location, Setting]] = {}
        self._sections: dict[Location, _Section] = {}

    def written(self, location: Location) -> str | None:
        """Return the text of a key's value; None where it has no line of its own."""
        statement = self._keys.get(location)
        return None if statement is None else self._text[statement.value or slice(0)]

    def is_one_value(self, location: Location) -> bool:
        """Whether a table stands in one piece, as an inline table does."""
        return location in self._keys or self._inline_above(location) is not None

    def put(self, location: Location, setting: Setting) -> None:
        """Change what stands at a location, or add it; see `text` for the result."""
        statement = self._keys.get(location)
        above = self._inline_above(location)
        if statement is not None and statement.value is not None:
            if setting.droppable and not statement.commented:
                self._cuts.append((statement.start, statement.end, ""))
            else:
                self._cuts.append(self._replacement(statement.value, setting.text))
        elif above is not None:
            self._inline.setdefault(above, {})[location[len(above) :]] = setting
        elif not setting.droppable:
            self._add(location, setting.text)

    def text(self) -> str:
        """Return the text with all changes made."""
        cuts = list(self._cuts)
        for location, wanted in self._inline.items():
            value = self._keys[location].value or slice(0)
            cuts.append(self._replacement(value, edited_table(self._text[value], wanted)))
        for location, section in self._sections.items():
            head = f"\n[{dotted(location)}]\n"
            cuts.append((section.at, section.at, head + "".join(section.lines)))
        done, made = 0, []
        for start, end, new in sorted(cuts, key=lambda cut: cut[:2]):
            made += [self._text[done:start], new]
            done = end
        return "".join([*made, self._text[done:]])

    def _replacement(self, value: slice, new: str) -> tuple[int, int, str]:
        """Return the cut that puts a value in the place of another; a comment keeps its column."""
        end = value.stop
        blanks = _BLANKS_TO_COMMENT.match(self._text, end)
        if blanks is None:
            return value.start, end, new
        width = max(1, blanks.end(1) - value.start - len(new))
        return value.start, blanks.end(1), new + " " * width

    def _inline_above(self, location: Location) -> Location | None:
        for length in range(len(location) - 1, 0, -1):
            statement = self._keys.get(location[:length])
            if statement and statement.value and self._text[statement.value].startswith("{"):
                return location[:length]
        return None

    def _add(self, location: Location, value: str) -> None:
        for depth in range(len(location) - 1, -1, -1):
            table = location[:depth]
            header = self._headers.get(table)
            if depth == 0 or header is not None:
                if depth == len(location) - 1:
                    self._insert(location, value, self._members(table), table, header)
                else:
                    self._extend(location, value, table)
                return
            kin = [
                s
                for s in self._keys.values()
                if s.location[:depth] == table and len(s.table) < depth
            ]
            if kin:
                self._insert(location, value, kin, kin[-1].table, kin[-1])
                return

    def _members(self, table: Location) -> list[Statement]:
        return [s for s in self._keys.values() if s.table == table]

    def _insert(
        self,
        location: Location,
        value: str,
        kin: list[Statement],
        table: Location,
        otherwise: Statement | None,
    ) -> None:
        """Add a line below the last of its kin that ranks lower."""
        rank, depth = self._rank(location), len(location)
        lower = [
            s
            for s in kin
            if s.location[: depth - 1] != location[:-1] or self._rank(s.location[:depth]) <= rank
        ]
        anchor = lower[-1] if lower else otherwise
        at, indent = (0, "") if anchor is None else (anchor.end, self._indent(anchor))
        line = f"{indent}{dotted(location[len(table) :])} = {value}\n"
        self._cuts.append((at, at, line))

    def _extend(self, location: Location, value: str, table: Location) -> None:
        """Add a line under a header that is new, below the lines of the table that it is in."""
        new = location[:-1]
        if new not in self._sections:
            above = [self._headers[table]] if table in self._headers else []
            last = [*above, *self._members(table)][-1:]
            self._sections[new] = _Section(last[0].end if last else 0)
        self._sections[new].lines.append(f"{dotted(location[-1:])} = {value}\n")

    def _indent(self, statement: Statement) -> str:
        line = self._text[statement.start : statement.end]
        return line[: len(line) - len(line.lstrip())]
