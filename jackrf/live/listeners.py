"""Who hears which mix: a row for each listener, those in trouble first where not all have room."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from jackrf.live.meters import QUIET
from jackrf.live.words import TROUBLE, clean, count, fit, fit_name

ROW = 70
"""Cells from which a listener's row shows all."""

_SENT, _QUEUED = 7, 10
_STATE_MAX, _MIX_MAX = 14, 12


@dataclass(frozen=True, slots=True)
class Listener:
    """One listener of one mix.

    Attributes:
        mix: the mix's name.
        url: where its packets go.
        state: sending, or what keeps it from being sent to.
        sent: packets.
        dropped: packets, by cause, only causes that occurred.
        queued: ms of audio that wait in the socket.
        loss: share of the packets that the receiver misses, 0..1; None where it does not tell.
        jitter: of their arrival there, ms.
    """

    mix: str
    url: str
    state: str
    sent: int
    dropped: Mapping[str, int]
    queued: float
    loss: float | None = None
    jitter: float = 0.0

    @property
    def is_well(self) -> bool:
        """Whether it is sent to, has lost nothing so far, and loses nothing on the way."""
        return self.state == "sending" and not self.dropped and not self.loss


def listeners_of(status: Mapping[str, Any]) -> list[Listener]:
    """Return the listeners of a status, mix by mix."""
    return [
        Listener(
            mix=clean(mix.get("name") or mix_id),
            url=clean(found.get("url", "")),
            state=clean(found.get("state", "")),
            sent=found.get("sent") or 0,
            dropped=_causes(found),
            queued=found.get("queued_ms") or 0.0,
            loss=(found.get("heard") or {}).get("loss"),
            jitter=(found.get("heard") or {}).get("jitter_ms") or 0.0,
        )
        for mix_id, mix in status.get("mixes", {}).items()
        for found in mix.get("listeners", [])
    ]


def _causes(found: Mapping[str, Any]) -> dict[str, int]:
    by_cause = found.get("dropped_by") or {"": found.get("dropped") or 0}
    causes = sorted(by_cause.items(), key=lambda item: -item[1])
    return {clean(cause): packets for cause, packets in causes if packets}


def listeners_title(listeners: list[Listener], rows: int, width: int, columns: int) -> Text:
    """Return the line above the rows: captions, or where not all have a row, how they are.

    Args:
        listeners: all of them.
        rows: how many of them have a row.
        width: cells of the whole line.
        columns: rows side by side.
    """
    line = Text.assemble((" LISTENERS", Style(bold=True)))
    if len(listeners) > rows:
        states = Counter(listener.state for listener in listeners)
        words = ", ".join(f"{number} {state}" for state, number in states.most_common())
        line.append(f"  {words}")
        if lost := sum(sum(listener.dropped.values()) for listener in listeners):
            line.append(f", {count(lost)} dropped", TROUBLE)
        return fit(line, width)
    if not listeners:
        return fit(line.append("  none", QUIET), width)
    places = _Places.of(listeners, width // columns)
    line = fit(line, places.state + places.mix + places.url)
    if places.figures:
        line.append("sent".rjust(_SENT) + "queued".rjust(_QUEUED), QUIET)
    if any(listener.dropped for listener in listeners):
        line.append("  dropped", QUIET)
    return fit(line, width)


def listener_rows(listeners: list[Listener], rows: int, width: int) -> list[Text]:
    """Return a row for each of 1 or more listeners; where room is short, the last counts the rest.

    Args:
        listeners: all of them.
        rows: how many there is room for, at least 1.
        width: cells of each row.
    """
    places = _Places.of(listeners, width)
    if len(listeners) <= rows:
        return [_row(listener, places, width) for listener in listeners]
    ordered = sorted(listeners, key=lambda listener: listener.is_well)
    shown = max(1, rows - 1)
    lines = [_row(listener, places, width) for listener in ordered[:shown]]
    if shown < rows:
        ill = sum(not listener.is_well for listener in ordered[shown:])
        rest = f"{ill} in trouble" if ill else "all well"
        lines.append(fit(Text(f" … and {len(ordered) - shown} more, {rest}", QUIET), width))
    return lines


@dataclass(frozen=True, slots=True)
class _Places:
    """Cells of what stands in columns; what is left belongs to the causes of drops."""

    state: int
    mix: int
    url: int
    figures: int
    scheme: str

    @classmethod
    def of(cls, listeners: list[Listener], width: int) -> Self:
        """Share out the width of a row, so that the longest of each of 1 or more has room."""
        state = 4 + min(max(cell_len(found.state) for found in listeners), _STATE_MAX)
        mix = 1 + min(max(cell_len(found.mix) for found in listeners), _MIX_MAX, width // 5)
        url = 1 + max(cell_len(found.url) for found in listeners)
        lost = max(len(_lost(found)) + len(_way(found)) for found in listeners)
        figures = _SENT + _QUEUED if width >= ROW else 0
        room = width - state - mix - figures
        scheme = "udp://" if url + lost + 1 > room else ""
        url = min(url - len(scheme), max(room - lost - 2, room * 2 // 3))
        return cls(state, mix, url, figures, scheme)


def _lost(listener: Listener) -> str:
    return ", ".join(f"{count(number)} {cause}" for cause, number in listener.dropped.items())


def _way(listener: Listener) -> str:
    """What the receiver tells of the way to it."""
    if listener.loss is None:
        return ""
    return f"  {listener.loss:.1%} lost on the way, ±{listener.jitter:.1f} ms"


def _row(listener: Listener, places: _Places, width: int) -> Text:
    sending = listener.state == "sending"
    sign = (" ● ", Style(color="green")) if sending else (" ○ ", TROUBLE)
    line = Text.assemble(sign, (listener.state, Style() if sending else TROUBLE))
    line = fit(line, places.state)
    line.append_text(fit_name(listener.mix, places.mix - 1)).append(" ")
    url = listener.url.removeprefix(places.scheme)
    line.append_text(fit(Text(url), places.url - 1)).append(" ")
    if places.figures:
        line.append(count(listener.sent).rjust(_SENT))
        line.append(f"{listener.queued:.1f} ms".rjust(_QUEUED))
    if listener.dropped:
        line.append(f"  {_lost(listener)}", TROUBLE)
    line.append(_way(listener), TROUBLE if listener.loss else QUIET)
    return fit(line, width)
