"""What a session says about OSC."""

from collections.abc import Sequence
from dataclasses import dataclass

from jackrf.osc.admission import ALL, Rights, musician
from jackrf.osc.rows import Role

DEFAULT_PORT = 9955
"""A layout has it baked in, so it is never counted up when it is taken."""
REPLY_PORT = 9000
"""Where TouchOSC listens unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Surface:
    """A surface that the session names: it is told what changes without asking.

    Attributes:
        host: numeric address.
        port: where it listens.
        role: what it may do.
        mix: id of its musician's mix; of others, what they are told of, None for everything.
        pickup: whether its faders have no motors.
    """

    host: str
    port: int = REPLY_PORT
    role: Role = Role.MUSICIAN
    mix: str | None = None
    pickup: bool = False

    @property
    def rights(self) -> Rights:
        """What it may do."""
        own = [self.mix] if self.role is Role.MUSICIAN and self.mix is not None else []
        return ALL if self.role is Role.ENGINEER else musician(own)

    @property
    def prefix(self) -> str:
        """What it is told."""
        return "/" if self.mix is None else f"/mix/{self.mix}"


@dataclass(frozen=True, slots=True)
class Settings:
    """The table ``[osc]`` of a session.

    Attributes:
        listen: numeric address that the server is bound to.
        port: of UDP and of TCP.
        open_mixes: ids of the mixes that everybody in the network may change.
        surfaces: that are named.
    """

    listen: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    open_mixes: Sequence[str] = ()
    surfaces: Sequence[Surface] = ()
