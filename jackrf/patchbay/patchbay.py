"""A desk's side of a patchbay: its ports, what people read of them, what they connect to.

Whoever reads JACK's events calls `hear` for each, and `settle` when that is due.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from jackrf.client import Event, JackClient
from jackrf.errors import InputError
from jackrf.mixer import Mixer
from jackrf.parameters import Place
from jackrf.patchbay.names import Names
from jackrf.patchbay.ports import OwnPort, own_ports
from jackrf.patchbay.wishes import Wishes


class Patchbay:
    """The ports of a desk.

    Args:
        mixer: the desk's.
        wanted: full names of the ports to connect to, by `OwnPort.wished`.
        rename: is called with what a person has renamed in a patchbay; it may raise InputError
            where no strip can be called that.

    Attributes:
        inputs: one for each strip.
        outputs: left and right of each mix.
        wishes: what they are to be connected to.
    """

    def __init__(
        self,
        mixer: Mixer,
        wanted: Mapping[Place, Sequence[str]],
        rename: Callable[[Mapping[Place, str]], object],
    ) -> None:
        self._ports = own_ports(mixer)
        self.inputs = [port for port in self._ports if port.is_input]
        self.outputs = [port for port in self._ports if not port.is_input]
        self.wishes = Wishes(self._ports, wanted)
        self._names = Names(self._ports, mixer)
        self._rename = rename

    def register(self, client: JackClient) -> Iterator[tuple[OwnPort, int]]:
        """Register all ports at a client that is not active; yield each with its pointer."""
        for port in self._ports:
            add = client.add_input if port.is_input else client.add_output
            yield port, add(port.short, self._names.of(port))

    def hear(self, event: Event, client: JackClient, now: float) -> None:
        """Take in what JACK told: of ports, connections and names; the rest says nothing here.

        Args:
            event: of any kind.
            client: that the ports are registered at.
            now: monotonic seconds.
        """
        if event.kind == "property":
            (key,) = event.text
            renamed = self._names.heard(event.value, key, client.metadata)
            self._take([] if renamed is None else [renamed], client)
            return
        self.wishes.hear(event, client, now)
        if event.kind == "missed":
            client.metadata.expect_no_echo()
            self._take(self._names.found(client.metadata), client)

    def _take(self, renamed: Iterable[tuple[Place, str]], client: JackClient) -> None:
        for place, name in renamed:
            # A name that no strip can have is not taken: the port is shown as before again.
            with contextlib.suppress(InputError):
                self._rename({place: name})
            self._names.show([place], client.metadata)

    def settle(self, client: JackClient | None, now: float) -> float | None:
        """Do what is due by now; return in how many seconds more will be, None for never."""
        if client is None:
            return None
        self.wishes.settle(client, now)
        due = self.wishes.due
        return None if due is None else max(0.0, due - now)

    def show(self, changed: Iterable[Place], client: JackClient | None) -> None:
        """Have the ports of what was renamed shown by their new names."""
        if client is not None:
            self._names.show(changed, client.metadata)

    def take_over(self, client: JackClient, pretty: str) -> None:
        """Have the running client of another desk, and its ports, shown by our names.

        Args:
            client: with the same ports as ours.
            pretty: what people read in place of its name.
        """
        client.metadata.rename_client(pretty)
        self._names.show_all(client.metadata)
