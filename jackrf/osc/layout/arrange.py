"""Puts a mix on a page: inputs side by side, the mix itself at the right, its stream on top."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from jackrf.mixer import Mixer
from jackrf.osc.addresses import BY_NAME
from jackrf.osc.layout.page import WIDTH, Bank, Colour, Control, Form, Frame, Page
from jackrf.osc.tree import Target, Tree
from jackrf.osc.views import shown

NOTICE: Final = "notice"
"""The text in which a page says what is wrong."""

MOST_IN_BANK: Final = 8
"""Strips side by side, as on a console: a thumb tells them apart, and their names can be read."""

_GROUND = Colour.of("#0a0d12")
_PANEL = Colour.of("#141a22")
_OWN = Colour.of("#223044")
_INK = Colour.of("#eef2f6")
_DIM = Colour.of("#93a1b0")
_DARK = Colour.of("#0a0d12")
_NEUTRAL = Colour.of("#c3ced9")
_MUTE = Colour.of("#f0464b")
_SOLO = Colour.of("#dd9f0a")
_PRESS = Colour.of("#62798f")
_METER = Colour.of("#3ecf7a")
_WARNING = Colour.of("#f7b955")
SMALLEST: Final = 11
"""Size of a name that can be read from where a tablet stands."""
_WIDTH_OF_A_LETTER: Final = 0.64
"""In sizes of the text, bold."""
_HUES: Final = tuple(
    Colour.of(code)
    for code in (
        "#ff8a75", "#f7b955", "#b6d957", "#45cfb6", "#58b6f5", "#a595f7", "#f08cc6", "#d3bf9c",
    )
)  # fmt: skip
"""Of the strips, one after the other."""

_EDGE, _GAP = 8, 6
_TOP_HEIGHT = 60
_TAB_HEIGHT = 48
_MASTER_WIDTH = 164
_WIDEST = 210
_BOTTOM = 760

_LOSS = Form(100.0, 0, " % lost")
_DELAY = Form(1.0, 1, " ms queued")
_LISTENING = Form(1.0, 0, " listening")
_LIMIT = Form(1.0, 1, " dB limiter", hides_zero=True)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the parts of a page are made from: the model, its addresses, and whose page it is."""

    mixer: Mixer
    tree: Tree
    mix: str

    def target(self, name: str, strip: str | None = None) -> Target:
        return self.tree.target(BY_NAME[name], self.mix, strip)

    def value(self, target: Target) -> float:
        """What the mixer holds, as OSC shows it."""
        if target.place is None:
            return 0.0
        (found,) = shown(target.address, self.mixer.value(target.place))
        return float(found) if isinstance(found, int | float) else 0.0

    def text(self, target: Target) -> str:
        """What the mixer holds, in words."""
        if target.place is None:
            return ""
        (found,) = shown(target.address, self.mixer.value(target.place))
        return str(found)


def page_of(mixer: Mixer, mix: str) -> Page:
    """Return the page of a mix.

    Args:
        mixer: whose names and levels the page has until it is told newer ones.
        mix: id of one of its mixes.
    """
    strips = [strip.id for strip in mixer.strips]
    desk = _Desk(mixer, Tree(list(mixer.mix_number), strips), mix)
    parts = _shared(strips)
    top = _EDGE + _TOP_HEIGHT + _GAP
    tabs: list[Control] = []
    if len(parts) > 1:
        tabs = list(_tabs(parts, top))
        top += _TAB_HEIGHT + _GAP
    area = Frame(_EDGE, top, WIDTH - 2 * _EDGE - _MASTER_WIDTH - _GAP, _BOTTOM - top)
    columns = max(map(len, parts))
    banks = tuple(_bank(desk, number, part, area, columns) for number, part in enumerate(parts, 1))
    master = Frame(WIDTH - _EDGE - _MASTER_WIDTH, top, _MASTER_WIDTH, area.height)
    name = mixer.mixes[mixer.mix_number[mix]].name
    controls = (*_head(desk), *tabs, *_master(desk, master))
    return Page(name, f"/mix/{mixer.mix_number[mix] + 1}", _GROUND, controls, banks)


def _shared(strips: Sequence[str]) -> list[list[tuple[int, str]]]:
    """Return the numbered strips in as few banks as possible, with as many in each."""
    numbered = list(enumerate(strips, 1))
    banks = -(-len(numbered) // MOST_IN_BANK)
    each = -(-len(numbered) // banks)
    return [numbered[at : at + each] for at in range(0, len(numbered), each)]


def _head(desk: _Desk) -> Iterator[Control]:
    title = desk.target("mix.name")
    yield Control(
        name="title", kind="text", frame=Frame(_EDGE + 4, _EDGE, 300, _TOP_HEIGHT), colour=_GROUND,
        ink=_INK, text=desk.text(title), size=_fitting(desk.text(title), 292, 30), target=title,
    )  # fmt: skip
    stream = (("state", None), ("listeners", _LISTENING), ("loss", _LOSS), ("delay", _DELAY))
    for number, (leaf, form) in enumerate(stream):
        yield Control(
            name=f"stream_{leaf}", kind="text", frame=Frame(320 + 132 * number, _EDGE + 2, 128, 28),
            colour=_PANEL, ink=_INK if form is None else _DIM, text="" if form is None else
            form.text(0.0), size=15, target=desk.target(f"mix.stream.{leaf}"), form=form,
        )  # fmt: skip
    yield Control(
        name=NOTICE, kind="text", frame=Frame(320, _EDGE + 32, 524, 26), colour=_GROUND,
        ink=_WARNING, text="not connected yet", size=14,
    )  # fmt: skip
    yield Control(
        name="undo", kind="button", colour=_PRESS, text="UNDO", size=17,
        frame=Frame(WIDTH - _EDGE - _MASTER_WIDTH, _EDGE, _MASTER_WIDTH, _TOP_HEIGHT),
        target=desk.target("mix.undo"),
    )  # fmt: skip


def _tabs(parts: Sequence[Sequence[tuple[int, str]]], top: int) -> Iterator[Control]:
    width = min(_WIDEST, (WIDTH - 2 * _EDGE + _GAP) // len(parts) - _GAP)
    for number, part in enumerate(parts, 1):
        yield Control(
            name=f"tab_{number}", kind="tab", colour=_PRESS, size=17, bank=number,
            frame=Frame(_EDGE + (number - 1) * (width + _GAP), top, width, _TAB_HEIGHT),
            text=f"{part[0][0]} - {part[-1][0]}", value=float(number == 1),
        )  # fmt: skip


def _bank(
    desk: _Desk, number: int, part: Sequence[tuple[int, str]], area: Frame, columns: int
) -> Bank:
    width = min(_WIDEST, (area.width + _GAP) // columns - _GAP)
    controls: list[Control] = []
    for column, (strip_number, strip) in enumerate(part):
        frame = Frame(area.x + column * (width + _GAP), area.y, width, area.height)
        controls += _strip(desk, strip_number, strip, frame)
    return Bank(f"bank_{number}", area, tuple(controls))


def _strip(desk: _Desk, number: int, strip: str, frame: Frame) -> Iterator[Control]:
    hue = _HUES[(number - 1) % len(_HUES)]
    at = f"in_{number}_"
    inner = Frame(frame.x + _GAP, frame.y + _GAP, frame.width - 2 * _GAP, 40)
    small = frame.width < 100
    yield Control(
        name=f"{at}panel", kind="panel", frame=frame, colour=_OWN if strip == desk.mix else _PANEL
    )
    name = desk.target("send.name", strip)
    yield Control(
        name=f"{at}name", kind="text", frame=inner, colour=hue, ink=_DARK, text=desk.text(name),
        size=_fitting(desk.text(name), inner.width, 19), target=name,
    )  # fmt: skip
    pan = desk.target("send.pan", strip)
    yield Control(
        name=f"{at}pan", kind="slider", frame=inner._replace(y=frame.y + 54, height=40),
        colour=_NEUTRAL, value=desk.value(pan), target=pan,
    )  # fmt: skip
    yield from _level(desk, at, _between(frame, 100, 120), hue, "send", strip, ["meter"])
    switches = (("mute", "MUTE", _MUTE, 112, 56), ("solo", "SOLO", _SOLO, 50, 44))
    for leaf, label, colour, above, height in switches:
        target = desk.target(f"send.{leaf}", strip)
        spot = inner._replace(y=frame.y + frame.height - above, height=height)
        yield Control(
            name=f"{at}{leaf}", kind="switch", frame=spot, colour=colour, text=label,
            size=15 if small else 17, value=desk.value(target), target=target,
        )  # fmt: skip


def _between(frame: Frame, top: int, bottom: int) -> Frame:
    """Return what is left of a frame without so much at its top and at its bottom."""
    return frame._replace(y=frame.y + top, height=frame.height - top - bottom)


def _level(
    desk: _Desk,
    at: str,
    frame: Frame,
    hue: Colour,
    scope: str,
    strip: str | None,
    meters: Sequence[str],
) -> Iterator[Control]:
    """Yield a fader, meters beside it, and the level in words below them."""
    slim = max(12, frame.width // 9)
    beside = len(meters) * (slim + 4)
    height = frame.height - 34
    fader = desk.target(f"{scope}.fader", strip)
    yield Control(
        name=f"{at}fader", kind="fader", colour=hue, value=desk.value(fader), target=fader,
        frame=Frame(frame.x + _GAP, frame.y, frame.width - 2 * _GAP - beside, height),
        touch=desk.target(f"{scope}.fader.touch", strip),
    )  # fmt: skip
    right = frame.x + frame.width - _GAP
    for place, leaf in enumerate(reversed(meters), 1):
        x = right - place * (slim + 4) + 4
        yield Control(
            name=f"{at}{leaf.replace('.', '_')}", kind="meter", colour=_METER,
            frame=Frame(x, frame.y, slim, height), target=desk.target(f"{scope}.{leaf}", strip),
        )  # fmt: skip
    text = desk.target(f"{scope}.text", strip)
    yield Control(
        name=f"{at}text", kind="text", colour=_GROUND, ink=_INK, text=desk.text(text), target=text,
        frame=Frame(frame.x + _GAP, frame.y + height + 4, frame.width - 2 * _GAP, 30),
        size=15 if frame.width < 100 else 18,
    )  # fmt: skip


def _fitting(text: str, width: int, most: int) -> int:
    """Return the size at which a name fits into a width, within reason; it is cut off beyond."""
    return max(SMALLEST, min(most, int(width / (_WIDTH_OF_A_LETTER * max(1, len(text))))))


def _master(desk: _Desk, frame: Frame) -> Iterator[Control]:
    at = "mix_"
    inner = Frame(frame.x + _GAP, frame.y + _GAP, frame.width - 2 * _GAP, 40)
    yield Control(name=f"{at}panel", kind="panel", frame=frame, colour=_OWN)
    yield Control(
        name=f"{at}label", kind="text", frame=inner, colour=_INK, ink=_DARK, text="MIX", size=19
    )
    own = desk.mix in desk.mixer.strip_number
    if own:
        yield from _more_me(desk, inner._replace(y=frame.y + 48, height=46))
    yield from _level(
        desk, at, _between(frame, 100 if own else 54, 120), _INK, "mix", None,
        ["meter.l", "meter.r"],
    )  # fmt: skip
    mute = desk.target("mix.mute")
    yield Control(
        name=f"{at}mute", kind="switch", colour=_MUTE, text="MUTE ALL", size=17,
        frame=inner._replace(y=frame.y + frame.height - 112, height=56),
        value=desk.value(mute), target=mute,
    )  # fmt: skip
    yield Control(
        name=f"{at}limit", kind="text", colour=_OWN, ink=_WARNING, size=15, form=_LIMIT,
        frame=inner._replace(y=frame.y + frame.height - 50, height=44),
        target=desk.target("mix.limit"),
    )  # fmt: skip


def _more_me(desk: _Desk, frame: Frame) -> Iterator[Control]:
    label = frame._replace(height=16)
    yield Control(
        name="mix_moreme_label", kind="text", frame=label, colour=_OWN, ink=_DIM, text="MORE ME",
        size=12,
    )  # fmt: skip
    yield Control(
        name="mix_moreme", kind="slider", colour=_HUES[4], target=desk.target("mix.moreme"),
        frame=frame._replace(y=frame.y + 17, height=30),
    )  # fmt: skip
