"""A graph without JACK: ports that come and go, and what the client ``jackrf`` connects."""

from collections.abc import Iterable

from jackrf.client import Event


class Graph:
    """Ports of others, of which those with ``in`` in their name take sound.

    Args:
        ports: full names.
        shown: names for people, by port.

    Attributes:
        cables: (source, destination) of each connection.
    """

    def __init__(self, *ports: str, shown: dict[str, str] | None = None) -> None:
        self.name = "jackrf"
        self.ports = list(ports)
        self.names = dict(shown or {})
        self.cables: list[tuple[str, str]] = []

    def has_port(self, name: str) -> bool:
        """Whether it is there."""
        return name in self.ports

    def connect(self, source: str, destination: str) -> bool:
        """Connect two ports; again is in order, as JACK-Client's EEXIST is taken."""
        if (source, destination) not in self.cables:
            self.cables.append((source, destination))
        return True

    def disconnect(self, source: str, destination: str) -> None:
        """Disconnect two ports."""
        self.cables.remove((source, destination))

    def connections(self, port: str) -> list[str]:
        """What one of ours is connected to."""
        own = f"{self.name}:{port}"
        return [
            *(source for source, destination in self.cables if destination == own),
            *(destination for source, destination in self.cables if source == own),
        ]

    def others(self, *, outputs: bool) -> list[str]:
        """All ports of others, one way."""
        return [name for name in self.ports if (":in" not in name) == outputs]

    def shown(self, port: str) -> str:
        """A name for people."""
        return self.names.get(port, "")

    def plug(self, source: str, destination: str) -> Event:
        """Connect as a person does; return what JACK tells."""
        self.connect(source, destination)
        return Event("connection", 1, (source, destination))

    def unplug(self, source: str, destination: str) -> Event:
        """Disconnect as a person does; return what JACK tells."""
        self.cables.remove((source, destination))
        return Event("connection", 0, (source, destination))

    def vanish(self, port: str) -> Iterable[Event]:
        """Have a port go with its connections; return what JACK tells, in its order."""
        for cable in [cable for cable in self.cables if port in cable]:
            yield self.unplug(*cable)
        self.ports.remove(port)
        yield Event("port", 0, (port,))

    def appear(self, port: str) -> Event:
        """Have a port come; return what JACK tells."""
        self.ports.append(port)
        return Event("port", 1, (port,))
