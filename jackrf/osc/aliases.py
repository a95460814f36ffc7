"""Addresses of other desks that existing templates speak: X32, and Ardour's cue surface.

What is heard in a dialect is put into jackrf's own words before anything else happens, and what an
endpoint is told goes out in the dialect that it spoke last:

    X32          /ch/03/mix/01/level     number of the input, number of the mix
    Ardour cue   /cue/send/fader/3       the mix is the one that the endpoint is paired with
    own leaves   /mix/1/in/3/on          jackrf's addresses, with `on` and `pan01` for mute and pan
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from jackrf.osc.guard import Argument, Message
from jackrf.osc.messages import tags_of
from jackrf.osc.rows import OFF_DB
from jackrf.osc.tree import Target
from jackrf.osc.views import ON, Args, clamped
from jackrf.units import ardour_fader_to_db, db_to_ardour_fader


class Dialect(StrEnum):
    """Whose addresses an endpoint speaks."""

    NATIVE = "jackrf"
    LEAVES = "jackrf with on and pan01"
    X32 = "X32"
    ARDOUR = "Ardour cue"


Convert = Callable[[float], Argument]


def _float(value: float) -> Argument:
    return float(value)


def _inverse(value: float) -> Argument:
    return int(value < ON)


def _inverse_float(value: float) -> Argument:
    return float(value < ON)


def _to_pan(position: float) -> Argument:
    return clamped(position, 0.0, 1.0) * 2.0 - 1.0


def _from_pan(pan: float) -> Argument:
    return (pan + 1.0) / 2.0


def _from_ardour(position: float) -> Argument:
    return max(ardour_fader_to_db(clamped(position, 0.0, 1.0)), OFF_DB)


def _to_ardour(gain: float) -> Argument:
    return db_to_ardour_fader(gain) if gain > OFF_DB else 0.0


@dataclass(frozen=True, slots=True)
class Alias:
    """A row of the table.

    Attributes:
        dialect: whose it is.
        path: ``{mix}`` and ``{strip}`` are numbers from 1.
        name: of the address in `jackrf.osc.addresses` that it stands for.
        hear: from a number of the dialect to one of that address.
        speak: and back.
        note: for people, what is different.
    """

    dialect: Dialect
    path: str
    name: str
    hear: Convert = _float
    speak: Convert = _float
    note: str = ""

    @property
    def native(self) -> str:
        """The path that it stands for; of Ardour's, with the mix that the endpoint has."""
        scope, _, leaf = self.name.partition(".")
        before = {"send": "/mix/{mix}/in/{strip}/", "mix": "/mix/{mix}/", "strip": "/in/{strip}/"}
        return before[scope] + leaf


_X32 = Dialect.X32
_ARDOUR = Dialect.ARDOUR
_TURNED = ", turned around"

ALIASES: Final = (
    Alias(_X32, "/ch/{strip:02}/mix/{mix:02}/level", "send.fader"),
    Alias(_X32, "/ch/{strip:02}/mix/{mix:02}/on", "send.mute", _inverse, _inverse, _TURNED),
    Alias(_X32, "/ch/{strip:02}/mix/{mix:02}/pan", "send.pan", _to_pan, _from_pan, ", 0..1"),
    Alias(_X32, "/ch/{strip:02}/config/name", "strip.name"),
    Alias(_X32, "/bus/{mix:02}/mix/fader", "mix.fader"),
    Alias(_X32, "/bus/{mix:02}/mix/on", "mix.mute", _inverse, _inverse, _TURNED),
    Alias(_X32, "/bus/{mix:02}/config/name", "mix.name"),
    Alias(_ARDOUR, "/cue/send/fader/{strip}", "send.gain", _from_ardour, _to_ardour),
    Alias(_ARDOUR, "/cue/send/enable/{strip}", "send.mute", _inverse, _inverse_float, _TURNED),
    Alias(_ARDOUR, "/cue/send/name/{strip}", "send.name"),
    Alias(_ARDOUR, "/cue/fader", "mix.gain", _from_ardour, _to_ardour),
    Alias(_ARDOUR, "/cue/mute", "mix.mute"),
    Alias(_ARDOUR, "/cue/name", "mix.name"),
)

_LEAVES: Final = {"send.mute": ("mute", "on", _inverse), "mix.mute": ("mute", "on", _inverse)} | {
    "send.pan": ("pan", "pan01", _from_pan)
}
"""By what has changed: the leaf that shows it, the other leaf, and how the other one shows it."""


def _shape(path: str) -> tuple[str, ...]:
    """Return the components of a path, with every number as ``#``."""
    parts = path.split("/")[1:]
    return tuple("#" if part.isdigit() else part for part in parts)


_HEARD: Final = {_shape(alias.path.format(strip=1, mix=1)): alias for alias in ALIASES}
_SPOKEN: Final = {(alias.dialect, alias.name): alias for alias in ALIASES}
_FIRST: Final = frozenset(shape[0] for shape in _HEARD)


def hear(message: Message, mix: str | None = None) -> tuple[Dialect, Message]:
    """Return a message in jackrf's own words, and the dialect in which it was said.

    Args:
        message: in any dialect; what is in none of them comes back as it is.
        mix: id or number of the mix that its endpoint is paired with; without one, Ardour's
            addresses stand for nothing.
    """
    path = message.path
    parts = path.split("/")
    if parts[1] not in _FIRST:
        leaves = parts[1] == "mix" and parts[-1] in ("on", "pan01")
        return (Dialect.LEAVES if leaves else Dialect.NATIVE), message
    alias = _HEARD.get(_shape(path))
    if alias is None or (alias.dialect is _ARDOUR and mix is None):
        return Dialect.NATIVE, message
    numbers = [part for part in parts if part.isdigit()]
    # All dialects name the input first; the mix comes after it, or alone.
    strip = numbers.pop(0) if "{strip" in alias.path else ""
    native = alias.native.format(mix=numbers.pop(0) if numbers else mix, strip=strip)
    return alias.dialect, _converted(native, message, alias.hear)


def _converted(path: str, message: Message, convert: Convert) -> Message:
    if len(message.args) == 1 and isinstance(message.args[0], int | float):
        args = (convert(float(message.args[0])),)
        return Message(path, tags_of(args), args)
    return message._replace(path=path)


def speak(dialect: Dialect, target: Target, args: Args) -> list[Message]:
    """Return what an endpoint is told of a target, in its dialect; often nothing.

    Args:
        dialect: that it spoke last.
        target: what has another value.
        args: that value, as `jackrf.osc.namespace.Namespace.get` returned it.
    """
    name, types = target.address.name, target.address.types
    if dialect in (Dialect.NATIVE, Dialect.LEAVES):
        told = [Message(target.path, types, args)]
        if dialect is Dialect.LEAVES and name in _LEAVES and isinstance(args[0], int | float):
            leaf, other, convert = _LEAVES[name]
            told.append(_said(target.path.removesuffix(leaf) + other, (convert(args[0]),)))
        return told
    alias = _SPOKEN.get((dialect, name))
    if alias is None:
        return []
    path = alias.path.format(mix=target.mix_number, strip=target.strip_number)
    value = args[0]
    return [_said(path, (alias.speak(value) if isinstance(value, int | float) else value,))]


def _said(path: str, args: Args) -> Message:
    return Message(path, tags_of(args), args)
