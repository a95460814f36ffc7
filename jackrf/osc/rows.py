"""What a row of the table of addresses says, and how one is written down."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, NamedTuple

from jackrf.units import GAIN_MAX_DB

OFF_DB: Final = -144.0
"""How -inf dB is written in OSC, where no infinity travels."""

Direction = Literal["in", "out", "both", "command"]
"""in: can be set; out: can be read; both; command: does something each time."""

Scope = Literal["send", "mix", "strip", "desk"]
"""What an address belongs to."""

Told = Literal["on change", "meter", "health", "when asked"]
"""When a surface hears of it: at each change, 15 times a second, once a second, as an answer."""


class Role(IntEnum):
    """What an endpoint may do; who may do more may do all that is less."""

    OBSERVER = 0
    """sees names and meters"""
    MUSICIAN = 1
    """one mix, with everything in it"""
    ENGINEER = 2
    """everything"""


class Kind(NamedTuple):
    """How the values of an address look: type, range (None where there is none), unit."""

    types: str
    low: float | None
    high: float | None
    unit: str


KINDS: Final = {
    "fader": Kind("f", 0.0, 1.0, ""),
    "decibels": Kind("f", OFF_DB, GAIN_MAX_DB, "dB"),
    "pan": Kind("f", -1.0, 1.0, ""),
    "pan01": Kind("f", 0.0, 1.0, ""),
    "switch": Kind("i", 0.0, 1.0, ""),
    "inverse": Kind("i", 0.0, 1.0, ""),
    "name": Kind("s", None, None, ""),
    "text": Kind("s", None, None, ""),
    "meter": Kind("f", 0.0, 1.0, ""),
    "reduction": Kind("f", OFF_DB, 0.0, "dB"),
    "step": Kind("f", -6.0, 6.0, "dB"),
    "tilt": Kind("f", -1.0, 1.0, ""),
    "share": Kind("f", 0.0, 1.0, ""),
    "milliseconds": Kind("f", 0.0, None, "ms"),
    "count": Kind("i", 0.0, None, ""),
}
"""What a value can be; `jackrf.osc.views` has the way from and to the desk for those it keeps."""

_BEFORE: Final[dict[Scope, str]] = {
    "send": "/mix/{mix}/in/{strip}/",
    "mix": "/mix/{mix}/",
    "strip": "/in/{strip}/",
    "desk": "/",
}


@dataclass(frozen=True, slots=True, eq=False)
class Address:
    """A row of the table.

    Attributes:
        name: by which programs find it: ``send.fader``, ``mix.undo``, ``scene.recall``.
        path: with ``{mix}`` and ``{strip}`` where a surface writes an id or a number.
        types: OSC type tags of its arguments; alternatives are parted by ``|``, ``*`` is any.
        direction: what can be done with it.
        role: the least that may set it or do it; of what is only read, the least that may read it.
        reader: the least that may read it.
        meaning: in words.
        follows: whose example it is.
        low: the least value, None without one.
        high: the greatest value, None without one; what is beyond is moved to it.
        unit: of the value.
        kind: its row of `KINDS`; empty for what is no single value.
        parameter: its name in `jackrf.parameters`, where the desk keeps it.
        owner: whose parameter it is: another's where one shows the same name in many places.
        told: when a surface hears of it without asking.
        essential: whether the sync of a large desk, which has to be short, tells it before others.
    """

    name: str
    path: str
    types: str
    direction: Direction
    role: Role
    reader: Role
    meaning: str
    follows: str = ""
    low: float | None = None
    high: float | None = None
    unit: str = ""
    kind: str = ""
    parameter: str = ""
    owner: Scope = "desk"
    told: Told = "when asked"
    essential: bool = False

    @property
    def settable(self) -> bool:
        """Whether a value can be sent to it."""
        return self.direction in ("in", "both")

    @property
    def readable(self) -> bool:
        """Whether it has a value that can be asked for."""
        return self.direction in ("out", "both")


def value(  # noqa: PLR0913 - a row has as many columns as it has
    scope: Scope,
    leaf: str,
    kind: str,
    meaning: str,
    follows: str = "",
    *,
    direction: Direction = "both",
    role: Role | None = None,
    reader: Role | None = None,
    parameter: str = "",
    owner: Scope | None = None,
    told: Told = "on change",
    essential: bool = False,
) -> Address:
    """Return the row of a single value; its types, range and unit are those of its kind."""
    shape = KINDS[kind]
    seen = reader if reader is not None else _least_reader(kind)
    if role is None:
        role = seen if direction == "out" else Role.MUSICIAN
    return Address(
        name=f"{scope}.{leaf.replace('/', '.')}",
        path=_BEFORE[scope] + leaf,
        types=shape.types,
        direction=direction,
        role=role,
        reader=seen,
        meaning=meaning,
        follows=follows,
        low=shape.low,
        high=shape.high,
        unit=shape.unit,
        kind=kind,
        parameter=parameter,
        owner=owner or scope,
        told=told,
        essential=essential,
    )


def _least_reader(kind: str) -> Role:
    seen_by_all = ("name", "meter", "reduction", "share", "milliseconds", "count")
    return Role.OBSERVER if kind in seen_by_all else Role.MUSICIAN


def row(
    path: str,
    types: str,
    direction: Direction,
    role: Role,
    meaning: str,
    follows: str = "",
    told: Told = "when asked",
) -> Address:
    """Return the row of anything else, written as a surface sees it."""
    parts = path.removeprefix("/").split("/")
    scope: Scope = "mix" if parts[0] == "mix" else "desk"
    name = ".".join(["mix", *parts[2:]] if scope == "mix" else parts)
    return Address(name, path, types, direction, role, role, meaning, follows, told=told)
