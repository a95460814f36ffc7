"""The first two lines of the live view: what runs, on which server, at what cost."""

from collections.abc import Mapping
from typing import Any

from rich.style import Style
from rich.text import Text

from jackrf.live.meters import QUIET, share_bar
from jackrf.live.words import TROUBLE, clean, fit, unsaved_text

_BARS_FROM = 76
_BAR_CELLS = 10


def header(status: Mapping[str, Any], width: int) -> list[Text]:
    """Return the header in this many cells: state and server, then load and callback times."""
    right = _server(status)
    left = _client(status)
    if len(right) + 24 > width:
        right = Text()
    line = fit(left, width - len(right)).append_text(right)
    return [line, fit(_cost(status, width), width)]


def _client(status: Mapping[str, Any]) -> Text:
    state = clean(status.get("state", ""))
    running = state == "running"
    sign = ("● ", Style(color="green")) if running else ("○ ", TROUBLE)
    return Text.assemble(
        (f" {clean(status.get('client', ''))}  ", Style(bold=True)),
        sign,
        (state, Style() if running else TROUBLE),
        "  ",
        (clean(status.get("session", "")), Style(bold=True)),
        (unsaved_text(status), TROUBLE if status.get("save_error") else QUIET),
    )


def _server(status: Mapping[str, Any]) -> Text:
    xruns = status.get("xruns") or 0
    line = Text("  ")
    line.append(f"{xruns} xrun{'' if xruns == 1 else 's'}", TROUBLE if xruns else QUIET)
    rate, period = status.get("samplerate") or 0, status.get("period") or 0
    if rate and period:
        line.append(f"   {rate / 1000:g} kHz · {period} frames · {1000 * period / rate:.3g} ms ")
    return line


def _cost(status: Mapping[str, Any], width: int) -> Text:
    bars = width >= _BARS_FROM
    load = status.get("load") or 0.0
    line = Text.assemble((" load ", QUIET))
    if bars:
        line.append_text(share_bar(load / 100.0, _BAR_CELLS)).append(" ")
    line.append(f"{load:.1f} %")
    times = status.get("callback_us") or {}
    rate, period = status.get("samplerate") or 0, status.get("period") or 0
    if not (times and rate and period):
        return line
    whole = 1e6 * period / rate
    late = times.get("p99_9") or 0.0
    line.append("   callback ", QUIET)
    if bars:
        line.append_text(share_bar(late / whole, _BAR_CELLS)).append(" ")
    line.append(f"p50 {times.get('p50') or 0.0:.0f}  p99.9 {late:.0f}")
    return line.append(f" of {whole:.0f} µs", QUIET)
