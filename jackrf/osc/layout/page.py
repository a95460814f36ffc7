"""A page for a tablet, in no app's terms: what is where, what it shows, and what it sets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from jackrf.osc.tree import Target

WIDTH: Final = 1024
HEIGHT: Final = 768
"""Units of a page; apps stretch it to their screens."""

GRID_STEPS: Final = 8
"""Of a fader: on the X32 taper they are whole numbers of dB, and 0 dB, at 0.75, is one of them."""

Kind = Literal["panel", "text", "fader", "slider", "meter", "switch", "button", "tab"]
"""fader: upright; slider: lying, from the middle; switch: stays as it is pressed; button: once."""


class Colour(NamedTuple):
    """Red, green and blue, 0..1."""

    red: float
    green: float
    blue: float

    @classmethod
    def of(cls, code: str) -> "Colour":
        """Return what a code such as ``#ff7a6b`` stands for."""
        parts = (int(code[at : at + 2], 16) for at in (1, 3, 5))
        return cls(*(round(part / 255, 3) for part in parts))

    @property
    def code(self) -> str:
        """As in HTML: ``#ff7a6b``."""
        return "#" + "".join(f"{round(part * 255):02x}" for part in self)


class Frame(NamedTuple):
    """Where something is: left, top, width and height in units of the page."""

    x: int
    y: int
    width: int
    height: int


WHITE: Final = Colour(1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Form:
    """How a number is written in a text.

    Attributes:
        factor: by which it is multiplied first.
        places: behind the point.
        after: what follows it.
        hides_zero: whether nothing is written where it would be 0.
    """

    factor: float
    places: int
    after: str
    hides_zero: bool = False

    def text(self, value: float) -> str:
        """Return a number as it is written."""
        shown = f"{value * self.factor:.{self.places}f}"
        return "" if self.hides_zero and float(shown) == 0.0 else shown + self.after


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One thing on a page.

    Attributes:
        name: the only one of this name on the page.
        kind: what it is.
        frame: where it is.
        colour: of what moves or lights up; of a panel or a text, behind it.
        ink: of its text.
        text: what is written on it until it is told otherwise.
        size: of its text, in units of the page.
        value: of a fader, slider, meter or switch until it is told otherwise, as in OSC.
        target: what it shows and sets.
        touch: where it tells that a finger is on it.
        form: of a text that shows a number.
        bank: of a tab, the one that it brings to the front, from 1.
    """

    name: str
    kind: Kind
    frame: Frame
    colour: Colour
    ink: Colour = WHITE
    text: str = ""
    size: int = 16
    value: float = 0.0
    target: Target | None = None
    touch: Target | None = None
    form: Form | None = None
    bank: int = 0

    @property
    def scale(self) -> tuple[float, float]:
        """What its two ends stand for in OSC."""
        address = None if self.target is None else self.target.address
        if address is None or address.low is None or address.high is None:
            return 0.0, 1.0
        return address.low, address.high

    @property
    def position(self) -> float:
        """Its value as a part of the way between the two ends, 0..1."""
        low, high = self.scale
        return (self.value - low) / (high - low)

    @property
    def sets(self) -> bool:
        """Whether moving it sets a value; texts and meters only show one."""
        moves = self.kind in ("fader", "slider", "switch")
        return moves and self.target is not None and self.target.address.settable


@dataclass(frozen=True, slots=True)
class Bank:
    """Strips that are seen together.

    Attributes:
        name: the only one of this name on the page.
        frame: where it is.
        controls: from the back to the front.
    """

    name: str
    frame: Frame
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """All of a page.

    Attributes:
        name: what people call it.
        prefix: below which everything is that it shows and sets.
        ground: its colour.
        controls: those that are always seen, from the back to the front.
        banks: of which one is seen at a time; the first one to begin with.
    """

    name: str
    prefix: str
    ground: Colour
    controls: tuple[Control, ...]
    banks: tuple[Bank, ...]

    def __iter__(self) -> Iterator[Control]:
        """Return all controls, those of the banks too."""
        yield from self.controls
        for bank in self.banks:
            yield from bank.controls
