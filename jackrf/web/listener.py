"""One browser that hears a mix, and the rule by which a packet is sent to it or dropped.

A packet is offered only if nothing waits in this process, and if what the other side has not
acknowledged is less than the budget: then no more than that can ever queue up on the way, whatever
the link does. Anything else is dropped, counted and forgotten (docs/web.md has the figures).
"""

import math
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from jackrf.web.packets import Packet
from jackrf.web.plan import Clock
from jackrf.web.ways import Trips, Way

LEAST_BUDGET_MS: Final = 12.0
MOST_BUDGET_MS: Final = 80.0
_TRIPS: Final = 1.5
_DELAYED_MS: Final = 12.0
"""A healthy link has 1.5 round trips under way, and what the other side is slow to acknowledge.

The least round trip counts: the usual one holds the queue itself, and the budget would grow with
the very thing that it is there to bound."""
LEAST_SHARE: Final = 0.5
"""Of the sound's own rate: what a link has taken lately says no less of what it takes. The budget
makes the rate, too: where others fill a link's queue it would make itself ever smaller."""
LOOK_SECONDS: Final = 0.1
"""How often the round trip and the rate are looked at."""
PROBE_SECONDS: Final = 0.015
"""Where nothing is sent again by itself: when the budget was full for so long, and for longer than
two round trips, one packet goes beyond it. On a link that was away and has come back, its
acknowledgement says so; else nobody would speak until the transport's own timer does."""

HEARD: Final = ("underruns", "lost", "delay", "depth", "ratio")
"""What a page tells of itself: counts, and milliseconds."""


@dataclass(slots=True, eq=False)
class Listener:
    """One browser.

    Attributes:
        host: where it is.
        mix: id of what it hears.
        way: by which packets get to it.
        clock: of JACK.
        sent: packets.
        dropped: packets, by what was full: this process, or the budget of the link.
        told: what its page says of itself, by `HEARD`.
        trips: what the link has shown of itself.
        id: tells it from any other of any relay.
    """

    host: str
    mix: str
    way: Way
    clock: Clock
    sent: int = 0
    dropped: dict[str, int] = field(default_factory=lambda: {"here": 0, "link": 0})
    told: dict[str, float] = field(default_factory=dict)
    trips: Trips = field(default_factory=Trips)
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    _looked: float = -1.0
    _sent_at: float = -1.0

    @property
    def budget_ms(self) -> float:
        """How much sound may be under way: what a period brings at once comes on top."""
        wanted = _TRIPS * self.trips.least_ms + _DELAYED_MS
        return min(max(wanted, LEAST_BUDGET_MS), MOST_BUDGET_MS) + self.clock.milliseconds

    def offer(self, packet: Packet, now: float) -> None:
        """Send a packet or drop it.

        Args:
            packet: as `jackrf.web.packets` makes it.
            now: monotonic seconds.
        """
        way = self.way
        if way.is_closed():
            return
        if way.is_waiting():
            self.dropped["here"] += 1
            return
        try:
            if now - self._looked >= LOOK_SECONDS:
                self._looked = now
                self.trips = way.look(now)
            per_ms = way.size(packet) * self.clock.rate / (1000.0 * packet.frames)
            # On a slow link, a budget of time is fewer bytes.
            rate = max(self.trips.delivered_per_ms, LEAST_SHARE * per_ms)
            budget = self.budget_ms * min(per_ms, rate)
            if way.under_way() > budget and not self._is_time_to_probe(now):
                self.dropped["link"] += 1
                return
        except OSError:  # it has just been closed
            return
        self.dropped["here"] += way.send(packet)
        self.sent += 1
        self._sent_at = now

    def _is_time_to_probe(self, now: float) -> bool:
        if self.way.resends:
            return False
        return now - self._sent_at > max(PROBE_SECONDS, 0.002 * self.trips.round_trip_ms)

    def hear(self, said: dict[str, Any]) -> None:
        """Take in what the page says of itself."""
        for name in HEARD:
            value = said.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                # Bounded first: JSON has integers that no float holds. NaN, which Python reads in
                # it, would be read by no browser.
                bounded = float(min(max(value, -1e6), 1e9))
                if not math.isnan(bounded):
                    self.told[name] = round(bounded, 4)

    def report(self) -> dict[str, Any]:
        """Return what the engineer's page and ``jackrf status`` show."""
        return {
            "id": self.id,
            "host": self.host,
            "mix": self.mix,
            "by": self.way.name,
            "sent": self.sent,
            "dropped": sum(self.dropped.values()),
            "dropped_by": dict(self.dropped),
            "round_trip_ms": round(self.trips.round_trip_ms, 2),
            **{name: self.told.get(name) for name in HEARD},
        }
