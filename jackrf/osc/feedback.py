"""What one surface still has to be told, and when: so that it converges, and fights no finger.

Values are not queued: what has changed is marked, and what is marked is read when it is told, so
the newest value wins. Three things make up for a network that loses, repeats and reorders:

* whoever sets a value hears the true one when it has settled (`jackrf.osc.hands`);
* all that a surface watches is told again, a portion each second, within `REFRESH_SECONDS`;
* while a finger is on a fader, and just after a control was moved, nothing moves it from here.

Time is an argument, monotonic seconds.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from jackrf.osc.hands import Hands
from jackrf.osc.tree import Target

REFRESH_SECONDS: Final = 10.0
REFRESH_PORTIONS: Final = 9
"""Told one each second: one less than there are seconds, so that no value waits for longer."""
MOST_AT_ONCE: Final = 400
"""Values of one flush, about ten packets; what is beyond waits for the next."""


class Feedback:
    """What one surface has to be told.

    Attributes:
        watched: all that it is told without asking, in the order of a sync.
        hands: those on its controls.
    """

    def __init__(self) -> None:
        self.watched: dict[Target, None] = {}
        self._stale: dict[Target, None] = {}
        self.hands = Hands()
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

    def due(self, now: float) -> list[Target]:
        """Return what has to be told now; it counts as told."""
        if not self._stale:
            return []
        told = [target for target in self._stale if not self.hands.hold(target, now)][:MOST_AT_ONCE]
        for target in told:
            del self._stale[target]
        return told

    def begin_with(self, targets: Sequence[Target]) -> None:
        """Have the next refresh begin with these: a sync had no room for them."""
        first = dict.fromkeys(target for target in targets if target in self.watched)
        if first:
            self._walk = [*first, *(target for target in self.watched if target not in first)]
            self._left = REFRESH_PORTIONS

    def refresh(self, now: float) -> list[Target]:
        """Return the next portion of all that is watched; called once a second."""
        if self._left == 0:
            self._walk, self._left = list(self.watched), REFRESH_PORTIONS
        # What is left, evenly over the portions that are left.
        many = -(-len(self._walk) // self._left)
        portion, self._walk = self._walk[:many], self._walk[many:]
        self._left -= 1
        held = [target for target in portion if self.hands.hold(target, now)]
        self.mark(held)
        return [target for target in portion if target not in self._stale]
