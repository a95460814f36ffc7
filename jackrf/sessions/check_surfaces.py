"""What `jackrf check` says of OSC: where it would listen, who gets in, the surfaces, the cue."""

import ipaddress
from collections.abc import Iterator

from rich.text import Text

from jackrf.sessions.session import Session
from jackrf.sessions.surfaces import Surface

COLUMNS = ("is told at", "role", "of", "faders")
"""Of the table of surfaces that have a name."""


def lines(session: Session) -> Iterator[Text]:
    """Yield the sentences on OSC."""
    osc = session.osc
    yield Text.assemble(
        ("OSC", "bold"),
        f": listens on {osc.listen} port {osc.port}, UDP and TCP. {_heard(osc.listen)}",
    )
    if not ipaddress.ip_address(osc.listen).is_loopback:
        yield Text(_admitted(session))
    if session.cue is not None:
        yield Text(f"The engineer's cue is mix {session.cue}: PFL and /mix/{session.cue}/follow.")


def _heard(listen: str) -> str:
    address = ipaddress.ip_address(listen)
    if address.is_loopback:
        return (
            "Only programs on this machine are heard, as the engineer; "
            'listen = "0.0.0.0" lets in its networks.'
        )
    if address.is_unspecified:
        return "Heard are this machine and the private networks that it is on."
    return f"Heard are this machine and the private network of {listen}."


def _admitted(session: Session) -> str:
    opened = session.osc.open_mixes
    others = "who has a PIN (jackrf pin MIX) or is paired (jackrf pair HOST --mix MIX) changes more"
    if not opened:
        return f"Everybody there sees names and meters; {others}."
    return f"Everybody there may change {', '.join(opened)}; {others}."


def row(surface: Surface) -> tuple[str, ...]:
    """Return the row of a surface."""
    host = f"[{surface.host}]" if ":" in surface.host else surface.host
    what = "everything" if surface.mix is None else f"mix {surface.mix}"
    faders = "wait to be picked up" if surface.pickup else "follow"
    return f"{host}:{surface.port}", surface.role, what, faders
