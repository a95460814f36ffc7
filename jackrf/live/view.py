"""The live view as a whole: how much of everything has room, and where it stands."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.text import Text

from jackrf.live.header import header
from jackrf.live.listeners import (
    ROW,
    listener_rows,
    listeners_of,
    listeners_title,
)
from jackrf.live.meters import QUIET
from jackrf.live.strips import (
    MEDIUM,
    SMALL,
    Strip,
    input_strips,
    mix_strips,
    strip_height,
    strip_rows,
    strips_title,
)
from jackrf.live.words import fit, to_ascii

Status = Mapping[str, Any]
"""The result of ``{"do": "status"}``."""

_FEW = 3
"""Rows of listeners that are worth narrower strips."""
_ENDLESS = 100_000


def render(status: Status, height: int | None = None) -> RenderableType:
    """Return the live view of a status.

    Args:
        status: as the control socket gives it; a key that is missing leaves its place empty.
        height: lines to use at most; by default those of the layout or the terminal that it
            stands in, and where there is neither as many as it takes.
    """
    return _View(status, height)


@dataclass(frozen=True, slots=True)
class _View:
    status: Status
    height: int | None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        height = self.height or options.height
        if height is None:
            height = console.height if console.is_terminal else _ENDLESS
        for line in _compose(self.status, options.max_width, height):
            line.truncate(options.max_width)
            yield to_ascii(line) if options.ascii_only else line


@dataclass(frozen=True, slots=True)
class _Plan:
    """How strips are laid out.

    Attributes:
        columns: strips side by side.
        tall: left and right of a mix in rows of their own.
        gaps: empty lines above each part.
        airy: an empty line between strips, too.
        rows: rows of strips, at most, in both parts together; all but the last plan have enough.
    """

    columns: int
    tall: bool = False
    gaps: int = 0
    airy: bool = False
    rows: int = _ENDLESS

    def height(self, strips: Sequence[Strip], width: int) -> int:
        """Return the lines of a part with these strips, its title and gap among them."""
        if not strips:
            return 0
        rows = math.ceil(len(strips) / self.columns)
        each = strip_height(strips, width // self.columns, tall=self.tall)
        return self.gaps + 1 + rows * each + (rows - 1 if self.airy else 0)


def _plans(columns: int) -> Iterator[_Plan]:
    for number in range(1, max(1, columns) + 1):
        yield _Plan(number, tall=True, gaps=2, airy=True)
        yield _Plan(number, tall=True, gaps=1, airy=True)
        yield _Plan(number, tall=True, gaps=1)
        yield _Plan(number, tall=True)
        yield _Plan(number, gaps=1)
        yield _Plan(number)


def _choose(parts: Sequence[list[Strip]], rows: int, width: int, room: int) -> _Plan:
    """Return the most generous plan in which all strips have room, and as many listeners as can.

    Args:
        parts: the inputs' strips, the mixes' strips.
        rows: lines that all listeners would take.
        width: cells of the terminal.
        room: lines below the header.
    """
    for wanted, cells in ((rows, MEDIUM), (min(rows, _FEW), MEDIUM), (min(rows, 1), SMALL)):
        for plan in _plans(width // cells):
            strips = sum(plan.height(part, width) for part in parts)
            if strips + plan.gaps + 1 + wanted <= room:
                return plan
    return _Plan(max(1, width // SMALL), rows=max(0, room - len(parts) - 1))


def _compose(status: Status, width: int, height: int) -> list[Text]:
    lines = header(status, width)
    inputs, mixes, listeners = input_strips(status), mix_strips(status), listeners_of(status)
    beside = 2 if width >= 2 * ROW and len(listeners) > _FEW else 1
    rows = math.ceil(len(listeners) / beside)
    plan = _choose((inputs, mixes), rows, width, height - len(lines))
    for word, strips in (("INPUTS", inputs), ("MIXES", mixes)):
        share = len(strips) / max(1, len(inputs) + len(mixes))
        lines += _part(word, strips, plan, width, max(1, int(plan.rows * share)))
    lines += [Text()] * plan.gaps
    rows = min(rows, height - len(lines) - 1)
    lines.append(listeners_title(listeners, rows * beside, width, beside))
    if rows > 0:
        cell = width // beside
        cells = [[row] for row in listener_rows(listeners, rows * beside, cell)]
        lines += _in_columns(cells, rows, cell)
    return lines[:height]


def _part(word: str, strips: list[Strip], plan: _Plan, width: int, most: int) -> list[Text]:
    """Return a part's gap, title and strips in at most this many rows of strips."""
    if not strips:
        return []
    cell = width // plan.columns
    title = strips_title(word, cell, plan.columns, limiter=strips[0].gain is not None)
    cells = [strip_rows(strip, cell, tall=plan.tall) for strip in strips]
    rows = min(most, math.ceil(len(cells) / plan.columns))
    room = rows * plan.columns
    if len(cells) > room:
        more = fit(Text(f" … {len(cells) - room + 1} more", QUIET), cell)
        cells[room - 1 :] = [[more]]
    lines = _in_columns(cells, rows, cell, airy=plan.airy)
    return [*[Text()] * plan.gaps, title, *lines]


def _in_columns(
    cells: Sequence[list[Text]], rows: int, width: int, *, airy: bool = False
) -> Iterator[Text]:
    """Yield lines in which the cells, each this wide, fill columns of so many rows, downwards."""
    gap = Text(" " * width)
    for row in range(rows):
        beside = cells[row::rows]
        for line in range(len(beside[0])):
            yield Text().join(cell[line] if line < len(cell) else gap for cell in beside)
        if airy and row < rows - 1:
            yield Text()
