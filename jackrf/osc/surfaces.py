"""All surfaces of a desk: datagrams in, datagrams out. Sans-IO; time is an argument.

    surfaces = Surfaces(desk, namespace, admission, refusals)
    outgoing = surfaces.receive(source, datagram, now)     # whenever one comes in
    outgoing = surfaces.tick(now)                          # 30 times a second

Both return `Outgoing` datagrams, which the caller sends at once.
"""

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from jackrf.desk import Desk
from jackrf.lan.networks import is_loopback
from jackrf.osc.admission import Admission, Rights, Source
from jackrf.osc.commands import Commands
from jackrf.osc.counters import Refusals
from jackrf.osc.endpoints import Endpoint, Endpoints
from jackrf.osc.hearing import Hearing
from jackrf.osc.namespace import Namespace
from jackrf.osc.pickup import Pickup
from jackrf.osc.setter import position
from jackrf.osc.telling import Outgoing, Teller
from jackrf.osc.tree import Target
from jackrf.parameters import Place, Value

FLUSH_SECONDS: Final = 1 / 30
METER_SECONDS: Final = 1 / 15
FEW_MIXES: Final = 2
"""Of which a surface is told the meters of all inputs; of more, those of the mixes themselves."""


def _never(_: Source) -> bool:
    return False


class Surfaces:
    """The surfaces of a running desk.

    Args:
        desk: that runs; watched from here on.
        namespace: of the desk.
        admission: who may do what.
        refusals: counts what is refused.
        look: called once a second, before what is told once a second is read.
        warn: takes a line about a refusal, once a second at most.
    """

    def __init__(
        self,
        desk: Desk,
        namespace: Namespace,
        admission: Admission,
        refusals: Refusals,
        look: Callable[[], None] = lambda: None,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._desk = desk
        self._look = look
        self._namespace = namespace
        self._admission = admission
        self._refusals = refusals
        self._endpoints = Endpoints()
        self._teller = Teller(namespace, lambda: desk.revision)
        self._commands = Commands(desk, namespace, admission, self._endpoints, self._teller)
        self._hearing = Hearing(
            namespace, admission, refusals, self._endpoints, self._teller, self._commands, warn
        )
        self._next_meters = self._next_second = -math.inf
        desk.watch(self._changed)

    @property
    def none(self) -> bool:
        """Whether there is no surface to tell anything."""
        return next(iter(self._endpoints), None) is None

    def receive(self, source: Source, datagram: bytes, now: float) -> list[Outgoing]:
        """Take in one datagram, or one packet of a TCP stream; return what to send."""
        return self._hearing.receive(source, datagram, now)

    def add_static(
        self, address: Source, rights: Rights, prefix: str, *, pickup: bool = False
    ) -> None:
        """Tell a surface that the engineer has named, from now on and without being asked.

        Args:
            address: where it listens.
            rights: of everything that comes from its host; on loopback, from that port.
            prefix: what it is told.
            pickup: whether its faders have no motors.
        """
        if not is_loopback(address.host):
            self._admission.pair_host(address.host, rights)
        endpoint = Endpoint(address, address, rights, math.inf, static=True, prefixes=[prefix])
        endpoint.pickup = Pickup() if pickup else None
        for gone in self._endpoints.add(endpoint):
            self._commands.release(gone)
        self._commands.watch(endpoint)
        self._refusals.settle(address.host)
        for other in self._endpoints:
            if other.source.transport == "web":
                continue  # whoever brought it has said what it may do
            if other is not endpoint and other.source.host == address.host:
                other.rights |= rights
                other.greeted = False
                self._commands.watch(other)

    def forget_hosts(self) -> None:
        """Look at all hosts anew: this machine is in other networks now."""
        self._hearing.forget_hosts()

    def disconnected(self, source: Source) -> None:
        """Take note that a TCP connection has ended."""
        endpoint = self._endpoints.of(source)
        if endpoint is not None:
            self._endpoints.remove(endpoint)
            self._commands.release(endpoint)

    def _changed(self, changes: Mapping[Place, Value], _by: str) -> None:
        for place in changes:
            showing = self._namespace.showing(place)
            self._teller.note(showing)
            for endpoint in self._endpoints:
                endpoint.feedback.mark(showing)
                if endpoint.pickup is not None and endpoint is not self._hearing.acting:
                    self._lose(endpoint.pickup, showing)

    def _lose(self, pickup: Pickup, showing: Collection[Target]) -> None:
        for target in showing:
            stands = position(target, self._teller.value(target))
            if stands is not None:
                pickup.lose(target, stands)

    def tick(self, now: float, is_congested: Callable[[Source], bool] = _never) -> list[Outgoing]:
        """Do what is due; called 30 times a second. Return what to send.

        Args:
            now: monotonic seconds.
            is_congested: whether datagrams to an address queue up: it is told later, and less.
        """
        outgoing = self._hearing.set_waiting(now)
        self._leave(now)
        self._teller.begin()
        open_ones = [one for one in self._endpoints if not is_congested(one.reply)]
        # One at a time: a session may name 32 surfaces, and a sync takes as long as a whole tick.
        for endpoint in [one for one in open_ones if not one.greeted][:1]:
            outgoing += self._commands.greeting(endpoint, now)
        for endpoint in open_ones:
            outgoing += self._teller.values(endpoint, endpoint.feedback.due(now))
        if now >= self._next_meters:
            self._next_meters = max(self._next_meters + METER_SECONDS, now)
            outgoing += self._meters(open_ones)
        if now >= self._next_second:
            self._next_second = max(self._next_second + 1.0, now)
            self._look()
            for endpoint in open_ones:
                outgoing += self._each_second(endpoint, now)
        return outgoing

    def _leave(self, now: float) -> None:
        for endpoint in self._endpoints.lapsed(now):
            self._endpoints.remove(endpoint)
            self._commands.release(endpoint)
        for endpoint in self._endpoints:
            for place in endpoint.feedback.hands.let_go(now):
                self._desk.release(place, endpoint.name)

    def _meters(self, endpoints: Collection[Endpoint]) -> list[Outgoing]:
        if not any(endpoint.meters for endpoint in endpoints):
            return []
        levels = self._desk.levels()
        mixes = {mix for endpoint in endpoints for mix in endpoint.meters}
        readings = {mix: self._namespace.meters(mix, levels) for mix in mixes}
        outgoing: list[Outgoing] = []
        for endpoint in endpoints:
            told = [reading for mix in endpoint.meters for reading in readings[mix]]
            if len(endpoint.meters) > FEW_MIXES:
                told = [one for one in told if one[0].address.name != "send.meter"]
            outgoing += self._teller.meters(endpoint, endpoint.news(told))
        return outgoing

    def _each_second(self, endpoint: Endpoint, now: float) -> list[Outgoing]:
        told = endpoint.feedback.refresh(now)
        endpoint.metered.clear()
        for target in endpoint.feedback.watched:
            if target.address.told == "health":
                value = self._teller.value(target)
                if endpoint.shown.get(target) != value:
                    endpoint.shown[target] = value
                    endpoint.feedback.mark([target])
        return self._teller.heartbeat(endpoint) + self._teller.values(endpoint, told)

    def report(self, now: float) -> dict[str, Any]:
        """Return what ``jackrf status`` shows: who is told, and what was refused."""
        return {
            "surfaces": [self._described(endpoint, now) for endpoint in self._endpoints],
            "refused": self._refusals.counts,
            "remedies": self._refusals.lines(),
        }

    @staticmethod
    def _described(endpoint: Endpoint, now: float) -> dict[str, Any]:
        return {
            "from": str(endpoint.source).removeprefix("osc "),
            "to": str(endpoint.reply).removeprefix("osc "),
            "role": endpoint.rights.role.name.lower(),
            "mixes": sorted(endpoint.rights.mixes),
            "listens_to": list(endpoint.prefixes),
            "named": endpoint.static,
            "received": endpoint.received,
            "sent": endpoint.sent,
            "seen": now - endpoint.seen if math.isfinite(endpoint.seen) else None,
        }
