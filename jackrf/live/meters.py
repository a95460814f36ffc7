"""Meters as text: bars on the scale of IEC 60268-18, their ruler, their figures."""

import math

from rich.style import Style
from rich.text import Text

from jackrf.units import meter_position

AMBER_DB = -12.0
RED_DB = -3.0
QUIET = Style(color="bright_black")
"""For what is only there to guide the eye."""

_GREEN, _AMBER, _RED = Style(color="green"), Style(color="yellow"), Style(color="red")
_MARKS_DB = (0, -20, -10, -40, -30, -5, -50, -60)
"""What a ruler shows, the most wanted first."""
_REDUCTION_FULL_DB = 12.0


def level(value: object) -> float:
    """Return a level in dB out of a status; silence, null in JSON, is -inf."""
    return float(value) if isinstance(value, (int, float)) else -math.inf


def level_figure(db: float, width: int) -> Text:
    """Return the level's figure, right-aligned: ``-12.3``, ``+1.2`` in red, ``-∞``."""
    if db == -math.inf:
        return Text("-∞".rjust(width), QUIET)
    digits = 1 if width > len("-120") else 0
    style = Style(color="red", bold=True) if db >= 0.0 else Style.null()
    return Text(f"{db:+.{digits}f}".rjust(width), style)


def level_bar(db: float, width: int) -> Text:
    """Return a bar of this many cells, in half cells: lit up to the level, each zone its colour."""
    full, half = divmod(round(meter_position(db) * width * 2), 2)
    letters = "▄" * full + "▖" * half
    bar = Text()
    for start, end, style in _zones(width):
        bar.append(letters[start:end], style)
    return bar.append("▁" * (width - len(letters)), QUIET)


def light(label: Text, db: float) -> Text:
    """Return the label with a bar behind it, in reverse, for where there is room for no more."""
    lit = round(meter_position(db) * len(label))
    for start, end, style in _zones(len(label)):
        label.stylize(style + Style(reverse=True), start, min(end, lit))
    return label


def reduction_bar(db: float, width: int) -> Text:
    """Return a limiter's gain reduction, 0..-12 dB, as a bar that grows from the right."""
    lit = math.ceil(min(-db / _REDUCTION_FULL_DB, 1.0) * width) if db < 0.0 else 0
    return Text.assemble(("▁" * (width - lit), QUIET), ("▄" * lit, _AMBER))


def share_bar(share: float, width: int) -> Text:
    """Return 0..1 of something limited, the callback's time or the CPU, as a bar."""
    lit = min(math.ceil(share * width * 2), width * 2)
    colour = _GREEN if share < 0.5 else _AMBER if share < 0.8 else _RED
    full, half = divmod(lit, 2)
    rest = width - full - half
    return Text.assemble(("▄" * full + "▖" * half, colour), ("▁" * rest, QUIET))


def ruler(width: int) -> Text:
    """Return the scale for bars of this many cells: as many figures as stand apart."""
    cells = [" "] * width
    for mark in _MARKS_DB:
        label = str(mark)
        at = round(meter_position(mark) * width) - (len(label) + 1) // 2
        start = max(0, min(at, width - len(label)))
        end = start + len(label)
        if all(cell == " " for cell in cells[max(0, start - 1) : end + 1]):
            cells[start:end] = label
    return Text("".join(cells), QUIET)


def _zones(width: int) -> tuple[tuple[int, int, Style], ...]:
    """Return first cell, end and colour of each zone of a bar."""
    amber = round(meter_position(AMBER_DB) * width)
    red = round(meter_position(RED_DB) * width)
    return ((0, amber, _GREEN), (amber, red, _AMBER), (red, width, _RED))
