"""What messages do beside setting one value: a nudge, a copy, more me, a finger on a fader.

A message is first made into a move, which is where it can be refused; then the moves of a whole
bundle are made on a `Draft`, where nothing can go wrong any more, and the draft goes to the desk.
"""

import math
from collections.abc import Callable, Mapping
from typing import Final

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.mixer import Mixer
from jackrf.osc.moreme import MoreMe
from jackrf.osc.readings import held_by
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.tree import Target, Tree
from jackrf.osc.views import ON, Args, in_range, number, only, taken
from jackrf.parameters import Place, Value, checked
from jackrf.units import GAIN_MAX_DB

LIFT_FROM_DB: Final = -60.0
"""Where a send that is off begins when it is nudged up: below, nobody would hear it come."""

COPIED: Final = ("gain", "pan", "mute")


class Draft:
    """Changes of the desk that are not made yet.

    Args:
        mixer: what stands now.

    Attributes:
        changes: by place.
    """

    def __init__(self, mixer: Mixer) -> None:
        self.changes: dict[Place, Value] = {}
        self._mixer = mixer

    def value(self, place: Place) -> Value:
        """Return what will stand at a place."""
        drafted = self.changes.get(place)
        return self._mixer.value(place) if drafted is None else drafted


Move = Callable[[Draft], None]
Maker = Callable[[Target, Args, str], Move]


def value_for(place: Place, target: Target, args: Args) -> Value:
    """Return the value that a message puts into a place.

    Raises:
        OscError: it is no value for this address.
    """
    value = taken(target.address, args)
    if not isinstance(value, str):
        return value
    try:
        # Numbers are in their range already; whether a name will do, the desk knows.
        return checked(place, value)
    except InputError as error:
        raise OscError(Code.WRONG, str(error)) from None


def put(place: Place, target: Target, args: Args) -> Move:
    """Return the move that sets a value."""
    value = value_for(place, target, args)

    def move(draft: Draft) -> None:
        draft.changes[place] = value

    return move


def nudge(target: Target, args: Args, _by: str) -> Move:
    """Return the move that raises or lowers a send by some dB."""
    step = in_range(target.address, number(target.address, args))
    place = held_by(target)

    def move(draft: Draft) -> None:
        gain = float(draft.value(place))
        if gain == -math.inf and step > 0.0:
            gain = LIFT_FROM_DB - step
        draft.changes[place] = checked(place, min(gain + step, GAIN_MAX_DB))

    return move


def makers(desk: Desk, tree: Tree, moreme: MoreMe) -> Mapping[str, Maker]:
    """Return how a message becomes a move, by the name of its address."""

    def touch(target: Target, args: Args, by: str) -> Move:
        down = number(target.address, args) >= ON
        act = desk.hold if down else desk.release
        return lambda _: act(held_by(target), by)

    def copy(target: Target, args: Args, _by: str) -> Move:
        written = only(target.address, args)
        if isinstance(written, float) and written.is_integer():
            written = int(written)
        found = tree.mixes.named(str(written))
        if len(found) != 1:
            known = ", ".join(tree.mixes.numbers)
            raise OscError(Code.WRONG, f"no mix {str(written)[:32]!r} to copy: there are {known}")
        return lambda draft: _copy(draft, tree.strips.numbers, found[0], target.mix)

    def tilt(target: Target, args: Args, _by: str) -> Move:
        mix = target.mix or ""
        amount = in_range(target.address, number(target.address, args))
        if not moreme.has(mix):
            text = f"mix {mix!r} has no input of its own: give one the id {mix!r}"
            raise OscError(Code.NOT_NOW, text)
        return lambda draft: draft.changes.update(moreme.tilt(mix, amount, draft.value))

    return {
        "send.nudge": nudge,
        "send.fader.touch": touch,
        "mix.fader.touch": touch,
        "mix.copy": copy,
        "mix.moreme": tilt,
    }


def _copy(draft: Draft, strips: Mapping[str, int], source: str, mix: str | None) -> None:
    for strip in strips:
        for name in COPIED:
            value = draft.value(Place(source, strip, name))
            draft.changes[Place(mix, strip, name)] = value
