"""Names both ways: a port renamed in a patchbay renames the strip or mix, and the other way round.

Both ends are compared with what JACK's metadata says now, never with what an event said: our own
writing comes back as an event, too, and finds nothing to do.
"""

from collections.abc import Iterable, Iterator, Sequence

from jackrf.mixer import Mixer
from jackrf.parameters import Place
from jackrf.patchbay.metadata import Metadata
from jackrf.patchbay.ports import OwnPort, PortName


class Names:
    """What people read of a desk's ports.

    Args:
        ports: all of the desk's.
        mixer: whose names they follow.
    """

    def __init__(self, ports: Sequence[OwnPort], mixer: Mixer) -> None:
        self._ports = {port.short: port for port in ports}
        self._mixer = mixer

    def of(self, port: OwnPort) -> PortName:
        """Return how a port is to be shown."""
        return port.shown(str(self._mixer.value(port.named)))

    def show(self, changed: Iterable[Place], metadata: Metadata) -> None:
        """Have the ports of what was renamed shown by their names; other changes do nothing."""
        renamed = {place for place in changed if place.name == "name"}
        for port in self._ports.values() if renamed else ():
            if port.named in renamed:
                metadata.rename(port.short, self.of(port))

    def show_all(self, metadata: Metadata) -> None:
        """Have all ports shown by their names: they may have been another desk's."""
        self.show((port.named for port in self._ports.values()), metadata)

    def heard(self, subject: int, key: str, metadata: Metadata) -> tuple[Place, str] | None:
        """Return what a person has renamed in a patchbay, and its name now.

        Call `show` for the place afterwards, renamed or not: of a mix, the other port follows.

        Args:
            subject: UUID of what metadata has changed of.
            key: of what has changed.
            metadata: of our client.

        Returns:
            None if it is not one of our ports, or it is shown as it should be.
        """
        found = metadata.heard(subject, key)
        return None if found is None else self._meant(*found)

    def found(self, metadata: Metadata) -> Iterator[tuple[Place, str]]:
        """Return what a person may have renamed unheard, in the way of `heard`, one by one."""
        for short in self._ports:
            pretty = metadata.shown(short)
            meant = None if pretty is None else self._meant(short, pretty)
            if meant is not None:
                yield meant

    def _meant(self, short: str, pretty: str) -> tuple[Place, str] | None:
        port = self._ports.get(short)
        if port is None or pretty == self.of(port).pretty:
            return None
        return port.named, port.meant(pretty)
