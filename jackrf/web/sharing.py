"""Which relay serves which host, and when there has to be another relay, or one less. Sans-IO.

A host stays with its relay: what is counted of a host is then counted in one place, whoever it is
(requests, connections, its page's pin of WebTransport). The first relay that is not busy takes who
is new, so that the last ones are empty when a crowd has gone; they are ended then. Where all are
busy another one is begun, and a relay that has more than a core to do sends hosts over to it: they
come in again, and hear nothing for as long as that takes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

BUSY: Final = 0.5
"""Of a core: a relay that uses as much takes nobody new where there is another one."""
FULL: Final = 0.75
"""Of a core: a relay that uses as much sends hosts over to one that is not busy."""
LASTING_SECONDS: Final = 2.0
"""For which it has to be so: pages that load, and handshakes, pass."""
SETTLING_SECONDS: Final = 4.0
"""After something was done, until loads are looked at again."""
KEPT_SECONDS: Final = 10.0
"""For which a host without a connection keeps its relay: its limits have filled up by then."""
EMPTY_SECONDS: Final = 60.0
"""For which a relay has to be empty before it is ended."""


@dataclass(frozen=True, slots=True)
class Grow:
    """One more relay has to be begun."""


@dataclass(frozen=True, slots=True)
class Move:
    """A relay's hosts belong to another one from now on, and have to come in again."""

    relay: int
    hosts: Collection[str]


@dataclass(frozen=True, slots=True)
class Retire:
    """A relay has nobody, and is not needed."""

    relay: int


Step = Grow | Move | Retire


@dataclass(slots=True)
class _Relay:
    load: float = 0.0
    listeners: Mapping[str, int] = field(default_factory=dict)
    busy_since: float | None = None
    full_since: float | None = None
    empty_since: float | None = None


class Sharing:
    """Of all relays, which are known by numbers from 0.

    Args:
        most: relays that there may be.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._relays: dict[int, _Relay] = {}
        self._hosts: dict[str, tuple[int, float]] = {}
        self._settled_at = 0.0

    def begin(self, relay: int) -> None:
        """Take note that a relay serves."""
        self._relays[relay] = _Relay()

    def end(self, relay: int) -> None:
        """Take note that it does not: its hosts are anybody's."""
        self._relays.pop(relay, None)
        self._hosts = {host: own for host, own in self._hosts.items() if own[0] != relay}

    def hear(
        self,
        relay: int,
        load: float,
        hosts: Collection[str],
        listeners: Mapping[str, int],
        now: float,
    ) -> None:
        """Take in what a relay tells of itself.

        Args:
            relay: its number.
            load: what it used of a core lately, 0 to 1.
            hosts: that have a connection to it.
            listeners: how many hear there, by host.
            now: monotonic seconds.
        """
        own = self._relays.get(relay)
        if own is None:
            return
        own.load, own.listeners = load, listeners
        own.busy_since = _since(own.busy_since, now) if load > BUSY else None
        own.full_since = _since(own.full_since, now) if load > FULL else None
        own.empty_since = None if hosts else _since(own.empty_since, now)
        for host, (number, seen) in list(self._hosts.items()):
            if number == relay and host in hosts:
                self._hosts[host] = relay, now
            elif number == relay and now - seen > KEPT_SECONDS:
                del self._hosts[host]

    def place(self, host: str, now: float) -> int | None:
        """Return the relay of a host; None while there is none at all."""
        known = self._hosts.get(host)
        if known is not None:
            return known[0]
        if not self._relays:
            return None
        free = [number for number, one in self._relays.items() if one.load <= BUSY]
        relay = min(free) if free else self._idlest()
        self._hosts[host] = relay, now
        self._relays[relay].empty_since = None
        return relay

    def look(self, now: float) -> Step | None:
        """Return what is to be done, at most one thing at a time; None for nothing."""
        if not self._relays or now - self._settled_at < SETTLING_SECONDS:
            return None
        step = self._move(now) or self._grow(now) or self._retire(now)
        if step is not None:
            self._settled_at = now
        return step

    def _idlest(self) -> int:
        return min(self._relays, key=lambda number: (self._relays[number].load, number))

    def _grow(self, now: float) -> Step | None:
        busy = all(_lasts(one.busy_since, now, LASTING_SECONDS) for one in self._relays.values())
        return Grow() if busy and len(self._relays) < self._most else None

    def _move(self, now: float) -> Step | None:
        to = self._idlest()
        relay = max(self._relays, key=lambda number: self._relays[number].load)
        own = self._relays[relay]
        is_full = _lasts(own.full_since, now, LASTING_SECONDS)
        if not is_full or self._relays[to].load > BUSY:
            return None
        here = {host: many for host, many in own.listeners.items() if self._owner(host) == relay}
        # Each listener is taken for as much work as any other.
        share = 0.5 * (own.load - self._relays[to].load) / own.load
        left = share * sum(own.listeners.values())
        hosts = []
        for host, many in sorted(here.items(), key=lambda one: (one[1], one[0])):
            if many <= left:
                left -= many
                hosts.append(host)
                self._hosts[host] = to, now
        return Move(relay, hosts) if hosts else None

    def _owner(self, host: str) -> int | None:
        known = self._hosts.get(host)
        return None if known is None else known[0]

    def _retire(self, now: float) -> Step | None:
        last = max(self._relays)
        if last == 0 or not _lasts(self._relays[last].empty_since, now, EMPTY_SECONDS):
            return None
        return Retire(last)


def _since(then: float | None, now: float) -> float:
    return now if then is None else then


def _lasts(since: float | None, now: float, seconds: float) -> bool:
    return since is not None and now - since >= seconds
