"""The hands on the controls of one surface: what is in a hand is not moved from here.

Time is an argument, monotonic seconds.
"""

from dataclasses import dataclass
from typing import Final

from jackrf.osc.tree import Target
from jackrf.parameters import Place

Control = Place | Target
"""What a hand holds: a value of the desk, or an address that keeps none there."""

SETTLE_SECONDS: Final = 0.3
"""After the last message about a value its sender is told what became of it."""
TOUCH_SECONDS: Final = 8.0
"""A finger that is heard of no more, by a move or by another touch, has gone: a message that says
so can be lost. Shorter than a refresh, so that nothing is wrong for longer than one."""
MOST_HANDS: Final = 256
"""Those that let go long ago are forgotten when there are more."""


def control_of(target: Target) -> Control:
    """Return what a hand on a control holds."""
    return target if target.place is None else target.place


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


class Hands:
    """The hands on the controls of one surface."""

    def __init__(self) -> None:
        self._hands: dict[Control, Hand] = {}
        self._room = MOST_HANDS

    def moved(self, control: Control, now: float) -> None:
        """Note that a control was moved."""
        hand = self._hands.get(control)
        if hand is None:
            self._make_room(now)
            self._hands[control] = Hand(now)
        else:
            hand.last = now

    def touch(self, control: Control, now: float, *, down: bool) -> None:
        """Note that a finger has come down on a control, is still there, or has let it go."""
        self._make_room(now)
        self._hands[control] = Hand(now, down)

    def _make_room(self, now: float) -> None:
        if len(self._hands) >= self._room:
            self.let_go(now)
            # Twice as many may come before all are looked at again.
            self._room = max(MOST_HANDS, 2 * len(self._hands))

    def hold(self, target: Target, now: float) -> bool:
        """Return whether a control must not be moved now; what only shows a value never is held."""
        if not self._hands or not target.address.settable:
            return False
        hand = self._hands.get(control_of(target))
        return hand is not None and hand.holds(now)

    def touching(self, target: Target, now: float) -> bool:
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
