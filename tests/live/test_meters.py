"""Bars on the scale of IEC 60268-18."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from jackrf.live.meters import (
    level,
    level_bar,
    level_figure,
    light,
    reduction_bar,
    ruler,
    share_bar,
)
from jackrf.units import meter_position

LEVELS = st.floats(-100, 20) | st.just(-math.inf)


def colours(text: Text) -> str:
    """The first letter of each cell's colour, '.' for none."""
    letters = ["."] * len(text)
    for span in text.spans:
        colour = getattr(span.style, "color", None)
        if colour is not None:
            letters[span.start : span.end] = colour.name[0] * (span.end - span.start)
    return "".join(letters)


@given(LEVELS, st.integers(1, 200))
def test_a_bar_is_as_long_as_the_scale_says(db: float, width: int) -> None:
    """To within a quarter of a cell: it is drawn in halves."""
    bar = level_bar(db, width).plain
    assert len(bar) == width
    lit = bar.count("▄") + bar.count("▖") / 2
    assert lit == pytest.approx(meter_position(db) * width, abs=0.25001)
    assert bar == bar.rstrip("▁").ljust(width, "▁")


def test_a_bar_is_green_then_amber_then_red() -> None:
    """Amber from -12 dB, red from -3 dB; what is not lit is grey."""
    assert colours(level_bar(0.0, 40)) == "g" * 28 + "y" * 9 + "r" * 3
    assert colours(level_bar(-20.0, 40)) == "g" * 20 + "b" * 20
    assert level_bar(-math.inf, 4).plain == "▁▁▁▁"


@pytest.mark.parametrize(
    ("db", "width", "text"),
    [
        (-12.34, 6, " -12.3"),
        (-0.0, 6, "  -0.0"),
        (1.25, 6, "  +1.2"),
        (-8.6, 4, "  -9"),
        (-math.inf, 6, "    -∞"),
    ],
)
def test_a_figure_has_its_sign_and_its_place(db: float, width: int, text: str) -> None:
    """Right-aligned, after the comma only where there is room."""
    assert level_figure(db, width).plain == text


def test_a_label_is_lit_in_reverse() -> None:
    """Half of it at -20 dB."""
    label = light(Text("Kick   -20"), -20.0)
    assert label.plain == "Kick   -20"
    assert colours(label) == "ggggg....."
    assert not light(Text("Kick    -∞"), -math.inf).spans


@pytest.mark.parametrize(
    ("db", "bar"), [(0.0, "▁▁▁▁"), (-0.1, "▁▁▁▄"), (-6.0, "▁▁▄▄"), (-40.0, "▄▄▄▄")]
)
def test_gain_reduction_grows_from_the_right(db: float, bar: str) -> None:
    """12 dB fill it; the smallest reduction shows."""
    assert reduction_bar(db, 4).plain == bar


@pytest.mark.parametrize(
    ("share", "bar", "colour"),
    [(0.0, "▁▁▁▁", "b"), (0.05, "▖▁▁▁", "g"), (0.6, "▄▄▖▁", "y"), (3.0, "▄▄▄▄", "r")],
)
def test_a_share_is_green_below_a_half_and_red_from_four_fifths(
    share: float, bar: str, colour: str
) -> None:
    """More than all of it is all of it."""
    drawn = share_bar(share, 4)
    assert drawn.plain == bar
    assert colours(drawn)[0] == colour


def test_a_ruler_s_figures_stand_where_a_bar_of_that_level_ends() -> None:
    """-20 dB is in the middle."""
    assert ruler(40).plain == "-60 -40   -30     -20       -10   -5   0"
    assert ruler(40).plain.index("-20") == 18


@given(st.integers(4, 200))
def test_a_ruler_s_figures_stand_apart(width: int) -> None:
    """However little room there is."""
    marks = ruler(width).plain
    assert len(marks) == width
    assert set(marks.split()) <= {"0", "-5", "-10", "-20", "-30", "-40", "-50", "-60"}


def test_null_is_silence() -> None:
    """JSON has no infinity."""
    assert level(None) == -math.inf
    assert level(-3) == -3.0
