"""How fast messages are taken from whom: what comes faster is put together, not lost.

Each sender has 200 messages a second. Of what it sets beyond that only the latest value of each
address counts, at the next flush: a storm of one fader's moves ends where the fader is.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from jackrf.lan.limits import TokenBucket
from jackrf.osc.admission import Source
from jackrf.osc.hands import Hands
from jackrf.osc.tree import Target
from jackrf.osc.views import Args

MESSAGES_PER_SECOND: Final = 200.0
MOST_SENDERS: Final = 256
"""That are remembered; of more, the one that was silent longest is forgotten."""
MOST_WAITING: Final = 4096
"""Addresses of one sender whose latest value waits for the next flush."""
MOST_AT_ONCE: Final = 512
"""Of all senders' together, as many are set at one flush."""
BATCH: Final = 64
"""Values that are set as one change of the desk: each by itself would take many times longer."""


@dataclass(slots=True)
class Sender:
    """Somebody who sends, whether it is told anything or not.

    Attributes:
        source: its address.
        heard: whether it is in a network from which anything is looked at.
        waiting: the latest values that came too fast to be set at once.
        hands: those on its controls, known when it subscribes in the middle of a move.
        served: when values that waited were last set, monotonic seconds.
    """

    source: Source
    heard: bool
    waiting: dict[Target, Args] = field(default_factory=dict)
    hands: Hands = field(default_factory=Hands)
    served: float = -math.inf
    bucket: TokenBucket = field(
        default_factory=lambda: TokenBucket(MESSAGES_PER_SECOND, MESSAGES_PER_SECOND)
    )

    def put_off(self, target: Target, args: Args) -> bool:
        """Keep a value for the next flush, in place of an older one; return whether it has room."""
        if target not in self.waiting and len(self.waiting) >= MOST_WAITING:
            return False
        self.waiting[target] = args
        return True

    def taken(self, most: int) -> list[tuple[Target, Args]]:
        """Return what is to be set now, at most so many, those first that have waited longest."""
        first = list(islice(self.waiting, most))
        return [(target, self.waiting.pop(target)) for target in first]


class Senders:
    """The senders of late."""

    def __init__(self) -> None:
        self._senders: OrderedDict[Source, Sender] = OrderedDict()

    def of(self, source: Source) -> Sender | None:
        """Return a sender that is remembered."""
        sender = self._senders.get(source)
        if sender is not None:
            self._senders.move_to_end(source)
        return sender

    def add(self, sender: Sender) -> None:
        """Remember a sender."""
        self._senders[sender.source] = sender
        if len(self._senders) > MOST_SENDERS:
            self._senders.popitem(last=False)

    def forget(self) -> None:
        """Look at everybody anew: this machine is in other networks now."""
        waiting = [(source, one) for source, one in self._senders.items() if one.waiting]
        self._senders = OrderedDict(waiting)

    def waiting(self) -> list[Sender]:
        """Return those whose values wait, the one first whose turn was longest ago."""
        waiting = [sender for sender in self._senders.values() if sender.waiting]
        return sorted(waiting, key=lambda sender: sender.served)
