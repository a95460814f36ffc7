"""The live view of a receiver: its delay and parts, what the network did, and how loud it is."""

import itertools
from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.style import Style
from rich.text import Text

from jackrf.listening.figures import Figures
from jackrf.live.meters import QUIET, level, level_bar, level_figure, ruler
from jackrf.live.words import TROUBLE, clean, count, fit, to_ascii

SPARKS = "▁▂▃▄▅▆▇█"
ASCII_SPARKS = str.maketrans(SPARKS, "..--==##")
_PARTS = {
    "period": Style(color="blue"),
    "jitter": Style(color="yellow"),
    "resampler": Style(color="magenta"),
    "output": Style(color="cyan"),
    "rest": Style(color="bright_black"),
}
_COUNTED = ("lost", "late", "reordered", "duplicate", "alien")
_LABEL = 11
"""Cells of what stands at the left."""


def render(
    figures: Figures, history: list[Figures], source: str, limit_ms: float
) -> RenderableType:
    """Return the live view.

    Args:
        figures: now.
        history: of the last minutes, one a second, oldest first.
        source: what is listened to.
        limit_ms: the maximum delay.
    """
    return _View(figures, history, source, limit_ms)


class _View:
    def __init__(
        self, figures: Figures, history: list[Figures], source: str, limit_ms: float
    ) -> None:
        self._now = figures
        self._history = history
        self._source = source
        self._limit = max(limit_ms, figures.most_ms)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        del console
        width = options.max_width
        for line in self._lines(width):
            line.truncate(width, overflow="ellipsis")
            yield _plain(line) if options.ascii_only else line

    def _lines(self, width: int) -> Iterator[Text]:
        now = self._now
        yield self._head(width)
        yield Text()
        yield (
            self._label("delay")
            .append(f"{now.delay_ms:.1f} ms" if self._plays() else "none yet", Style(bold=True))
            .append(self._toward(), QUIET)
        )
        yield self._label("").append_text(self._bar(max(10, width - _LABEL - 2)))
        yield self._label("").append_text(self._legend())
        yield self._trend("", [one.delay_ms for one in self._history], width, self._limit)
        yield Text()
        yield self._label("drift").append_text(self._drift())
        yield self._label("network").append_text(self._network(width - _LABEL))
        yield self._label("concealed").append_text(self._concealed())
        yield self._trend("", self._gaps(), width, 20.0)
        yield Text()
        yield self._scale(width)
        for side, peak in zip(("left", "right"), now.peak_db, strict=True):
            db = level(peak)
            bar = level_bar(db, max(4, width - _LABEL - 10))
            yield self._label(side).append_text(bar).append_text(level_figure(db, 8))

    def _head(self, width: int) -> Text:
        now = self._now
        fine = now.state == "playing"
        left = Text.assemble(
            (" ● " if fine else " ○ ", Style(color="green") if fine else TROUBLE),
            (clean(now.state), Style() if fine else TROUBLE),
            "  ",
            (clean(self._source), Style(bold=True)),
        )
        right = Text()
        if now.xruns:
            right.append(f"{now.xruns} xrun{'' if now.xruns == 1 else 's'}   ", TROUBLE)
        if now.samplerate:
            right.append(
                f"{clean(now.output)}  {now.samplerate / 1000:g} kHz · {now.period} frames ", QUIET
            )
        if len(right) + 30 > width:
            right = Text()
        return fit(left, width - len(right)).append_text(right)

    def _label(self, word: str) -> Text:
        return fit(Text.assemble((f" {word}", QUIET)), _LABEL)

    def _plays(self) -> bool:
        """Say whether there is a stream, so that its delay and drift are known."""
        return self._now.state in ("playing", "silent")

    def _toward(self) -> str:
        now = self._now
        if not self._plays() or abs(now.goal_ms - now.delay_ms) < 0.1 or not now.goal_ms:
            return f"   at most {self._limit:g} ms"
        return f"   on its way to {now.goal_ms:.1f} ms, at most {self._limit:g} ms"

    def _shares(self) -> list[tuple[str, float]]:
        """Return the parts of the delay in ms, and what is left of it."""
        if not self._plays():
            return []
        parts = [(name, value) for name, value in self._now.parts_ms.items() if value > 0.0]
        inside = sum(value for name, value in parts if name != "output")
        rest = self._now.delay_ms - inside
        return [*parts, ("rest", rest)] if rest > 0.05 else parts

    def _bar(self, width: int) -> Text:
        """Return the parts as one bar, as long as the maximum delay, and an output's own more."""
        shares = self._shares()
        outside = self._now.parts_ms.get("output", 0.0)
        whole = max(self._limit + outside, sum(value for _, value in shares), 1.0)
        bar = Text()
        done = 0.0
        for name, value in shares:
            cells = round((done + value) / whole * width) - round(done / whole * width)
            bar.append("▄" * cells, _PARTS[name])
            done += value
        return bar.append("▁" * (width - len(bar)), QUIET)

    def _legend(self) -> Text:
        line = Text()
        for name, value in self._shares():
            line.append("▄ ", _PARTS[name]).append(f"{name} {value:.1f}   ")
        return line

    def _drift(self) -> Text:
        now = self._now
        if now.same_clock:
            return Text("none: sender and receiver are in one JACK server")
        if not self._plays():
            return Text("not known yet", QUIET)
        told = Text(f"{now.drift_ppm:+.1f} ppm")
        if not now.settled:
            told.append("   settling", TROUBLE if now.state == "playing" else QUIET)
        return told

    def _network(self, width: int) -> Text:
        """Return what came how, in so many cells: what there was none of goes first."""
        now = self._now
        numbers = {word: getattr(now, word) for word in _COUNTED}
        parts = [Text(f"{count(now.packets)} packets")]
        for word, number in numbers.items():
            style = TROUBLE if number and word in ("lost", "late") else QUIET
            parts.append(Text(f"{count(number)} {word}", style))
        parts.append(Text(f"jitter {now.jitter_ms:.2f} ms", QUIET))
        for word in sorted(_COUNTED[2:], key=lambda one: numbers[one] > 0):
            if sum(len(part) + 3 for part in parts) - 3 > width:
                parts = [part for part in parts if not part.plain.endswith(word)]
        if sum(len(part) + 3 for part in parts) - 3 > width:
            parts.pop()
        return Text("   ").join(parts)

    def _concealed(self) -> Text:
        now = self._now
        line = Text(f"{now.concealed_ms:.0f} ms", TROUBLE if now.concealed_ms else Style.null())
        line.append(f"   silent {now.silent_ms:.0f} ms", TROUBLE if now.silent_ms else QUIET)
        line.append(f"   given up {now.dropped_ms:.0f} ms", TROUBLE if now.dropped_ms else QUIET)
        if now.streams > 1:
            line.append(f"   {now.streams} streams", QUIET)
        return line

    def _gaps(self) -> list[float]:
        """Return ms that were filled or silent, second by second."""
        sums = [one.concealed_ms + one.silent_ms for one in self._history]
        return [max(0.0, later - before) for before, later in itertools.pairwise(sums)]

    def _trend(self, word: str, values: list[float], width: int, full: float) -> Text:
        shown = values[-max(1, width - _LABEL - 2) :]
        top = len(SPARKS) - 1
        marks = [SPARKS[min(top, max(0, round(value / full * top)))] for value in shown]
        return self._label(word).append("".join(marks), QUIET)

    def _scale(self, width: int) -> Text:
        return self._label("").append_text(ruler(max(4, width - _LABEL - 10)))


def _plain(line: Text) -> Text:
    """Return a line for a terminal without Unicode."""
    return to_ascii(Text(line.plain.translate(ASCII_SPARKS), spans=line.spans))
