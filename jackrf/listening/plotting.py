"""Draws how a stream was heard over time: delay, drift, and what went missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from jackrf.errors import InputError

Samples = NDArray[np.float64]

_INK: Final = "#22303c"
_PALE: Final = "#7d8a96"
_PAPER: Final = "#fcfbf8"
_DELAY: Final = "#2a9d8f"
_JITTER: Final = "#e9c46a"
_JITTER_INK: Final = "#a67c1e"
_DRIFT: Final = "#3d5a80"
_FILLED: Final = "#e07a1f"
_ALARM: Final = "#c8102e"
_WIDTH, _HEIGHT, _DPI = 12.0, 8.0, 150
INSTALL = 'pip install "jackrf[listen]"'


@dataclass(frozen=True, slots=True)
class Story:
    """What happened, row by row of the receiver's log; all arrays of shape (rows,).

    Attributes:
        seconds: since the first row; a jump is a time without an output.
        delay_ms: at each row.
        goal_ms: where the delay went.
        jitter_ms: that the delay had to cover.
        drift_ppm: the sender's clock against ours.
        settled: whether the drift was known to 1 ppm.
        playing: whether a stream was played.
        lost: packets, since the row before; and late ones.
        late: packets, since the row before.
        filled_ms: concealed or silent since the row before.
        dropped_ms: given up since the row before.
    """

    seconds: Samples
    delay_ms: Samples
    goal_ms: Samples
    jitter_ms: Samples
    drift_ppm: Samples
    settled: NDArray[np.bool_]
    playing: NDArray[np.bool_]
    lost: Samples
    late: Samples
    filled_ms: Samples
    dropped_ms: Samples


def story(rows: Sequence[NDArray[Any]], samplerate: int) -> Story:
    """Return what the log of a receiver tells.

    Args:
        rows: as `Receiver.log` gave them, call by call.
        samplerate: Hz, of the output.
    """
    whole = np.concatenate(rows) if rows else np.empty(0, dtype=[("ns", "i8")])
    frame = 1000.0 / samplerate

    def steps(*names: str) -> Samples:
        total: Samples = np.sum([whole[name].astype(np.float64) for name in names], axis=0)
        # A new output begins its counters anew.
        return np.maximum(np.diff(total, prepend=total[:1]), 0.0)

    return Story(
        seconds=(whole["ns"] - whole["ns"][0]) / 1e9,
        delay_ms=whole["delay"] * frame,
        goal_ms=whole["goal"] * frame,
        jitter_ms=whole["jitter"] * frame,
        drift_ppm=whole["drift"].astype(np.float64),
        settled=whole["settled"] == 1,
        playing=whole["locked"] == 2,
        lost=steps("lost"),
        late=steps("late"),
        filled_ms=steps("concealed", "silent") * frame,
        dropped_ms=steps("dropped") * frame,
    )


def check_plot(path: Path) -> None:
    """See to it that a plot can be made at the end, before anything is played.

    Raises:
        InputError: matplotlib is missing, or the file is no PNG in a folder that is there.
    """
    try:
        import matplotlib.figure  # noqa: F401 - whether it is there
    except ImportError as error:
        raise InputError(f"--plot needs matplotlib ({error}): {INSTALL}") from None
    if path.suffix.lower() != ".png" or not path.absolute().parent.is_dir():
        raise InputError(f"--plot {path}: name a file that ends in .png, in a folder that is there")


def plot(path: Path, told: Story, *, title: str, subtitle: str, limit_ms: float) -> None:
    """Write the picture as a PNG of 1800 by 1200 pixels.

    Args:
        path: the file, overwritten if it is there.
        told: at least one row.
        title: large, above the picture.
        subtitle: smaller, below the title.
        limit_ms: the maximum delay.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor=_PAPER)
    grid = figure.add_gridspec(
        3,
        1,
        height_ratios=[2.2, 1.4, 1.2],
        left=0.075,
        right=0.975,
        top=0.86,
        bottom=0.075,
        hspace=0.16,
    )
    panels = [figure.add_subplot(grid[0])]
    panels += [figure.add_subplot(grid[row], sharex=panels[0]) for row in (1, 2)]
    _draw_delay(panels[0], told, limit_ms)
    _draw_drift(panels[1], told)
    _draw_losses(panels[2], told)
    for panel in panels:
        _dress(panel)
    panels[0].set_xlim(0.0, max(float(told.seconds[-1]), 1.0))
    panels[2].tick_params(axis="x", labelbottom=True, length=3)
    panels[2].set_xlabel("seconds", color=_PALE, loc="right", labelpad=2)
    figure.text(0.03, 0.945, title, size=19, weight="bold", color=_INK)
    figure.text(0.03, 0.905, subtitle, size=11, color=_PALE)
    FigureCanvasAgg(figure).print_figure(path, dpi=_DPI, facecolor=_PAPER)


def _draw_delay(panel: Any, told: Story, limit_ms: float) -> None:
    delay = np.where(told.playing, told.delay_ms, np.nan)
    jitter = np.where(told.playing, told.jitter_ms, np.nan)
    panel.fill_between(told.seconds, 0.0, jitter, color=_JITTER, alpha=0.45, linewidth=0)
    panel.plot(told.seconds, np.where(told.playing, told.goal_ms, np.nan), color=_INK, alpha=0.35)
    panel.plot(told.seconds, delay, color=_DELAY, linewidth=2.0)
    seen = delay[np.isfinite(delay)]
    top = 1.25 * max(float(seen.max()) if len(seen) else 1.0, 1.0)
    if limit_ms < 2.0 * top:
        panel.axhline(limit_ms, color=_ALARM, linewidth=0.9, linestyle=(0, (4, 3)))
        panel.text(
            0.994,
            limit_ms,
            f"at most {limit_ms:g} ms",
            color=_ALARM,
            size=9,
            ha="right",
            va="bottom",
            transform=panel.get_yaxis_transform(),
        )
        top = max(top, 1.15 * limit_ms)
    panel.set_ylim(0.0, top)
    _name(panel, "delay in ms", _DELAY, "what jitter needs of it is shaded", _JITTER_INK)


def _draw_drift(panel: Any, told: Story) -> None:
    drift = np.where(told.playing, told.drift_ppm, np.nan)
    panel.plot(told.seconds, np.where(told.settled, np.nan, drift), color=_DRIFT, alpha=0.35)
    panel.plot(told.seconds, np.where(told.settled, drift, np.nan), color=_DRIFT, linewidth=2.0)
    known = drift[told.settled & np.isfinite(drift)]
    middle = float(np.median(known)) if len(known) else 0.0
    reach = max(5.0, 1.3 * float(np.max(np.abs(known - middle)))) if len(known) else 50.0
    panel.set_ylim(middle - reach, middle + reach)
    _name(panel, "drift in ppm", _DRIFT, "pale until it is known to 1 ppm", _PALE)


def _draw_losses(panel: Any, told: Story) -> None:
    """What was filled in, in bins of equal time; lost and late packets as marks above them."""
    bins = min(240, max(1, len(told.seconds) // 4))
    edges = np.linspace(0.0, max(float(told.seconds[-1]), 1.0), bins + 1)
    filled, _ = np.histogram(told.seconds, edges, weights=told.filled_ms)
    dropped, _ = np.histogram(told.seconds, edges, weights=told.dropped_ms)
    width = edges[1] - edges[0]
    panel.bar(edges[:-1], filled, width, align="edge", color=_FILLED)
    panel.bar(edges[:-1], dropped, width, bottom=filled, align="edge", color=_ALARM, alpha=0.7)
    top = max(1.0, 1.6 * float((filled + dropped).max()))
    panel.set_ylim(0.0, top)
    for events, height, colour in ((told.lost, 0.93, _ALARM), (told.late, 0.83, _JITTER)):
        at = told.seconds[events > 0]
        panel.plot(at, np.full(len(at), height * top), "|", color=colour, markersize=7)
    words = f"{told.lost.sum():.0f} packets lost, {told.late.sum():.0f} late"
    _name(panel, "ms filled in", _FILLED, words, _ALARM if told.lost.any() else _PALE)


def _name(panel: Any, words: str, colour: str, more: str, its_colour: str) -> None:
    panel.set_title(words, loc="left", size=11, weight="bold", color=colour, pad=4)
    panel.set_title(more, loc="right", size=9, color=its_colour, pad=4)


def _dress(panel: Any) -> None:
    panel.set_facecolor("none")
    panel.tick_params(colors=_PALE, labelsize=9, length=0, labelbottom=False)
    panel.grid(axis="y", color=_PALE, alpha=0.18, linewidth=0.6)
    for side in ("top", "left", "right"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color("#d5d9dc")
