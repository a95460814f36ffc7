"""Inputs and mixes as rows."""

import math

import pytest
from rich.cells import cell_len

from jackrf.live.strips import (
    Strip,
    input_strips,
    mix_strips,
    strip_height,
    strip_rows,
    strips_title,
)
from tests.live.band import a_status

VOICE = Strip("Voice", (-20.0,), notes=("17 bad samples",))
DRUMS = Strip("Drums", (-10.0, -math.inf), reduction=-2.34, gain=-3.0)


def plain(strip: Strip, width: int, *, tall: bool = True) -> list[str]:
    """The rows of a strip without style; each is as wide as asked for."""
    rows = [row.plain for row in strip_rows(strip, width, tall=tall)]
    assert {cell_len(row) for row in rows} == {width}
    assert len(rows) == strip_height([strip], width, tall=tall)
    return [row.rstrip() for row in rows]


def test_a_wide_input_shows_its_level_and_what_is_wrong() -> None:
    """Name, bar, figure, note."""
    assert plain(VOICE, 60) == [" Voice          ▄▄▄▄▄▄▄▖▁▁▁▁▁▁▁ -20.0  17 bad samples"]


def test_a_wide_mix_shows_both_sides_the_limiter_and_its_gain() -> None:
    """Two rows, or where rows are short one with the louder side."""
    left = "L ▄▄▄▄▄▄▄▄▄▄▄▁▁▁▁ -10.0  ▁▁▁▁▁▁▄▄  -2.3   -3.0"
    assert plain(DRUMS, 60) == [f" Drums        {left}", "              R ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁    -∞"]
    assert plain(DRUMS, 60, tall=False) == [f" Drums        {left}".replace("L", " ")]


def test_a_medium_strip_has_name_bar_figure_and_a_mark() -> None:
    """The mark says that something is wrong, or that the limiter works."""
    assert plain(VOICE, 30) == [" Voice      ▄▄▄▄▄▖▁▁▁▁▁ -20.0!"]
    assert plain(DRUMS, 30) == [" Drums      ▄▄▄▄▄▄▄▄▁▁▁ -10.0▾"]


def test_a_small_strip_is_a_label() -> None:
    """Name and figure in one, whole dB."""
    assert plain(VOICE, 13) == [" Voice   -20!"]
    assert plain(DRUMS, 13) == [" Drums   -10▾"]
    assert plain(Strip("Overhead left", (-math.inf,)), 13) == [" Overhe…  -∞"]


@pytest.mark.parametrize("width", [12, 13, 24, 30, 56, 80, 140])
def test_a_name_of_wide_letters_keeps_its_row(width: int) -> None:
    """Two cells each."""
    plain(Strip("太鼓と三味線の大楽団", (-20.0, -20.0), gain=0.0), width)


@pytest.mark.parametrize("width", [13, 30, 60, 80])
@pytest.mark.parametrize("columns", [1, 2, 3])
def test_the_title_is_as_wide_as_its_columns(width: int, columns: int) -> None:
    """With a scale above each column's bars, where there are bars."""
    title = strips_title("MIXES", width, columns, limiter=True).plain
    assert len(title) == width * columns
    assert title.startswith(" MIXES")
    assert title.count("dB") == (columns if width > 13 else 0)
    assert title.count("limiter") == (columns if width >= 60 else 0)


def test_the_scale_stands_above_the_bars() -> None:
    """0 dB above the bar's last cell."""
    title = strips_title("INPUTS", 80, 1, limiter=False).plain
    (row,) = strip_rows(Strip("Kick", (0.0,)), 80, tall=True)
    assert title.index("0  dB") == row.plain.rindex("▄")


def test_strips_come_from_a_status() -> None:
    """Null is silence, a name is cleaned, notes say what somebody has to mend."""
    status = a_status(inputs=8, mixes=1)
    status["inputs"][0] |= {"name": "Ki\x1b[2Jck", "missing": ["system:capture_1", "a:b"]}
    status["inputs"][1] |= {"bad_samples": 17, "missing": ["x:y"]}
    status["inputs"][2] |= {"connections": []}
    strips = input_strips(status)
    assert strips[0] == Strip("Ki?[2Jck", (-6.04,), notes=("no system:capture_1, no a:b",))
    assert strips[1].notes == ("no x:y, 17 bad samples",)
    assert strips[2].notes == ("not connected",)
    assert strips[3].notes == ()
    assert strips[7].levels == (-math.inf,)
    assert mix_strips(status) == [Strip("Kick", (-9.0, -10.0), gain=-3.0)]


def test_a_mix_tells_what_its_ports_miss() -> None:
    """In the row of its right side, where the left one has the limiter; small, by a mark."""
    status = a_status(inputs=1, mixes=1)
    status["mixes"]["mix-0"]["ports"] = [{"missing": ["amp:l\x1b"]}, {"missing": ["amp:r"]}]
    (strip,) = mix_strips(status)
    assert strip.notes == ("", "no amp:l?, no amp:r")
    left, right = plain(strip, 120)
    assert "amp" not in left
    assert right.rstrip().endswith("no amp:l?, no amp:r")
    assert plain(strip, 40)[0].endswith("!")


def test_what_a_status_lacks_is_silence() -> None:
    """A name may fall back to the id; a session without mixes has none."""
    status = {"inputs": [{"id": "kick"}], "mixes": {"drums": {"gain": None, "limit_db": None}}}
    assert input_strips(status) == [Strip("kick", (-math.inf,))]
    assert mix_strips(status) == [Strip("drums", (-math.inf, -math.inf), gain=-math.inf)]
    assert plain(mix_strips(status)[0], 60)[0].endswith("  -∞  ▁▁▁▁▁▁▁▁          off")
    assert input_strips({}) == mix_strips({}) == []
