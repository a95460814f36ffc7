"""What one surface still has to be told, and when: so that it converges, and fights no finger.

Values are not queued: what has changed is marked, and what is marked is read when it is told, so
the newest value wins. Three things make up for a network that loses, repeats and reorders:

* whoever sets a value hears the true one when it has settled (`SETTLE_SECONDS`);
* all that a surface watches is told again, a portion each second, within `REFRESH_SECONDS`;
* while a finger is on a fader, and just after a control was moved, nothing moves it from here.

Time is an argument, monotonic seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from jackrf.osc.tree import Target
from jackrf.parameters import Place

SETTLE_SECONDS: Final = 0.3
"""After the last message about a value: then its sender is told what became of it."""
TOUCH_SECONDS: Final = 8.0
"""A finger that is heard of no more, by a move or by another touch, has gone: a message that says
so can be lost. Shorter than a refresh, so that nothing is wrong for longer than one."""
REFRESH_SECONDS: Final = 10.0
REFRESH_PORTIONS: Final = 9
"""Told one each second: one less than there are seconds, so that no value waits for longer."""
MOST_AT_ONCE: Final = 400
"""Values of one flush, about ten packets; what is beyond waits for the next."""


@dataclass(slots=True)
class Hand:
    """What is known of the hand on one control.

    Attributes:
        last: when it was heard of.
        down: whether it said that it touches, and not yet that it lets go.
    """

    last: float
    down: bool = False

    def holds(self, now: float) -> bool:
        """Return whether the control must not be moved from here."""
        return now - self.last < (TOUCH_SECONDS if self.down else SETTLE_SECONDS)


def control_of(target: Target) -> Place | Target:
    """Return what a hand on a control holds: the value of the desk, or the control by itself."""
    return target if target.place is None else target.place


class Feedback:
    """What one surface has to be told.

    Attributes:
        watched: all that it is told without asking, in the order of a sync.
    """

    def __init__(self) -> None:
        self.watched: dict[Target, None] = {}
        self._stale: dict[Target, None] = {}
        self._hands: dict[Place | Target, Hand] = {}
        self._walk: list[Target] = []
        self._left = 0

    def watch(self, targets: Sequence[Target]) -> None:
        """Tell of these from now on, and of no others; what they show now is for the caller."""
        self.watched = dict.fromkeys(targets)
        self._stale = {target: None for target in self._stale if target in self.watched}
        self._walk, self._left = [], 0

    def mark(self, targets: Iterable[Target]) -> None:
        """Note that these show another value now."""
        for target in targets:
            if target in self.watched:
                self._stale[target] = None

    def moved(self, control: Place | Target, showing: Iterable[Target], now: float) -> None:
        """Note that the surface itself has set a value: it is told when that has settled."""
        hand = self._hands.get(control)
        if hand is None:
            self._hands[control] = Hand(now)
        else:
            hand.last = now
        self.mark(showing)

    def touch(self, place: Place, showing: Iterable[Target], now: float, *, down: bool) -> None:
        """Note that a finger has come down on a control, is still there, or has let it go."""
        self._hands[place] = Hand(now, down)
        self.mark(showing)

    def is_held(self, target: Target, now: float) -> bool:
        """Return whether a control must not be moved now; what only shows a value never is held."""
        if not self._hands or not target.address.settable:
            return False
        hand = self._hands.get(control_of(target))
        return hand is not None and hand.holds(now)

    def is_touched(self, target: Target, now: float) -> bool:
        """Return whether a finger is on a control."""
        hand = self._hands.get(control_of(target))
        return hand is not None and hand.down and hand.holds(now)

    def let_go(self, now: float) -> list[Place]:
        """Forget the hands that have gone, and return where fingers went without a word."""
        gone = [control for control, hand in self._hands.items() if not hand.holds(now)]
        fingers = [control for control in gone if self._hands.pop(control).down]
        return [place for place in fingers if isinstance(place, Place)]

    def fingers(self) -> list[Place]:
        """Return where fingers are."""
        held = [control for control, hand in self._hands.items() if hand.down]
        return [place for place in held if isinstance(place, Place)]

    def due(self, now: float) -> list[Target]:
        """Return what has to be told now; it counts as told."""
        if not self._stale:
            return []
        told = [target for target in self._stale if not self.is_held(target, now)][:MOST_AT_ONCE]
        for target in told:
            del self._stale[target]
        return told

    def refresh(self, now: float) -> list[Target]:
        """Return the next portion of all that is watched; called once a second."""
        if self._left == 0:
            self._walk, self._left = list(self.watched), REFRESH_PORTIONS
        # What is left, evenly over the portions that are left.
        many = -(-len(self._walk) // self._left)
        portion, self._walk = self._walk[:many], self._walk[many:]
        self._left -= 1
        held = [target for target in portion if self.is_held(target, now)]
        self.mark(held)
        return [target for target in portion if target not in self._stale]
