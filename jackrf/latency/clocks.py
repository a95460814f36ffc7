"""How far two machines' clocks are apart, and how surely that is known. Pure.

Each exchange of two datagrams tells when it left and came back by one clock, and when it came and
left by the other (RFC 5905 section 8). Whatever the network did, the offset is wrong by no more
than half of the round trip: so the quickest exchange knows best, and it says how well.
"""

from collections.abc import Sequence
from dataclasses import dataclass

SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and its answer, in ns.

    Attributes:
        asked: by our clock.
        came: by the other one.
        left: by the other one.
        answered: by our clock.
    """

    asked: int
    came: int
    left: int
    answered: int

    @property
    def round_trip(self) -> int:
        """What the network took, both ways together, in ns."""
        return self.answered - self.asked - (self.left - self.came)

    @property
    def offset(self) -> float:
        """The other clock less ours, in ns, if both ways took the same."""
        return (self.came - self.asked + self.left - self.answered) / 2

    @property
    def middle(self) -> int:
        """When it took place, by our clock."""
        return (self.asked + self.answered) // 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two clocks over some time: a line through two good exchanges, since they drift apart.

    Attributes:
        first: the quickest exchange of the first half.
        last: that of the second half.
        begin: of all exchanges, by our clock.
        end: of all exchanges.
    """

    first: Exchange
    last: Exchange
    begin: int
    end: int

    def _share(self, here: int) -> float:
        """Return how far a time is on the way from the first to the last."""
        span = self.last.middle - self.first.middle
        return (here - self.first.middle) / span if span > 0 else 0.0

    def there(self, here: int) -> float:
        """Return the other clock's time in ns at a time of ours."""
        change = self.last.offset - self.first.offset
        return here + self.first.offset + self._share(here) * change

    @property
    def error(self) -> float:
        """By how many ns it can be wrong, at the most, from `begin` to `end`."""
        shares = [self._share(here) for here in (self.begin, self.end)]
        first, last = self.first.round_trip / 2, self.last.round_trip / 2
        return max(abs(1.0 - share) * first + abs(share) * last for share in (*shares, 0.0, 1.0))

    @property
    def drift_ppm(self) -> float:
        """By how much the other clock is faster."""
        span = self.last.middle - self.first.middle
        return 1e6 * (self.last.offset - self.first.offset) / span if span > 0 else 0.0


def compare(exchanges: Sequence[Exchange]) -> Comparison | None:
    """Return what exchanges tell of two clocks, None without any that make sense."""
    good = sorted((one for one in exchanges if one.round_trip >= 0), key=lambda one: one.middle)
    if not good:
        return None
    half = max(1, len(good) // 2)
    first, last = (min(part, key=_took) for part in (good[:half], good[-half:]))
    return Comparison(first, last, good[0].middle, good[-1].middle)


def _took(one: Exchange) -> int:
    return one.round_trip
