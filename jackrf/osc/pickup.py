"""Pickup, for faders without motors: a control does nothing until it meets the value that is set.

Without it, a hardware fader that was left at the top throws a mix to the top at its first touch.
"""

from collections.abc import Hashable

TOLERANCE = 0.02
"""Of the way of a fader: as near counts as met."""


class Pickup:
    """What the controls of one surface have met so far."""

    def __init__(self) -> None:
        self._last: dict[Hashable, float] = {}
        self._met: set[Hashable] = set()

    def accept(self, control: Hashable, position: float, stored: float) -> bool:
        """Take in a move; return whether it counts.

        Args:
            control: what was moved.
            position: where to.
            stored: where the desk has it now, on the same scale.
        """
        last = self._last.get(control)
        self._last[control] = position
        if control in self._met:
            return True
        near = abs(position - stored) <= TOLERANCE
        crossed = last is not None and (last - stored) * (position - stored) <= 0.0
        if near or crossed:
            self._met.add(control)
        return near or crossed

    def lose(self, control: Hashable, stored: float) -> None:
        """Note that somebody else has set the value: the control has to meet it again.

        Args:
            control: what shows the value.
            stored: where the desk has it now.
        """
        last = self._last.get(control)
        if last is None or abs(last - stored) > TOLERANCE:
            self._met.discard(control)
