"""The live view: what stands in it, at every width, and that nothing breaks out of it."""

from dataclasses import replace

import pytest
from rich.console import Console

from jackrf.listening.figures import Figures, waiting
from jackrf.listening.view import render
from tests.listening.figures import BEFORE, PLAYING


def picture(now: Figures, width: int = 100, source: str = "udp://0.0.0.0:5004") -> str:
    """The view as text."""
    console = Console(width=width, height=24, color_system=None, force_terminal=True)
    with console.capture() as text:
        console.print(render(now, BEFORE, source, 20.0))
    return text.get()


def test_it_shows_what_matters() -> None:
    """Delay and its parts, drift, what the network did, what was filled in, and levels."""
    text = picture(PLAYING)
    for words in (
        *("● playing", "udp://0.0.0.0:5004", "jackrf-listen  48 kHz · 128 frames"),
        *("5.3 ms   at most 20 ms", "period 2.7", "jitter 1.1", "resampler 0.3", "rest 1.2"),
        *("-93.8 ppm", "22.9k packets   3 lost   1 late", "jitter 0.21 ms", "11 ms", "-12.3"),
    ):
        assert words in text


@pytest.mark.parametrize("width", [20, 40, 60, 80, 140, 200])
def test_it_fits_every_width(width: int) -> None:
    """No line is wider than the terminal, and all parts are there."""
    lines = picture(PLAYING, width).splitlines()
    assert max(map(len, lines)) <= width
    assert len(lines) == 15


def test_what_there_was_none_of_goes_first() -> None:
    """At 80 columns the line of the network is whole: jitter stands in it, and what there was."""
    now = replace(PLAYING, packets=1_234_567, lost=300, late=20, alien=4)
    shown = [" ".join(picture(now, width).split()) for width in (80, 120)]
    for none in ("", " 0 reordered 0 duplicate"):
        line = f"network 1.23M packets 300 lost 20 late{none} 4 alien jitter 0.21 ms"
        assert line in shown.pop(0)


def test_what_is_wrong_is_told() -> None:
    """A stream that is away, xruns, a drift that is not known yet, a delay on its way."""
    now = replace(PLAYING, state="silent", xruns=1, settled=False, goal_ms=8.0, streams=2)
    text = picture(now, 120)
    for words in ("○ silent", "1 xrun ", "settling", "on its way to 8.0 ms", "2 streams"):
        assert words in text
    assert "none: sender and receiver" in picture(replace(PLAYING, same_clock=True))
    assert "○ waiting for JACK" in picture(waiting(PLAYING, 1.0))
    assert "waiting for JACK" in picture(waiting(None, 1.0))


def test_what_is_not_known_is_not_shown() -> None:
    """Without a stream there is no delay, no part of one, and no drift."""
    for now in (waiting(PLAYING, 1.0), waiting(None, 1.0), replace(PLAYING, state="locking")):
        text = " ".join(picture(now).split())
        assert "delay none yet at most 20 ms" in text
        assert "drift not known yet" in text
        assert "period 2.7" not in text
        assert "ppm" not in text


def test_a_name_cannot_command_the_terminal() -> None:
    """What somebody else wrote is cleaned of escapes."""
    assert "\x1b[2J" not in picture(PLAYING, source="a\x1b[2Jb")


def test_a_terminal_without_unicode_has_the_same_places() -> None:
    """Only other letters."""
    console = Console(width=100, height=24, color_system=None, force_terminal=True)
    options = console.options.update()
    options.encoding = "ascii"
    lines = console.render_lines(render(PLAYING, BEFORE, "mix.sdp", 20.0), options)
    text = "\n".join("".join(part.text for part in line) for line in lines)
    assert text.isascii()
    assert "5.3 ms" in text
