"""What a surface sets: checked, set on the desk, and answered where it became something else."""

from collections.abc import Iterable, Sequence
from typing import Final

from jackrf.osc.calls import Call
from jackrf.osc.counters import Reason
from jackrf.osc.guard import Argument
from jackrf.osc.namespace import Namespace
from jackrf.osc.readings import held_by
from jackrf.osc.rows import KINDS
from jackrf.osc.telling import Teller
from jackrf.osc.tree import Target
from jackrf.osc.views import ON, Args

Wish = tuple[Target, Args]

_TOUCH: Final = ("send.fader.touch", "mix.fader.touch")
_NEAR: Final = 1e-4
"""As close two numbers are the same: a fader's position loses digits on its way by dB and back."""


class Denied(Exception):  # noqa: N818 - it is what it is of a message, not of a program
    """A message may not do what it tried.

    Attributes:
        reason: for the counters.
        target: what was tried.
    """

    def __init__(self, reason: Reason, target: Target) -> None:
        super().__init__(reason.value[1])
        self.reason = reason
        self.target = target


class Setter:
    """Sets what surfaces ask for.

    Args:
        namespace: of the desk.
        teller: which tells the sender when something else became of it.
    """

    def __init__(self, namespace: Namespace, teller: Teller) -> None:
        self._namespace = namespace
        self._teller = teller

    def set(self, call: Call, wishes: Sequence[Wish]) -> None:
        """Set values together, all or none.

        Raises:
            Denied: the sender may not set one of them; none is set.
            OscError: one of them is wrong; none is set.
        """
        for target, _ in wishes:
            if not call.rights.may_change(target):
                raise Denied(call.rights.refusal(target), target)
        counted = [wish for wish in wishes if self._counts(call, *wish)]
        if not counted:
            return
        if len(counted) == 1:
            stored = [self._namespace.set(*counted[0], call.by)]
        else:
            stored = self._namespace.set_all(counted, call.by)
        for (target, args), became in zip(counted, stored, strict=True):
            self._settle(call, target, args, became)

    def _counts(self, call: Call, target: Target, args: Args) -> bool:
        """Return whether a message is to have an effect on the desk."""
        endpoint = call.endpoint
        if target.address.name in _TOUCH and endpoint is None:
            # Nobody would notice if it went away, and the desk would be held for ever.
            call.hands.touch(held_by(target), call.now, down=_is_on(args))
            return False
        if endpoint is None or endpoint.pickup is None:
            return True
        stored = self._teller.value(target)
        here, there = position(target, args), position(target, stored)
        if here is None or there is None:
            return True
        return endpoint.pickup.accept(target, here, there)

    def _settle(self, call: Call, target: Target, args: Args, became: Args) -> None:
        """Note whose hand it was, and tell the sender when something else became of its value."""
        if target.address.name in _TOUCH:
            place = held_by(target)
            call.hands.touch(place, call.now, down=_is_on(args))
            self._mark(call, self._namespace.showing(place))
        elif target.place is not None:
            call.hands.moved(target.place, call.now)
            self._mark(call, self._namespace.showing(target.place))
        elif target.address.readable:
            call.hands.moved(target, call.now)
            self._mark(call, (target,))
        differs = target.address.readable and not _same(args, became)
        if call.endpoint is not None and differs and not call.hands.touching(target, call.now):
            self._teller.begin()
            call.answer(*self._teller.messages([target], call.endpoint.dialect))

    @staticmethod
    def _mark(call: Call, targets: Iterable[Target]) -> None:
        if call.endpoint is not None:
            call.endpoint.feedback.mark(targets)


def position(target: Target, args: Args | None) -> float | None:
    """Return where a value stands on the way of its control, 0..1; None for what has no way."""
    kind = KINDS.get(target.address.kind)
    if kind is None or kind.types != "f" or kind.low is None or kind.high is None or not args:
        return None
    value = args[0]
    if not isinstance(value, int | float):
        return None
    return (min(max(value, kind.low), kind.high) - kind.low) / (kind.high - kind.low)


def _is_on(args: Args) -> bool:
    return len(args) == 1 and isinstance(args[0], int | float) and args[0] >= ON


def _same(sent: Args, stored: Args) -> bool:
    return len(sent) == len(stored) and all(map(_alike, sent, stored))


def _alike(sent: Argument, stored: Argument) -> bool:
    if isinstance(sent, int | float) and isinstance(stored, int | float):
        return abs(sent - stored) <= _NEAR
    return sent == stored
