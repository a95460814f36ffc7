"""The surfaces that are told what changes: each with its lease, its rights and its feedback."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from jackrf.lan.limits import TokenBucket
from jackrf.lan.networks import is_loopback
from jackrf.osc.admission import Rights, Source
from jackrf.osc.aliases import Dialect
from jackrf.osc.feedback import Feedback
from jackrf.osc.pickup import Pickup
from jackrf.osc.tree import Target
from jackrf.osc.views import Args

LEASE_SECONDS: Final = 10.0
"""A surface that was silent for so long is told no more, until it subscribes again."""
MOST_ENDPOINTS: Final = 32
MOST_PREFIXES: Final = 8
"""That one surface may be subscribed to."""
ERRORS_PER_SECOND: Final = 5.0
UNKNOWNS_PER_SECOND: Final = 0.2
"""Errors about addresses that are not there."""
SYNCS_PER_SECOND: Final = 1.0
BURST_OF_SYNCS: Final = 3.0


@dataclass(slots=True, eq=False)
class Endpoint:
    """One surface.

    Attributes:
        source: where its messages come from.
        reply: where it listens: the same host, often another port.
        rights: what it may do; of what it is told, too.
        until: end of its lease, monotonic seconds; infinite while a TCP connection is there, and
            for those of the session file.
        static: whether the session file, or `jackrf pair`, names it.
        prefixes: what it is subscribed to, in the order in which it came.
        pickup: for faders without motors; None without.
        dialect: that it spoke last.
        greeted: whether it was told all that it watches since it came.
        seen: when something was heard from it last; -inf for never.
        received: messages.
        sent: datagrams.
        meters: ids of mixes whose meters it is told, and None for those of the input strips.
        shown: what it was told of values that are looked at once a second.
        metered: what it was told of meters in this second.
    """

    source: Source
    reply: Source
    rights: Rights
    until: float
    static: bool = False
    prefixes: list[str] = field(default_factory=list)
    pickup: Pickup | None = None
    dialect: Dialect = Dialect.NATIVE
    greeted: bool = False
    seen: float = -math.inf
    received: int = 0
    sent: int = 0
    meters: tuple[str | None, ...] = ()
    shown: dict[Target, object] = field(default_factory=dict)
    metered: dict[Target, Args] = field(default_factory=dict)
    feedback: Feedback = field(default_factory=Feedback)
    errors: TokenBucket = field(
        default_factory=lambda: TokenBucket(ERRORS_PER_SECOND, ERRORS_PER_SECOND)
    )
    unknowns: TokenBucket = field(default_factory=lambda: TokenBucket(UNKNOWNS_PER_SECOND, 1.0))
    syncs: TokenBucket = field(
        default_factory=lambda: TokenBucket(SYNCS_PER_SECOND, BURST_OF_SYNCS)
    )

    @property
    def name(self) -> str:
        """What the desk's history calls it."""
        return str(self.source)

    @property
    def mix(self) -> str | None:
        """The one mix that it is paired with, None when it is none or several."""
        return next(iter(self.rights.mixes)) if len(self.rights.mixes) == 1 else None

    def news(self, readings: Iterable[tuple[Target, Args]]) -> list[tuple[Target, Args]]:
        """Return the meters that read something else than what it was told in this second."""
        changed = [(target, args) for target, args in readings if self.metered.get(target) != args]
        self.metered.update(changed)
        return changed


class Endpoints:
    """All surfaces, found by where their messages come from."""

    def __init__(self) -> None:
        self._by_source: dict[Source, Endpoint] = {}

    def __iter__(self) -> Iterator[Endpoint]:
        return iter(list(self._by_source.values()))

    @property
    def full(self) -> bool:
        """Whether no more can subscribe; of those that are brought, others limit the number."""
        leased = sum(
            not one.static and one.source.transport != "web" for one in self._by_source.values()
        )
        return leased >= MOST_ENDPOINTS

    def of(self, source: Source) -> Endpoint | None:
        """Return the surface that something came from.

        Many apps send from another port than they listen on, which is the one that a session file
        names. So what comes from a host that has a surface there is taken to come from it; on
        loopback only from that port, since many programs share the host.
        """
        found = self._by_source.get(source)
        if found is not None or source.transport != "udp" or is_loopback(source.host):
            return found
        statics = (one for one in self._by_source.values() if one.static)
        return next((one for one in statics if one.source.host == source.host), None)

    def add(self, endpoint: Endpoint) -> list[Endpoint]:
        """Add a surface; return those that it takes the place of, and that are removed.

        An app that was started again sends from another port and listens where it did.
        """
        same = [one for one in self if endpoint.reply == one.reply or endpoint.source == one.source]
        for one in same:
            self.remove(one)
        self._by_source[endpoint.source] = endpoint
        return same

    def remove(self, endpoint: Endpoint) -> None:
        """Forget a surface."""
        self._by_source.pop(endpoint.source, None)

    def lapsed(self, now: float) -> list[Endpoint]:
        """Return those whose lease has ended."""
        return [endpoint for endpoint in self._by_source.values() if endpoint.until < now]
