"""The results as one picture: CPU time, callback durations and latency; jackrf stands out."""

import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from bench.results import Cpu, CpuCase, Latency, Results
from bench.summary import callback, cpu_ms, labels, periods

OWN = "#e4572e"
OTHERS = "#9aa5b1"
INK = "#1f2933"
FAINT = "#e4e7eb"

STYLE: dict[Any, Any] = {
    "font.size": 10.5,
    "font.family": "sans-serif",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": FAINT,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "xtick.color": "#616e7c",
    "ytick.color": INK,
}


def _colour(label: str) -> str:
    return OWN if label.startswith("jackrf") else OTHERS


def _name(label: str) -> str:
    return "zita-j2n\n(no mixing)" if label == "zita-j2n" else label


def _plain(axes: Axes) -> None:
    """Take away what is no data."""
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(length=0)
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.invert_yaxis()


def _bars(axes: Axes, names: list[str], values: list[float], texts: list[str]) -> None:
    bars = axes.barh(names, values, height=0.62, color=[_colour(name) for name in names])
    axes.bar_label(bars, texts, padding=5)
    axes.set_xlim(0, max(values) * 1.22)
    _plain(axes)


def _draw_cpu(axes: Axes, case: CpuCase) -> None:
    names = labels(case)
    values = [cpu_ms(case, name) for name in names]
    _bars(axes, list(map(_name, names)), values, [f"{value:.1f}" for value in values])
    axes.set_title(f"CPU time, {case.title}")
    axes.set_xlabel("ms per second, whole process")


def _draw_callback(axes: Axes, cpu: Cpu) -> None:
    case = cpu.cases[-1]
    found = {name: callback(case, name) for name in labels(case)}
    known = {name: quantiles for name, quantiles in found.items() if quantiles is not None}
    tails = [quantiles.p99_9 for quantiles in known.values()]
    for row, (name, quantiles) in enumerate(known.items()):
        colour = _colour(name)
        axes.plot([quantiles.p50, quantiles.p99_9], [row, row], color=colour, linewidth=3)
        axes.plot(quantiles.p50, row, "o", color=colour, markersize=10)
        axes.plot(quantiles.p99_9, row, "|", color=colour, markersize=16, markeredgewidth=3)
        text = f"{quantiles.p50:.0f} … {quantiles.p99_9:.0f}"
        axes.annotate(text, (quantiles.p50, row), (0, 13), textcoords="offset points")
    axes.set_yticks(range(len(known)), list(known))
    axes.set_ylim(-0.7, len(known) - 0.5)
    axes.set_xscale("log")
    axes.set_xlim(min(q.p50 for q in known.values()) * 0.7, max(3000.0, *tails) * 1.3)
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.xaxis.set_major_formatter("{x:.0f}")
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(cpu.period_us, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.annotate("period ", (cpu.period_us, len(known) - 0.55), ha="right", fontsize=9)
    _plain(axes)
    axes.set_title(f"Callback, {case.title}")
    axes.set_xlabel("µs: p50 (dot) to p99.9 (bar), logarithmic")


def _draw_latency(axes: Axes, latency: Latency) -> None:
    came = [path for path in latency.paths if path.frames]
    values = [periods(latency, path) for path in came]
    names = [path.title.replace(", jackrf ", " → ").replace("a direct", "direct") for path in came]
    names = [name.replace("zita-j2n, zita-n2j", "zita-j2n → n2j") for name in names]
    milliseconds = [value * latency.period / latency.samplerate * 1e3 for value in values]
    texts = [f"{v:.2f}  ({ms:.1f} ms)" for v, ms in zip(values, milliseconds, strict=True)]
    _bars(axes, names, values, texts)
    axes.set_xlim(0, max(*values, 1.0) * 1.45)
    axes.set_title("Latency, port to port on one server")
    axes.set_xlabel(f"periods of {latency.period} frames, median")


def draw_age(results: Results, path: Path) -> None:
    """Write the picture of ages over slow links, where they were measured."""
    if results.age is None:
        return
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(9, 4.6), facecolor="white")
        axes = figure.subplots()
        for case in results.age.cases:
            known = [(n, age) for n, age in enumerate(case.by_second) if age is not None]
            seconds, medians = zip(*known, strict=True)
            style = "--" if case.title.endswith("TCP") else "-"
            axes.plot(seconds, medians, style, color=_colour(case.title), linewidth=2.5)
            text = f"{case.title}: {case.p50:,.0f} ms"
            # The two of jackrf lie close together.
            place = (6, -13 if case.title.endswith("UDP") else 2)
            axes.annotate(text, (seconds[-1], medians[-1]), place, textcoords="offset points")
        axes.set_yscale("log")
        axes.set_xlim(0, results.age.seconds * 1.6)
        axes.set_xticks(range(0, int(results.age.seconds) + 1, 10))
        axes.yaxis.set_major_formatter("{x:.0f}")
        axes.grid(color=FAINT, linewidth=0.8)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        axes.set_title(f"Age of the audio: 1.5 Mbit/s over {results.age.rate}")
        axes.set_xlabel("s since the link is slow")
        axes.set_ylabel("ms, median of each second, logarithmic")
        figure.tight_layout()
        figure.savefig(path, dpi=150)


def draw(results: Results, path: Path) -> None:
    """Write the picture, where both CPU time and latency were measured."""
    if results.cpu is None or results.latency is None:
        return
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(12, 7.6), facecolor="white")
        axes = figure.subplots(2, 2)
        _draw_cpu(axes[0, 0], results.cpu.cases[0])
        _draw_cpu(axes[0, 1], results.cpu.cases[-1])
        _draw_callback(axes[1, 0], results.cpu)
        _draw_latency(axes[1, 1], results.latency)
        figure.suptitle("jackrf beside its neighbours", x=0.012, ha="left", fontsize=16, weight=700)
        machine = textwrap.shorten(results.machine.sentence, 150)
        text = f"{machine}. {results.cpu.measured}. 48 kHz, 128 frames."
        figure.text(0.012, 0.012, text, fontsize=9, color="#616e7c")
        figure.tight_layout(rect=(0, 0.035, 1, 0.965), h_pad=2.5, w_pad=3.0)
        figure.savefig(path, dpi=150)
