"""The live view as a whole: everything has its place, nothing overflows."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console
from rich.live import Live

from jackrf.live import render
from tests.live.band import NAMES, a_status, make_ill


class Ascii(io.StringIO):
    """A terminal that knows no Unicode."""

    encoding = "ascii"


def shown(status: dict[str, Any], width: int, height: int, file: io.StringIO | None = None) -> str:
    """What a terminal of this size shows."""
    console = Console(
        file=file or io.StringIO(),
        width=width,
        height=height,
        force_terminal=True,
        color_system=None,
        legacy_windows=False,
    )
    with console.capture() as capture:
        console.print(render(status))
    return capture.get()


def lines(status: dict[str, Any], width: int, height: int) -> list[str]:
    """The lines that a terminal of this size shows, which fit."""
    found = shown(status, width, height).split("\n")[:-1]
    assert len(found) <= height
    assert max(cell_len(line) for line in found) <= width
    return found


SMALL_BAND = """\
 jackrf  ● running  Rehearsal           0 xruns   48 kHz · 128 frames · 2.67 ms
 load ▖▁▁▁▁▁▁▁▁▁ 4.2 %   callback ▖▁▁▁▁▁▁▁▁▁ p50 22  p99.9 87 of 2667 µs

 INPUTS            -40  -30     -20     -10   -5  0  dB
 Kick           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖▁▁▁▁▁  -6.0

 Bass           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖▁▁▁▁▁▁▁▁▁▁▁ -13.0

 Keys           ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ -20.0

 Voice          ▄▄▄▄▄▄▄▄▄▄▄▄▖▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ -27.0

 MIXES             -40  -30     -20     -10   -5  0  dB    limiter        gain
 Kick         L ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▁▁▁▁▁▁▁▁  -9.0  ▁▁▁▁▁▁▁▁         -3.0
              R ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▁▁▁▁▁▁▁▁▁ -10.0

 Bass         L ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▁▁▁▁▁▁▁▁▁ -10.0  ▁▁▁▁▁▁▁▁         -3.0
              R ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▖▁▁▁▁▁▁▁▁▁ -11.0

 LISTENERS                                 sent    queued
 ● sending Kick udp://192.168.1.20:5004    637k    1.2 ms
 ● sending Bass udp://192.168.1.21:5004    637k    1.2 ms
"""


def test_a_small_band_fills_80_by_24_with_air() -> None:
    """The whole picture, letter by letter."""
    found = "".join(f"{line.rstrip()}\n" for line in lines(a_status(), 80, 24))
    assert found == SMALL_BAND


@pytest.mark.parametrize(("width", "height"), [(80, 24), (100, 30), (140, 40), (200, 60)])
def test_64_inputs_and_32_mixes_all_have_a_place(width: int, height: int) -> None:
    """Every strip's level stands somewhere, and the listener in trouble too."""
    status = a_status(64, 32)
    make_ill(status, "mix-31")
    found = "\n".join(lines(status, width, height))
    assert found.count("Kick") >= 8 + 4
    assert found.count("Talkb") >= 8 + 4
    assert "more" not in found.split("LISTENERS")[0]
    assert "○ refused" in found
    assert "31 sending, 1 refused, 12.0k dropped" in found or found.count("● sending") == 31


def test_with_room_all_listeners_are_shown_beside_each_other() -> None:
    """Two columns from 140 cells on."""
    found = lines(a_status(8, 8, listeners=4), 140, 40)
    assert sum(line.count("● sending") for line in found) == 32
    assert any(line.count("● sending") == 2 for line in found)


def test_what_has_no_room_is_counted() -> None:
    """A terminal of 40 by 12 shows some, and says how many it does not."""
    found = "\n".join(lines(a_status(64, 32), 40, 12))
    assert "… 53 more" in found
    assert "… 27 more" in found
    assert "32 sending" in found


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 220),
    st.integers(1, 70),
    st.integers(0, 64),
    st.integers(0, 32),
    st.integers(0, 3),
    st.text(max_size=20),
)
def test_it_never_overflows(
    width: int, height: int, inputs: int, mixes: int, listeners: int, name: str
) -> None:
    """Any size of terminal, any size of session, any name."""
    status = a_status(inputs, mixes, listeners)
    for found in (*status["inputs"][:3], *list(status["mixes"].values())[:3]):
        found["name"] = name
    status["session"] = name
    lines(status, width, height)


def test_without_a_terminal_it_takes_the_lines_it_needs() -> None:
    """In a pipe nothing is left out; `height` still binds."""
    console = Console(file=io.StringIO(), width=80)
    with console.capture() as capture:
        console.print(render(a_status(20, 10)))
    assert all(f" {name} " in capture.get() for name in NAMES[:6])
    assert capture.get().count("● sending") == 10
    with console.capture() as capture:
        console.print(render(a_status(20, 10), height=15))
    assert capture.get().count("\n") == 15


def test_a_terminal_without_unicode_gets_ascii() -> None:
    """The same picture in other letters."""
    found = shown(a_status(), 80, 24, Ascii())
    assert found.isascii()
    assert "Kick           #############################:_____  -6.0" in found


def test_it_fills_a_live_screen_of_the_terminal_s_size() -> None:
    """As `jackrf status --watch` shows it, resized while it runs."""
    console = Console(file=io.StringIO(), width=80, height=24, force_terminal=True)
    with Live(render(a_status(64, 32)), console=console, screen=True, auto_refresh=False) as live:
        console.size = (60, 12)
        live.update(render(a_status()), refresh=True)
