"""What surfaces are told, as datagrams: values, meters, heartbeats, and the sync of a prefix."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from jackrf.osc.admission import Source
from jackrf.osc.aliases import Dialect, speak
from jackrf.osc.endpoints import Endpoint
from jackrf.osc.messages import bundles, encode, message
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import OscError
from jackrf.osc.tree import Target
from jackrf.osc.views import Args

MOST_SYNCED: Final = 1000
"""Values of a sync that are all told; a larger one leaves out those that repeat others or rest."""
_SWITCHES: Final = ("send.solo", "send.safe", "mix.safe")
"""Left out of a large sync where they are off."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A datagram to be sent.

    Attributes:
        to: where.
        datagram: one packet of OSC.
        meter: whether it may be dropped when there is a queue: the next one is as good.
    """

    to: Source
    datagram: bytes
    meter: bool = False


class Teller:
    """Reads values and puts them into datagrams, each value once for all surfaces of a flush.

    Args:
        namespace: whose values.
        revision: returns the desk's.
    """

    def __init__(self, namespace: Namespace, revision: Callable[[], int]) -> None:
        self._namespace = namespace
        self._revision = revision
        self._encoded: dict[tuple[Dialect, Target], list[bytes]] = {}

    @property
    def revision(self) -> int:
        """The desk's, as an int32 that wraps around to 0."""
        return self._revision() & 0x7FFFFFFF

    def begin(self) -> None:
        """Read all values anew from here on."""
        self._encoded.clear()

    def value(self, target: Target) -> Args | None:
        """Return what a target shows, None when nothing stands there now."""
        try:
            return self._namespace.get(target)
        except OscError:
            return None

    def messages(self, targets: Iterable[Target], dialect: Dialect) -> list[bytes]:
        """Return what these show now as messages in a dialect."""
        return [one for target in targets for one in self._message(target, dialect)]

    def _message(self, target: Target, dialect: Dialect) -> list[bytes]:
        found = self._encoded.get((dialect, target))
        if found is None:
            args = self.value(target)
            found = [] if args is None else _encoded(dialect, target, args)
            self._encoded[dialect, target] = found
        return found

    def values(self, endpoint: Endpoint, targets: Iterable[Target]) -> list[Outgoing]:
        """Return the datagrams that tell a surface what these show now."""
        return self.packed(endpoint, self.messages(targets, endpoint.dialect))

    def meters(self, endpoint: Endpoint, readings: Iterable[tuple[Target, Args]]) -> list[Outgoing]:
        """Return the datagrams that tell a surface what meters read."""
        told = [
            one for target, args in readings for one in _encoded(endpoint.dialect, target, args)
        ]
        return self.packed(endpoint, told, meter=True)

    def heartbeat(self, endpoint: Endpoint) -> list[Outgoing]:
        """Return the datagram that says that jackrf lives, and whether anything has changed."""
        return self.packed(endpoint, [message("/heartbeat", "ii", (self.revision, 1))])

    def sync(self, endpoint: Endpoint, prefix: str, now: float) -> list[Outgoing]:
        """Return the datagrams that tell a surface all that it may see below a prefix.

        What a finger holds is told when it lets go.

        Raises:
            OscError: the prefix is a wrong pattern.
        """
        synced = self._synced(endpoint, prefix)
        held = [target for target in synced if endpoint.feedback.hands.hold(target, now)]
        endpoint.feedback.mark(held)
        free = [target for target in synced if target not in held] if held else synced
        told = self.messages(free, endpoint.dialect)
        begin = message("/sync/begin", "si", (prefix, self.revision))
        end = message("/sync/end", "sii", (prefix, self.revision, len(told)))
        return self.packed(endpoint, [begin, *told, end])

    def visible(self, endpoint: Endpoint, prefix: str) -> list[Target]:
        """Return all that a surface may see below a prefix, but meters.

        Raises:
            OscError: the prefix is a wrong pattern.
        """
        return [t for t in self._namespace.below(prefix) if endpoint.rights.may_see(t)]

    def _synced(self, endpoint: Endpoint, prefix: str) -> list[Target]:
        """Return what a sync carries: of a whole desk, what fits into 40 packets.

        What is left out is what `text` and `gain` say beside `fader`, and switches that are off;
        the refresh tells them within 10 s.
        """
        targets = self.visible(endpoint, prefix)
        if len(targets) <= MOST_SYNCED:
            return targets
        return [
            target
            for target in targets
            if target.address.essential
            or (target.address.name in _SWITCHES and self.value(target) == (1,))
        ]

    def packed(
        self, endpoint: Endpoint, told: Sequence[bytes], *, meter: bool = False
    ) -> list[Outgoing]:
        """Return messages packed into datagrams to a surface."""
        datagrams = bundles(told)
        endpoint.sent += len(datagrams)
        return [Outgoing(endpoint.reply, datagram, meter) for datagram in datagrams]


def _encoded(dialect: Dialect, target: Target, args: Args) -> list[bytes]:
    if dialect is Dialect.NATIVE:
        return [message(target.path, target.address.types, args)]
    return [encode(one) for one in speak(dialect, target, args)]
