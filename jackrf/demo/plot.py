"""Draws what the listener heard: waveform, level of each instrument, and the fader that moved."""

from pathlib import Path
from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from jackrf.demo.findings import Findings
from jackrf.demo.measure import FaderMove
from jackrf.units import db_text

Samples = NDArray[np.float64]

COLOURS: Final = {"kick": "#3d5a80", "bass": "#2a9d8f", "guitar": "#e07a1f", "vox": "#b5466f"}
_INK: Final = "#22303c"
_PALE: Final = "#7d8a96"
_PAPER: Final = "#fcfbf8"
_ALARM: Final = "#c8102e"
_SHADE: Final = "#f7eee2"
_COLUMNS: Final = 1600
"""Columns of the waveform."""
_WIDTH, _HEIGHT, _DPI = 12.0, 9.0, 150

_QUIET_DB, _LOUD_DB = -54.0, -6.0
"""Bottom and top of a lane, dB below full scale."""
_OFF_DB, _TOP_DB = -48.0, 11.0
"""Bottom and top of the fader's panel; what is lower is drawn at the bottom as off."""
_STILL_DB: Final = 0.01
"""A fader that moves less than this between two moves stands still."""


def plot(path: Path, findings: Findings, *, title: str, subtitle: str) -> None:
    """Write the picture as a PNG of 1800 by 1350 pixels.

    Args:
        path: the file, overwritten if it is there.
        findings: what was heard.
        title: large, above the picture; fits with up to 70 characters.
        subtitle: smaller, below the title; fits with up to 150 characters.
    """
    figure = Figure(figsize=(_WIDTH, _HEIGHT), facecolor=_PAPER)
    lanes = len(findings.heard.decibels)
    grid = figure.add_gridspec(
        lanes + 2,
        1,
        height_ratios=[2.1, *[0.9] * lanes, 2.6],
        left=0.085,
        right=0.975,
        top=0.875,
        bottom=0.062,
        hspace=0.0,
    )
    wave = figure.add_subplot(grid[0])
    _draw_wave(wave, findings)
    axes = [wave]
    for number, name in enumerate(findings.heard.decibels):
        lane = figure.add_subplot(grid[number + 1], sharex=wave)
        _draw_lane(lane, findings, name)
        axes.append(lane)
    fader = figure.add_subplot(grid[-1], sharex=wave)
    _draw_fader(fader, findings)
    axes.append(fader)
    for panel in axes:
        _dress(panel, findings.fader)
    wave.set_xlim(0.0, findings.audio.shape[1] / findings.samplerate)
    fader.tick_params(axis="x", labelbottom=True, bottom=True, length=3)
    fader.set_xlabel("seconds", color=_PALE, loc="right", labelpad=2)
    figure.text(0.03, 0.953, title, size=19, weight="bold", color=_INK)
    figure.text(0.03, 0.921, subtitle, size=11, color=_PALE)
    FigureCanvasAgg(figure).print_figure(path, dpi=_DPI, facecolor=_PAPER)


def _draw_wave(panel: Axes, findings: Findings) -> None:
    """Both ears in one, as peaks: the left one above the line, the right one below.

    The colours tell how much of the sound is whose, by the levels measured in it.
    """
    width = findings.audio.shape[1] // _COLUMNS
    peaks = np.abs(findings.audio[:, : width * _COLUMNS]).reshape(2, _COLUMNS, width).max(axis=2)
    seconds = (np.arange(_COLUMNS) + 0.5) * width / findings.samplerate
    share = {
        name: 10.0 ** (np.interp(seconds, findings.heard.seconds, level) / 20.0)
        for name, level in findings.heard.decibels.items()
    }
    whole = np.sum(list(share.values()), axis=0)
    inner = np.zeros(_COLUMNS)
    for name, amplitude in share.items():
        outer = inner + amplitude / whole
        for peak in (peaks[0], -peaks[1]):
            panel.fill_between(
                seconds, peak * inner, peak * outer, color=COLOURS[name], linewidth=0
            )
        inner = outer
    limit = 1.12 * float(peaks.max())
    panel.set_ylim(-limit, limit)
    if len(findings.gaps):
        gaps = findings.gaps[:, 0] / findings.samplerate
        panel.plot(gaps, np.full(len(gaps), -0.93 * limit), "|", color=_ALARM, markersize=9)
        panel.text(0.006, 0.035, "gaps", transform=panel.transAxes, size=9, color=_ALARM)
    panel.set_yticks([limit / 2, -limit / 2], ["left", "right"])
    _name(panel, "heard", _INK)


def _draw_lane(panel: Axes, findings: Findings, name: str) -> None:
    colour = COLOURS[name]
    level = np.clip(findings.heard.decibels[name], _QUIET_DB, _LOUD_DB)
    seconds = findings.heard.seconds
    panel.fill_between(seconds, _QUIET_DB, level, color=colour, alpha=0.30, linewidth=0)
    panel.plot(seconds, level, color=colour, linewidth=1.6)
    panel.set_ylim(_QUIET_DB, _LOUD_DB + 4)
    panel.set_yticks([-48, -36, -24, -12], ["", _minus("-36"), "", _minus("-12 dBFS")])
    _name(panel, name, colour)


def _draw_fader(panel: Axes, findings: Findings) -> None:
    fader = findings.fader
    colour = COLOURS[findings.fader_name]
    panel.step(
        fader.seconds,
        np.maximum(fader.decibels, _OFF_DB),
        where="post",
        color=_INK,
        linewidth=7.0,
        alpha=0.22,
        solid_capstyle="butt",
        label="asked of the fader",
    )
    heard = findings.fader_heard
    panel.plot(
        findings.heard.seconds,
        np.maximum(heard, _OFF_DB),
        ".",
        color=colour,
        markersize=3.6,
        label="measured in what was heard",
    )
    panel.set_ylim(_OFF_DB - 4, _TOP_DB)
    panel.set_yticks(
        [0, -12, -24, -36, _OFF_DB], ["0 dB", _minus("-12"), _minus("-24"), _minus("-36"), "off"]
    )
    for start, stop in resting(fader):
        gain = float(fader.at(np.array([start]))[0])
        panel.text(
            (start + stop) / 2,
            max(gain, _OFF_DB) + 3.2,
            _minus(db_text(gain)),
            size=11,
            weight="bold",
            color=_INK,
            ha="center",
        )
    panel.legend(loc="lower left", frameon=False, fontsize=10, labelcolor=_INK)
    _name(panel, f"{findings.fader_name} fader", colour)


def _name(panel: Axes, text: str, colour: str) -> None:
    panel.text(
        0.006, 0.93, text, transform=panel.transAxes, va="top", size=11, weight="bold", color=colour
    )


def _minus(text: str) -> str:
    """Return the text with a real minus sign in place of each hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def _dress(panel: Axes, fader: FaderMove) -> None:
    for start, stop in moving(fader):
        panel.axvspan(start, stop, color=_SHADE, linewidth=0, zorder=0)
    panel.set_facecolor("none")
    panel.tick_params(colors=_PALE, labelsize=9, length=0, labelbottom=False)
    panel.grid(axis="y", color=_PALE, alpha=0.18, linewidth=0.6)
    for side in ("top", "left", "right"):
        panel.spines[side].set_visible(False)
    panel.spines["bottom"].set_color("#d5d9dc")


def moving(fader: FaderMove) -> list[tuple[float, float]]:
    """Return from when to when, in seconds, the fader moved."""
    return _spans(fader, np.abs(np.diff(fader.decibels)) > _STILL_DB)


def resting(fader: FaderMove) -> list[tuple[float, float]]:
    """Return from when to when, in seconds, the fader stood still."""
    return _spans(fader, np.abs(np.diff(fader.decibels)) <= _STILL_DB)


def _spans(fader: FaderMove, chosen: NDArray[np.bool_]) -> list[tuple[float, float]]:
    """Return the spans in seconds between moves for which `chosen` holds without a break."""
    steps = np.flatnonzero(chosen)
    if not len(steps):
        return []
    runs = np.split(steps, np.flatnonzero(np.diff(steps) > 1) + 1)
    return [(float(fader.seconds[run[0]]), float(fader.seconds[run[-1] + 1])) for run in runs]
