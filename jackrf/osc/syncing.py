"""What the sync of a large desk carries: in 40 packets at the most, all that the desk keeps.

A surface that stalls while it is synced has to find everything in the buffer of its socket, so a
sync cannot be of any length. Of a desk with more values than fit it tells, in this order,

1. the level of every send, mix and input, and the names;
2. every mute, pan, solo, safe and more me that is not at 0, or was not at some time since jackrf
   runs: so it is right in a surface that begins with zeros, and in one that was away for a while;
3. the zeros, mutes and pans first, as far as there is room.

The zeros that are left over, and what says the same in other words (`gain` and `text` beside
`fader`), are the first that the refresh tells afterwards.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from jackrf.osc.addresses import Address
from jackrf.osc.messages import room
from jackrf.osc.tree import Target
from jackrf.osc.views import Args

MOST_WHOLE: Final = 1000
"""Values of a sync that has room for all of them."""
MOST_PACKETS: Final = 40
_RESTING: Final = frozenset({"switch", "pan", "tilt"})
"""Kinds of value that rest at 0."""


class Carried(NamedTuple):
    """What a sync tells as far as there is room, and what it leaves out, each in its order."""

    now: list[Target]
    later: list[Target]


def rests(address: Address) -> bool:
    """Return whether an address has a value that the desk keeps and that is mostly 0."""
    kept = address.direction == "both" and address.told == "on change"
    return kept and address.kind in _RESTING


class Syncing:
    """Knows what has been away from its rest.

    Args:
        value: returns what a target shows, None for nothing.
    """

    def __init__(self, value: Callable[[Target], Args | None]) -> None:
        self._value = value
        self._restless: set[Target] = set()

    def note(self, targets: Iterable[Target]) -> None:
        """Note what shows another value than before."""
        for target in targets:
            if rests(target.address) and self._value(target) not in ((0,), None):
                self._restless.add(target)

    def carried(self, targets: Sequence[Target]) -> Carried:
        """Return what a sync of these tells."""
        if len(targets) <= MOST_WHOLE:
            return Carried(list(targets), [])
        self.note(targets)
        levels: list[Target] = []
        restless: list[Target] = []
        zeros: list[Target] = []
        flags: list[Target] = []
        repeats: list[Target] = []
        for target in targets:
            if target in self._restless:
                restless.append(target)
            elif rests(target.address):
                (zeros if target.address.essential else flags).append(target)
            else:
                (levels if target.address.essential else repeats).append(target)
        return Carried(levels + restless + zeros + flags, repeats)


def fitting(begin: bytes, told: Sequence[bytes], end: bytes) -> int:
    """Return how many of these messages, from the first on, a sync has room for."""
    fit = room([begin, *told], MOST_PACKETS) - 1
    while fit and room([begin, *told[:fit], end], MOST_PACKETS) < fit + 2:
        fit -= 1
    return fit
