"""What can be set on the desk: one table of names, ranges and defaults, and how a value is checked.

The session's files, the control socket, OSC and the scenes all name a value by its `Place` and take
its rules from here.
"""

import math
from dataclasses import dataclass
from typing import Literal, NamedTuple

from jackrf.errors import InputError
from jackrf.units import GAIN_MAX_DB, GAIN_MIN_DB

Value = float | bool | str
Kind = Literal["gain", "pan", "switch", "text"]

LONGEST_NAME = 64


class Place(NamedTuple):
    """Which value: of a send (mix and strip), of a mix (no strip), or of a strip (no mix)."""

    mix: str | None
    strip: str | None
    name: str

    def __str__(self) -> str:
        """Return it as a session file has it: ``mixes.drums.sends.kick.gain``."""
        if self.mix is None:
            return f"inputs.{self.strip}.{self.name}"
        if self.strip is None:
            return f"mixes.{self.mix}.{self.name}"
        return f"mixes.{self.mix}.sends.{self.strip}.{self.name}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """The rule for one name.

    Attributes:
        kind: gain (dB, -inf to +10), pan (-1 to 1), switch, or text (a name).
        default: what a file need not say.
    """

    kind: Kind
    default: Value

    @property
    def allowed(self) -> str:
        """The range, in words."""
        return {
            "gain": f"-inf to +{GAIN_MAX_DB:g} dB",
            "pan": "-1 (left) to 1 (right)",
            "switch": "true or false",
            "text": f"one line of 1 to {LONGEST_NAME} characters",
        }[self.kind]


SEND = {
    "gain": Parameter("gain", -math.inf),
    "pan": Parameter("pan", 0.0),
    "mute": Parameter("switch", False),
    "solo": Parameter("switch", False),
    "safe": Parameter("switch", False),
}
MIX = {
    "name": Parameter("text", ""),
    "gain": Parameter("gain", 0.0),
    "mute": Parameter("switch", False),
    "safe": Parameter("switch", False),
}
STRIP = {
    "name": Parameter("text", ""),
    "trim": Parameter("gain", 0.0),
    "pan": Parameter("pan", 0.0),
    "mute": Parameter("switch", False),
}


def table_of(place: Place) -> dict[str, Parameter]:
    """Return the names that can be set at such a place."""
    if place.mix is None:
        return STRIP
    return MIX if place.strip is None else SEND


def _is_name(text: str) -> bool:
    return 0 < len(text) <= LONGEST_NAME and text.isprintable() and bool(text.strip())


def _kept(parameter: Parameter, value: object) -> Value | None:
    """Return a value as the desk keeps it, None where it is not allowed."""
    if parameter.kind == "switch":
        return value if isinstance(value, bool) else None
    if parameter.kind == "text":
        return value if isinstance(value, str) and _is_name(value) else None
    if value is None and parameter.kind == "gain":
        return -math.inf
    low, high = (-1.0, 1.0) if parameter.kind == "pan" else (-math.inf, GAIN_MAX_DB)
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        return None
    silent = parameter.kind == "gain" and value < GAIN_MIN_DB
    return -math.inf if silent else float(value)


def checked(place: Place, value: object) -> Value:
    """Return a value as the desk keeps it.

    Args:
        place: where it is to go.
        value: for a gain, None is -inf, as JSON writes it.

    Raises:
        InputError: there is no such name, or the value is of the wrong kind or out of range.
    """
    parameter = table_of(place).get(place.name)
    if parameter is None:
        raise InputError(f"{place}: {place.name!r} is not one of {', '.join(table_of(place))}")
    kept = _kept(parameter, value)
    if kept is None:
        raise InputError(f"{place} = {value!r}: allowed is {parameter.allowed}")
    return kept
