"""The show as it runs: the live view of jackrf's status, and below it the fader that moves."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from jackrf.demo.measure import FLOOR_DB
from jackrf.demo.script import INSTRUMENT, MIX
from jackrf.live import render
from jackrf.units import db_text

Status = Mapping[str, Any]

_VIEWS_IN_A_PIPE: Final = 3
_FADER_LINES: Final = 4
"""What the fader takes of a terminal's height, and the line of the cursor."""
_TRACK_CELLS: Final = 34
_TRACK_DB: Final = (-42.0, 6.0)
"""Both ends of the fader's way."""


@contextmanager
def view(console: Console) -> Iterator[Callable[[Status, float, float], None]]:
    """Yield a function that shows how things are: status, fader in dB, progress 0..1.

    On a terminal it always shows the newest, in one place; in a pipe it prints a few of them.
    """
    if console.is_terminal:
        with Live(console=console, auto_refresh=False) as live:

            def replace(status: Status, gain: float, _progress: float) -> None:
                live.update(picture(status, gain, console.height - _FADER_LINES), refresh=True)

            yield replace
        return
    shown = 0

    def draw(status: Status, gain: float, progress: float) -> None:
        nonlocal shown
        if progress * _VIEWS_IN_A_PIPE >= shown + 1:
            shown += 1
            console.print(picture(status, gain))

    yield draw


def picture(status: Status, gain: float, height: int | None = None) -> RenderableType:
    """Return jackrf's status with the fader at a gain in dB below it.

    Args:
        status: as the control socket gives it.
        gain: dB.
        height: lines that the status may take; by default as many as it needs.
    """
    lowest, highest = _TRACK_DB
    part = (max(gain, lowest) - lowest) / (highest - lowest)
    left = round(min(part, 1.0) * (_TRACK_CELLS - 1))
    mix = status["mixes"][MIX]["name"]
    fader = Text.assemble(
        ("\n FADER  ", "bold"),
        f"{INSTRUMENT} in {mix}  ",
        ("━" * left, "yellow"),
        ("█", "bold yellow"),
        ("─" * (_TRACK_CELLS - 1 - left), "dim"),
        ("  off" if gain == FLOOR_DB else f"  {db_text(gain)}", "bold"),
        "\n",
    )
    return Group(render(status, height), fader)
