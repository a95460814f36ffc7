"""Draws a page, as a picture for people who want to see it before they load it on a tablet."""

import io
from collections.abc import Callable, Mapping
from typing import Final

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from jackrf.osc.layout.arrange import NOTICE
from jackrf.osc.layout.page import GRID_STEPS, HEIGHT, WIDTH, Bank, Colour, Control, Frame, Page

_DPI: Final = 200
_UNIT: Final = 1 / 100
"""Inches to a unit of the page: 2 pixels."""
_POINTS: Final = 72 * _UNIT
"""Points to a unit of the page."""
_ROUND: Final = 7
_GROOVE: Final = Colour.of("#05070a")
_MARK: Final = Colour.of("#f7f9fb")

_HOT: Final = Colour.of("#f7b955")
_PLAYING: Final = (0.62, 0.48, 0.71, 0.55, 0.37, 0.66, 0.52, 0.78)
"""What the meters show in a picture, one after the other."""
_TOLD: Final = {"stream_state": "sending", "stream_listeners": "1 listening", NOTICE: ""}
"""What texts say in a picture that say something else until the page is connected."""


def rendered(page: Page) -> bytes:
    """Return a PNG, 2048 pixels wide: the page, and its further banks one below the other."""
    count = len(page.banks)
    figure = Figure(figsize=(WIDTH * _UNIT, HEIGHT * count * _UNIT), facecolor=page.ground)
    for number, bank in enumerate(page.banks):
        panel = figure.add_axes((0.0, 1.0 - (number + 1) / count, 1.0, 1.0 / count))
        panel.set_xlim(0, WIDTH)
        panel.set_ylim(HEIGHT, 0)
        panel.set_axis_off()
        _draw(panel, page, bank, number + 1)
    stored = io.BytesIO()
    FigureCanvasAgg(figure).print_figure(
        stored, dpi=_DPI, format="png", metadata={"Software": None}
    )
    return stored.getvalue()


def _draw(panel: Axes, page: Page, bank: Bank, number: int) -> None:
    playing = 0
    for control in (*page.controls, *bank.controls):
        if control.kind == "meter":
            _meter(panel, control, _PLAYING[playing % len(_PLAYING)])
            playing += 1
        elif control.kind == "tab":
            _button(panel, control, lit=control.bank == number)
        else:
            _WAYS[control.kind](panel, control)


def _box(
    panel: Axes, frame: Frame, colour: Colour, alpha: float = 1.0, edge: float = 0.0
) -> FancyBboxPatch:
    radius = min(_ROUND, frame.width / 2, frame.height / 2)
    shape = FancyBboxPatch(
        (frame.x + radius, frame.y + radius),
        frame.width - 2 * radius,
        frame.height - 2 * radius,
        boxstyle=f"round,pad={radius},rounding_size={radius}",
        facecolor=(*colour, alpha),
        edgecolor=(*colour, edge),
        linewidth=1.0 if edge else 0.0,
    )
    panel.add_patch(shape)
    return shape


def _write(panel: Axes, control: Control, ink: Colour, within: FancyBboxPatch) -> None:
    frame = control.frame
    left = control.name == "title"
    text = _TOLD.get(control.name, control.text)
    if control.name.endswith("_text"):
        text = text.replace("-", "\N{MINUS SIGN}")
    written = panel.text(
        frame.x + (4 if left else frame.width / 2),
        frame.y + frame.height / 2,
        text,
        size=control.size * _POINTS * 0.94,
        color=ink,
        ha="left" if left else "center",
        va="center_baseline",
        weight="bold",
        parse_math=False,
    )
    # As the apps do: a name that is too long does not reach into its neighbour's.
    written.set_clip_path(within)


def _panel(panel: Axes, control: Control) -> None:
    _box(panel, control.frame, control.colour)


def _text(panel: Axes, control: Control) -> None:
    _write(panel, control, control.ink, _box(panel, control.frame, control.colour))


def _button(panel: Axes, control: Control, *, lit: bool | None = None) -> None:
    on = control.value >= 0.5 if lit is None else lit
    box = _box(panel, control.frame, control.colour, 1.0 if on else 0.13, 0.75)
    _write(panel, control, control.ink, box)


def _fader(panel: Axes, control: Control) -> None:
    frame = control.frame
    _box(panel, frame, _GROOVE)
    usable = frame.height - 26
    at = frame.y + 13 + (1.0 - control.position) * usable
    fill = Frame(frame.x, round(at), frame.width, frame.y + frame.height - round(at))
    _box(panel, fill, control.colour, 0.36)
    for step in range(GRID_STEPS + 1):
        y = frame.y + 13 + step * usable / GRID_STEPS
        panel.plot(
            [frame.x + frame.width * 0.36, frame.x + frame.width * 0.64], [y, y],
            color=(*_MARK, 0.16), linewidth=1.0, solid_capstyle="butt",
        )  # fmt: skip
    _box(panel, Frame(frame.x + 3, round(at) - 13, frame.width - 6, 26), control.colour)
    panel.plot([frame.x + 10, frame.x + frame.width - 10], [at, at], color=_GROOVE, linewidth=2.2)


def _slider(panel: Axes, control: Control) -> None:
    frame = control.frame
    _box(panel, frame, _GROOVE)
    middle = frame.x + frame.width / 2
    panel.plot([middle, middle], [frame.y + 6, frame.y + frame.height - 6],
               color=(*_MARK, 0.25), linewidth=1.0)  # fmt: skip
    knob = 22
    at = frame.x + 3 + control.position * (frame.width - 6 - knob)
    _box(panel, Frame(round(at), frame.y + 3, knob, frame.height - 6), control.colour)


def _meter(panel: Axes, control: Control, level: float) -> None:
    frame = control.frame
    _box(panel, frame, _GROOVE)
    lit = round(frame.height * level)
    _box(panel, frame._replace(y=frame.y + frame.height - lit, height=lit),
         control.colour if level < 0.75 else _HOT)  # fmt: skip


_WAYS: Final[Mapping[str, Callable[[Axes, Control], None]]] = {
    "panel": _panel,
    "text": _text,
    "fader": _fader,
    "slider": _slider,
    "switch": _button,
    "button": _button,
}
