"""The ports that a desk has in JACK: one for each input, two for each mix, in the desk's order.

Their short names never change, so that saved patches find them again. What people read beside
them follows the name of the strip or mix.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from jackrf.mixer import Mixer
from jackrf.parameters import Place

Side = Literal["", "left", "right"]


@dataclass(frozen=True, slots=True)
class PortName:
    """How a port is shown to people (JACK metadata); its own short name never changes."""

    pretty: str
    order: int
    group: str


@dataclass(frozen=True, slots=True)
class OwnPort:
    """One port of a desk.

    Attributes:
        short: its name in JACK without the client's.
        named: where its name for people stands on the desk.
        number: of its strip or mix, from 1.
        order: among all ports, from 1.
        side: of a mix; empty for an input.
    """

    short: str
    named: Place
    number: int
    order: int
    side: Side = ""

    @property
    def is_input(self) -> bool:
        """Whether it takes sound in."""
        return not self.side

    @property
    def wished(self) -> Place:
        """Where the session says what it is to be connected to."""
        return self.named._replace(name=f"connect_{self.side}" if self.side else "connect")

    def shown(self, name: str) -> PortName:
        """Return what people read of it when its strip or mix has this name."""
        if self.is_input:
            return PortName(name, self.order, "Inputs")
        return PortName(f"{name} {self.side}", self.order, f"Mix {self.number} {name}")

    def meant(self, pretty: str) -> str:
        """Return which name its strip or mix has for a person who has renamed the port so."""
        pretty = pretty.strip()
        side = f" {self.side}"
        if self.side and pretty.lower().endswith(side):
            return pretty[: -len(side)].rstrip()
        return pretty


def own_ports(mixer: Mixer) -> Sequence[OwnPort]:
    """Return the ports of a desk in their order: ``in_01`` ..., ``mix_01_l``, ``mix_01_r`` ..."""
    ports = [
        OwnPort(f"in_{number:02d}", Place(None, strip.id, "name"), number, number)
        for number, strip in enumerate(mixer.strips, 1)
    ]
    for number, mix in enumerate(mixer.mixes, 1):
        named = Place(mix.id, None, "name")
        order = len(mixer.strips) + 2 * number - 1
        ports.append(OwnPort(f"mix_{number:02d}_l", named, number, order, "left"))
        ports.append(OwnPort(f"mix_{number:02d}_r", named, number, order + 1, "right"))
    return ports
