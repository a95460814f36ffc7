"""The table ``[osc]`` of a session file: where OSC listens, and the surfaces that have a name."""

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field
from pydantic_core import InitErrorDetails, PydanticCustomError

from jackrf.sessions.tables import TOLD, WRONG, Allowed, Location, Table, nearest, problem

MOST_SURFACES = 32

HOST = "an IP address, since names can be forged"


def _checked_address(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        raise PydanticCustomError(WRONG, f"must be {HOST}") from None
    return text


Address = Annotated[str, AfterValidator(_checked_address)]
Port = Annotated[
    int, Field(ge=1, le=65535), Allowed("a port number from 1 to 65535", "{key} = 9000")
]
MixId = Annotated[str, Allowed("the id of a mix", '{key} = "drums"')]


class Surface(Table):
    """A tablet, a phone or a program that is told what changes without asking."""

    host: Annotated[Address, Allowed(HOST, '{key} = "192.168.1.31"')]
    """Its IP address."""
    port: Port = 9000
    """Where it listens."""
    role: Annotated[
        Literal["musician", "engineer", "observer"],
        Allowed('"musician", "engineer" or "observer"', '{key} = "musician"'),
    ] = "musician"
    """What it may do: its mix, everything, or look on."""
    mix: MixId | None = None
    """Its musician's mix; of others, what they are told of."""
    pickup: Annotated[bool, Allowed("true or false", "{key} = true")] = False
    """Whether its faders have no motors: each does nothing until it meets the value that is set."""

    @classmethod
    def between(cls, data: object) -> Iterator[InitErrorDetails]:
        """Yield a musician without a mix."""
        table = data if isinstance(data, Mapping) else {}
        if table.get("role", "musician") == "musician" and "mix" not in table:
            yield problem(TOLD, ("mix",), 'missing; add the musician\'s mix, such as mix = "drums"')


class Osc(Table):
    """How surfaces get in."""

    listen: Annotated[Address, Allowed(HOST, '{key} = "0.0.0.0"')] = "127.0.0.1"
    """Address to listen on: this machine's own, or 0.0.0.0 for all private networks it is in."""
    port: Annotated[
        int, Field(ge=1, le=65535), Allowed("a port number from 1 to 65535", "{key} = 9955")
    ] = 9955
    """UDP and TCP; the layouts on the tablets have it in them."""
    open_mixes: Annotated[list[str], Allowed("a list of ids of mixes", '{key} = ["drums"]')] = (
        Field(default_factory=list)
    )
    """Mixes that everybody in the network may change without being paired."""
    surfaces: Annotated[
        list[Surface],
        Field(max_length=MOST_SURFACES),
        Allowed(f"at most {MOST_SURFACES} tables", '[[osc.surfaces]] host = "192.168.1.31"'),
    ] = Field(default_factory=list)
    """Surfaces with a fixed address."""


def wrong_mixes(osc: object, mixes: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    """Yield the mixes that ``[osc]`` names and the session has not.

    Args:
        osc: the table before validation.
        mixes: by id; none where they are wrong altogether.
    """
    if not mixes:
        return
    table = osc if isinstance(osc, Mapping) else {}
    surfaces, named = table.get("surfaces"), table.get("open_mixes")
    for number, surface in enumerate(surfaces if isinstance(surfaces, list) else []):
        if isinstance(surface, Mapping) and isinstance(surface.get("mix"), str):
            yield from _wrong(surface["mix"], ("osc", "surfaces", number, "mix"), mixes)
    for number, mix in enumerate(named if isinstance(named, list) else []):
        if isinstance(mix, str):
            yield from _wrong(mix, ("osc", "open_mixes", number), mixes)


def further_cues(mixes: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    """Yield the mixes that would be a second cue.

    Args:
        mixes: by id, before validation.
    """
    cues = [mix for mix, table in mixes.items() if _is_cue(table)]
    for mix in cues[1:]:
        text = f"mix {cues[0]} is the cue already; leave it to one of them"
        yield problem(TOLD, ("mixes", mix, "cue"), text)


def _is_cue(mix: object) -> bool:
    # Validated before, when a session is made from tables.
    found = mix.get("cue") if isinstance(mix, Mapping) else getattr(mix, "cue", False)
    return found is True


def _wrong(mix: str, where: Location, mixes: Mapping[str, Any]) -> Iterator[InitErrorDetails]:
    if mix not in mixes:
        near = nearest(mix, mixes) or f"; the mixes are {', '.join(mixes)}"
        yield problem(WRONG, where, f"there is no such mix{near}", mix)
