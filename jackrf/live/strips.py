"""Inputs and mixes as rows of meters, in three sizes: wide, medium, and a label on its bar."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.style import Style
from rich.text import Text

from jackrf.live.meters import (
    QUIET,
    level,
    level_bar,
    level_figure,
    light,
    reduction_bar,
    ruler,
)
from jackrf.live.words import TROUBLE, clean, fit, fit_name, missing_words
from jackrf.units import db_text

WIDE = 56
"""Cells from which a strip shows all: name, bar, figure, and what is behind it."""
MEDIUM = 24
"""Cells from which a strip has a bar beside its name."""
SMALL = 12
"""Cells below which no strip is drawn."""

_REDUCTION_CELLS = 8
_NOTE_CELLS = 21
_FIGURE_CELLS = 4


@dataclass(frozen=True, slots=True)
class Strip:
    """A meter to draw.

    Attributes:
        name: for people.
        levels: peaks in dB, -inf for silence; one for an input, left and right for a mix.
        reduction: what the limiter takes away now, dB <= 0; 0 for an input.
        notes: what is wrong, for each row of a wide strip.
        gain: the mix's own gain in dB; None for an input.
    """

    name: str
    levels: tuple[float, ...]
    reduction: float = 0.0
    notes: tuple[str, ...] = ()
    gain: float | None = None


def input_strips(status: Mapping[str, Any]) -> list[Strip]:
    """Return the strips of a status' inputs."""
    return [
        Strip(
            name=clean(found.get("name") or found.get("id", "")),
            levels=(level(found.get("peak_db")),),
            notes=_input_notes(found),
        )
        for found in status.get("inputs", [])
    ]


def mix_strips(status: Mapping[str, Any]) -> list[Strip]:
    """Return the strips of a status' mixes."""
    return [
        Strip(
            name=clean(found.get("name") or mix_id),
            levels=tuple(level(peak) for peak in found.get("peak_db") or (None, None)),
            reduction=min(0.0, found.get("limit_db") or 0.0),
            gain=level(found.get("gain")),
            notes=_mix_notes(found),
        )
        for mix_id, found in status.get("mixes", {}).items()
    ]


def _input_notes(found: Mapping[str, Any]) -> tuple[str, ...]:
    notes = missing_words(found)
    if found.get("bad_samples"):
        notes.append(f"{found['bad_samples']} bad samples")
    if not notes and found.get("connections") == []:
        notes.append("not connected")
    return (clean(", ".join(notes)),) if notes else ()


def _mix_notes(found: Mapping[str, Any]) -> tuple[str, ...]:
    notes = [word for port in found.get("ports", []) for word in missing_words(port)]
    # The first row of a mix has its limiter and its gain there.
    return ("", clean(", ".join(notes))) if notes else ()


def strip_rows(strip: Strip, width: int, *, tall: bool) -> list[Text]:
    """Return a strip in this many cells.

    Args:
        strip: what to draw.
        width: cells of each row.
        tall: a row for each of a mix's channels; otherwise one row with the louder one.
    """
    if width >= WIDE:
        levels = strip.levels if tall else (max(strip.levels),)
        return [_wide_row(strip, row, levels, width) for row in range(len(levels))]
    if width >= MEDIUM:
        return [_medium_row(strip, width)]
    return [_label_row(strip, width)]


def strip_height(strips: Sequence[Strip], width: int, *, tall: bool) -> int:
    """Return how many rows each of these strips takes in this many cells."""
    return max(len(strip.levels) for strip in strips) if tall and width >= WIDE and strips else 1


def strips_title(word: str, width: int, columns: int, *, limiter: bool) -> Text:
    """Return the line above strips: what they are, and the scale above each column's bars."""
    name = Text.assemble((f" {word}", Style(bold=True)))
    if width < MEDIUM:
        return fit(name, width * columns)
    before, bar, after = _places(width)
    captions = Text.assemble(("  dB", QUIET))
    if limiter and width >= WIDE:
        captions.append("    limiter        gain", QUIET)
    scale = Text.assemble(ruler(bar), fit(captions, after))
    gap = Text(" " * before)
    return Text().join([fit(name, before), scale] + [gap, scale] * (columns - 1))


def _places(width: int) -> tuple[int, int, int]:
    """Return the cells before, in and after the bar of a strip that is this wide."""
    if width >= WIDE:
        before, after = 16, 8 + max(_NOTE_CELLS, width // 5)
    else:
        before, after = 2 + max(6, width // 3), 7
    return before, width - before - after, after


def _wide_row(strip: Strip, row: int, levels: tuple[float, ...], width: int) -> Text:
    before, bar, _ = _places(width)
    side = ("L ", "R ")[row] if len(levels) > 1 else "  "
    line = Text(" ").append_text(fit_name(strip.name if row == 0 else "", before - 4))
    line.append(f" {side}", QUIET)
    line.append_text(level_bar(levels[row], bar))
    line.append_text(level_figure(levels[row], 6))
    line.append("  ")
    if row == 0 and strip.gain is not None:
        line.append_text(reduction_bar(strip.reduction, _REDUCTION_CELLS))
        line.append(f"{strip.reduction:.1f}".rjust(6) if strip.reduction < 0.0 else " " * 6)
        line.append(db_text(strip.gain).removesuffix(" dB").rjust(7))
    elif row < len(strip.notes):
        line.append(strip.notes[row], TROUBLE)
    return fit(line, width)


def _medium_row(strip: Strip, width: int) -> Text:
    before, bar, _ = _places(width)
    loudest = max(strip.levels)
    line = Text(" ").append_text(fit_name(strip.name, before - 2)).append(" ")
    line.append_text(level_bar(loudest, bar))
    line.append_text(level_figure(loudest, 6))
    line.append_text(_mark(strip))
    return fit(line, width)


def _label_row(strip: Strip, width: int) -> Text:
    loudest = max(strip.levels)
    figure = "-∞" if loudest == -math.inf else f"{loudest:+.0f}"
    label = fit_name(strip.name, width - 2 - _FIGURE_CELLS).append(figure.rjust(_FIGURE_CELLS))
    return Text.assemble(" ", light(label, loudest), _mark(strip))


def _mark(strip: Strip) -> Text:
    """Return one cell that says that something is wrong, or that the limiter works."""
    if strip.notes:
        return Text("!", TROUBLE)
    return Text("▾" if strip.reduction < 0.0 else " ", TROUBLE)
