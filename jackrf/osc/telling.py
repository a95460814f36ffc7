"""What surfaces are told, as datagrams: values, meters, heartbeats, and the sync of a prefix."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from jackrf.osc.admission import Source
from jackrf.osc.aliases import Dialect, speak
from jackrf.osc.endpoints import Endpoint
from jackrf.osc.messages import bundles, encode, message
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import OscError
from jackrf.osc.syncing import Syncing, fitting
from jackrf.osc.tree import Target
from jackrf.osc.views import Args


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
        self._syncing = Syncing(self.value)

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

    def note(self, targets: Iterable[Target]) -> None:
        """Note that these show another value than before."""
        self._syncing.note(targets)

    def sync(self, endpoint: Endpoint, prefix: str, now: float) -> list[Outgoing]:
        """Return the datagrams that tell a surface what it may see below a prefix.

        What a finger holds is told when it lets go; what there is no room for, by the refresh.

        Raises:
            OscError: the prefix is a wrong pattern.
        """
        feedback = endpoint.feedback
        carried = self._syncing.carried(self.visible(endpoint, prefix))
        held = {target for target in carried.now if feedback.hands.hold(target, now)}
        feedback.mark(held)
        said = [
            (target, one)
            for target in carried.now
            if target not in held
            for one in self._message(target, endpoint.dialect)
        ]
        told = [one for _, one in said]
        begin = message("/sync/begin", "si", (prefix, self.revision))
        fit = fitting(begin, told, self._end(prefix, len(told)))
        feedback.begin_with([*(target for target, _ in said[fit:]), *carried.later])
        return self.packed(endpoint, [begin, *told[:fit], self._end(prefix, fit)])

    def _end(self, prefix: str, count: int) -> bytes:
        return message("/sync/end", "sii", (prefix, self.revision, count))

    def visible(self, endpoint: Endpoint, prefix: str) -> list[Target]:
        """Return all that a surface may see below a prefix, but meters.

        Raises:
            OscError: the prefix is a wrong pattern.
        """
        return [t for t in self._namespace.below(prefix) if endpoint.rights.may_see(t)]

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
