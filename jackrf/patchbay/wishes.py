"""The connections that are wanted: kept by name, made when the other port appears, however late.

    wishes = Wishes(ports, {Place(None, "kick", "connect"): ["system:capture_1"]})
    wishes.grant(client)                    # everything that is there
    wishes.hear(event, client, now)         # a port, a connection: what JACK told
    wishes.settle(client, now)              # when `due` is past

What a person connects in a patchbay is a wish from then on, and what a person disconnects is none
any more. A port that vanishes takes its connections with it, and JACK tells of those first: so a
broken connection counts as a person's only if the other port is still there a second later.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, Protocol

from jackrf.client import Event
from jackrf.parameters import Place
from jackrf.patchbay.ports import OwnPort

SETTLE_SECONDS: Final = 1.0
"""How long after a connection broke it is looked whether the other port has gone with it."""

_AGAIN: Final = re.compile(r"(-\d\d|\.n[A-Z]{4})$")
"""What a client's name ends in that came back: a number of JACK's, an id of a session manager's."""


class Graph(Protocol):
    """JACK as a client sees it (`jackrf.client.JackClient`)."""

    name: str

    def has_port(self, name: str) -> bool:
        """Whether there is a port of this full name."""

    def connect(self, source: str, destination: str) -> bool:
        """Connect two ports; return whether they are connected now."""

    def disconnect(self, source: str, destination: str) -> None:
        """Disconnect two ports."""

    def connections(self, port: str) -> list[str]:
        """Return what one of our ports is connected to."""

    def others(self, *, outputs: bool) -> list[str]:
        """Return all ports of others that give sound, or that take it."""

    def shown(self, port: str) -> str:
        """Return a port's name for people, empty without one."""


class Wishes:
    """What the ports of a desk are to be connected to.

    Args:
        ports: all of the desk's.
        wanted: full names of other ports, by `OwnPort.wished`.

    Attributes:
        restore: whether wishes are granted; where a session manager's patchbay does that, they are
            only kept and shown.
    """

    def __init__(self, ports: Sequence[OwnPort], wanted: Mapping[Place, Sequence[str]]) -> None:
        self.restore = True
        self._ports = {port.short: port for port in ports}
        self._wanted = {port.wished: list(wanted.get(port.wished, ())) for port in ports}
        self._broken: dict[tuple[OwnPort, str], float] = {}
        self._to_learn: dict[str, float] = {}
        self._shown: dict[str, str] = {}
        self._offers: dict[tuple[Place, str], str] | None = None
        self._watchers: list[Callable[[], object]] = []

    @property
    def wanted(self) -> Mapping[Place, Sequence[str]]:
        """All wishes, by where they stand in a session; every port of the desk is there."""
        return self._wanted

    @property
    def due(self) -> float | None:
        """When `settle` is to be called next."""
        return min([*self._broken.values(), *self._to_learn.values()], default=None)

    def watch(self, watcher: Callable[[], object]) -> None:
        """Have every later change told, after it was made."""
        self._watchers.append(watcher)

    def put(self, place: Place, peers: Sequence[str]) -> None:
        """Wish for these, and for nothing else, at a place that is in `wanted`; tells nobody."""
        self._wanted[place] = list(peers)
        self._offers = None

    def grant(self, graph: Graph) -> None:
        """Connect whatever is wanted and there; what is connected already is in order."""
        self._offers = None
        if not self.restore:
            return
        for port in self._ports.values():
            for peer in self._wanted[port.wished]:
                # What a person may have disconnected a moment ago stays so.
                if (port, peer) not in self._broken and graph.has_port(peer):
                    self._connect(port, peer, graph)

    def withdraw(self, graph: Graph, others: "Wishes") -> None:
        """Disconnect what was wished for here and is not by others, who have the ports now."""
        if not (self.restore and others.restore):
            return
        for port in self._ports.values():
            kept = others.wanted.get(port.wished, ())
            for peer in self._wanted[port.wished]:
                if peer not in kept and peer in graph.connections(port.short):
                    graph.disconnect(*_cable(port, peer, graph))

    @property
    def in_doubt(self) -> bool:
        """Whether a connection broke a moment ago, be it by a person or with its port."""
        return bool(self._broken)

    def _connect(self, port: OwnPort, peer: str, graph: Graph) -> None:
        graph.connect(*_cable(port, peer, graph))

    def hear(self, event: Event, graph: Graph, now: float) -> None:
        """Take in what JACK told.

        Args:
            event: of any kind.
            graph: as it is now, which may be later than the event.
            now: seconds on any clock that does not jump.
        """
        if event.kind == "connection":
            for port, peer in self._ours(event.text, graph.name):
                if event.value:
                    self._hear_connected(port, peer, graph, now)
                elif peer in self._wanted[port.wished]:
                    self._broken[port, peer] = now + SETTLE_SECONDS
        elif event.kind == "port":
            self._hear_port(event.text[0], graph, appeared=bool(event.value))
        elif event.kind == "rename":
            self._hear_renamed(*event.text)
        elif event.kind == "missed":
            self._look_again(graph, now)

    def _ours(self, names: tuple[str, ...], client: str) -> Iterator[tuple[OwnPort, str]]:
        """Return which of our ports a connection is of, with the other end's name."""
        source, destination = names
        for own, peer, is_input in ((destination, source, True), (source, destination, False)):
            ours = own.startswith(f"{client}:")
            port = self._ports.get(own[len(client) + 1 :]) if ours else None
            # A session file can have no name that is more than a line.
            if port is not None and port.is_input == is_input and peer.isprintable():
                yield port, peer

    def _hear_connected(self, port: OwnPort, peer: str, graph: Graph, now: float) -> None:
        self._broken.pop((port, peer), None)
        self._to_learn[peer] = now + SETTLE_SECONDS
        peers = self._wanted[port.wished]
        if peer in peers:
            return
        # Who connects what is offered in another's place means that.
        taken = [old for old in peers if self.offers(graph).get((port.wished, old)) == peer]
        if taken:
            peers[peers.index(taken[0])] = peer
        else:
            peers.append(peer)
        self._changed()

    def _hear_port(self, name: str, graph: Graph, *, appeared: bool) -> None:
        self._offers = None
        for port, peer in list(self._broken):
            if peer == name:
                # It went, so nobody has disconnected it.
                del self._broken[port, peer]
        if appeared and any(name in peers for peers in self._wanted.values()):
            self.grant(graph)

    def _hear_renamed(self, old: str, new: str) -> None:
        """Follow a port that has another name now: its connections have stayed."""
        if not new.isprintable():
            return
        found = [peers for peers in self._wanted.values() if old in peers]
        for peers in found:
            peers[peers.index(old)] = new
        if found:
            self._changed()

    def _look_again(self, graph: Graph, now: float) -> None:
        """Take in what may have happened unheard. Who disconnected something then does it again."""
        self._broken.clear()
        for port in self._ports.values():
            for peer in graph.connections(port.short):
                if peer not in self._wanted[port.wished] and peer.isprintable():
                    self._hear_connected(port, peer, graph, now)
        self.grant(graph)

    def settle(self, graph: Graph, now: float) -> None:
        """Drop the wishes that a person has disconnected; to be called when `due` is past."""
        for (port, peer), due in list(self._broken.items()):
            if due > now:
                continue
            del self._broken[port, peer]
            peers = self._wanted[port.wished]
            is_cut = peer in peers and peer not in graph.connections(port.short)
            if is_cut and graph.has_port(peer):
                peers.remove(peer)
                self._changed()
        for peer, due in list(self._to_learn.items()):
            if due <= now:
                del self._to_learn[peer]
                self._shown[peer] = graph.shown(peer)

    def leave(self) -> None:
        """Take note that JACK is away: what it has broken is no person's doing."""
        self._broken.clear()
        self._to_learn.clear()
        self._offers = None

    def missing(self, port: OwnPort, connected: Sequence[str]) -> list[str]:
        """Return what a port is to be connected to and is not.

        Args:
            port: one of ours.
            connected: what it is connected to.
        """
        return [peer for peer in self._wanted[port.wished] if peer not in connected]

    def all_missing(self, graph: Graph | None) -> list[str]:
        """Return what all ports are to be connected to and are not, each once."""
        found: dict[str, None] = {}
        for port in self._ports.values():
            if self._wanted[port.wished]:
                connected = graph.connections(port.short) if graph is not None else ()
                found |= dict.fromkeys(self.missing(port, connected))
        return list(found)

    def offers(self, graph: Graph) -> Mapping[tuple[Place, str], str]:
        """Return which port may be the one that is missing, come back under another name.

        It is the one that people know by the same name, or else the one of the same name of a
        client that only differs in a number or an id at its end. It is not connected by itself:
        who connects it has the new name in place of the old one.
        """
        if self._offers is None:
            self._offers = dict(self._found_offers(graph))
        return self._offers

    def _found_offers(self, graph: Graph) -> Iterator[tuple[tuple[Place, str], str]]:
        for port in self._ports.values():
            absent = [peer for peer in self._wanted[port.wished] if not graph.has_port(peer)]
            if not absent:
                continue
            there = graph.others(outputs=port.is_input)
            free = [name for name in there if name not in self._wanted[port.wished]]
            for peer in absent:
                found = self._like(peer, free, graph)
                if found is not None:
                    yield (port.wished, peer), found

    def _like(self, peer: str, there: Sequence[str], graph: Graph) -> str | None:
        shown = self._shown.get(peer)
        if shown:
            for name in there:
                if graph.shown(name) == shown:
                    return name
        return next((name for name in there if _stem(name) == _stem(peer)), None)

    def _changed(self) -> None:
        self._offers = None
        for watcher in self._watchers:
            watcher()


def _cable(port: OwnPort, peer: str, graph: Graph) -> tuple[str, str]:
    """Return both ends of a connection by full name, the source first."""
    own = f"{graph.name}:{port.short}"
    return (peer, own) if port.is_input else (own, peer)


def _stem(name: str) -> tuple[str, str]:
    """Return a port's name with the client's as it was before it came back."""
    client, _, port = name.partition(":")
    return _AGAIN.sub("", client), port
