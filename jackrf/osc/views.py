"""How the values of the desk look in OSC, and what a message makes of them.

A send's gain is seen as `fader`, `gain` and `text`, a mute as `mute` and `on`: each is a view of
the one value that the desk keeps.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from jackrf.osc.guard import Argument
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.rows import OFF_DB, Address
from jackrf.parameters import Value
from jackrf.units import GAIN_MAX_DB, GAIN_MIN_DB, db_text, db_to_fader, fader_to_db

Args = tuple[Argument, ...]

ON: Final = 0.5
"""From here on a number means on: simple surfaces send floats for everything."""


@dataclass(frozen=True, slots=True)
class View:
    """The way from the desk to a surface and back.

    Attributes:
        show: from the desk's value to the argument of a message.
        take: from the number of a message to the desk's value, moved into its range; a text is left
            for the desk to judge.
    """

    show: Callable[[Any], Argument]
    take: Callable[[Any], Value]


def clamped(value: float, low: float, high: float) -> float:
    """Return the value, or the end of its range that is nearest."""
    return min(max(value, low), high)


def in_range(address: Address, value: float) -> float:
    """Return the value, moved into the range of its address."""
    low = -math.inf if address.low is None else address.low
    high = math.inf if address.high is None else address.high
    return clamped(value, low, high)


def _take_position(position: float) -> float:
    gain = fader_to_db(clamped(position, 0.0, 1.0))
    # A fader that reads 0 is off, however it came there.
    return gain if gain > GAIN_MIN_DB else -math.inf


def _take_gain(decibels: float) -> float:
    return -math.inf if decibels < GAIN_MIN_DB else min(decibels, GAIN_MAX_DB)


VIEWS: Final = {
    "fader": View(db_to_fader, _take_position),
    "decibels": View(lambda gain: max(gain, OFF_DB), _take_gain),
    "pan": View(float, lambda pan: clamped(pan, -1.0, 1.0)),
    "pan01": View(lambda pan: (pan + 1.0) / 2.0, lambda x: clamped(2.0 * x - 1.0, -1.0, 1.0)),
    "switch": View(int, lambda number: number >= ON),
    "inverse": View(lambda off: int(not off), lambda number: number < ON),
    "name": View(str, str),
    "text": View(db_text, str),
}
"""By the kind of an address."""


def only(address: Address, args: Args) -> Argument:
    """Return the one argument of a message.

    Raises:
        OscError: there are more of them, or none.
    """
    if len(args) != 1:
        raise OscError(Code.WRONG, f"{address.path} takes 1 argument, not {len(args)}")
    return args[0]


def number(address: Address, args: Args) -> float:
    """Return the one number of a message; int, float, T and F will do.

    Raises:
        OscError: it is no number, or not one.
    """
    value = only(address, args)
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise OscError(Code.WRONG, f"{address.path} takes a number, not {_shown(value)}")
    return float(value)


def text(address: Address, args: Args) -> str:
    """Return the one text of a message.

    Raises:
        OscError: it is no text, or not one.
    """
    value = only(address, args)
    if not isinstance(value, str):
        raise OscError(Code.WRONG, f"{address.path} takes a text, not {_shown(value)}")
    return value


def _shown(value: Argument) -> str:
    written = repr(value)
    return written if len(written) <= 40 else f"{written[:37]}..."


def taken(address: Address, args: Args) -> Value:
    """Return the desk's value that a message asks for.

    Raises:
        OscError: the message has no such value.
    """
    given = text(address, args) if address.kind == "name" else number(address, args)
    return VIEWS[address.kind].take(given)


def shown(address: Address, value: Value) -> Args:
    """Return a value of the desk as the arguments of a message."""
    return (VIEWS[address.kind].show(value),)
