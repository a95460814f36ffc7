"""What must hold between the tables of a session: numbers, ids, addresses."""

import ipaddress
from collections.abc import Iterator, Mapping

from pydantic import BaseModel
from pydantic_core import InitErrorDetails

from jackrf.destinations import parse_url
from jackrf.errors import InputError
from jackrf.sessions.tables import TOLD, WRONG, Location, dotted, nearest, problem


def entries(value: object) -> Mapping[str, object]:
    """Return what is in a table that was not validated yet; nothing if it is no table."""
    if isinstance(value, BaseModel):
        return dict(value)
    return value if isinstance(value, Mapping) else {}


def wrong_number(tables: Mapping[str, object], key: str, most: int) -> Iterator[InitErrorDetails]:
    """Yield a complaint where there are too many tables of a kind, or none."""
    table = tables.get(key)
    if isinstance(table, Mapping) and not 1 <= len(table) <= most:
        remedy = f"leave out {len(table) - most}" if table else f"write [{key}.ID] with a name"
        text = f"a session has 1 to {most} {key}, not {len(table)}; {remedy}"
        yield problem(TOLD, (key,), text)


def sends_of_nothing(
    inputs: Mapping[str, object], mixes: Mapping[str, object]
) -> Iterator[InitErrorDetails]:
    """Yield a complaint for each send whose input is not there."""
    for mix, table in mixes.items():
        sends = entries(entries(table).get("sends"))
        for strip in (key for key in sends if key not in inputs):
            near = (
                nearest(strip, inputs)
                or f"; the inputs are {', '.join(dotted((key,)) for key in inputs)}"
            )
            text = f"a send of an input that is not there{near}"
            yield problem(TOLD, ("mixes", mix, "sends", strip), text)


def shared_destinations(mixes: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    """Yield a complaint for each address that two mixes are sent to."""
    taken: dict[tuple[str, int], Location] = {}
    for mix, table in mixes.items():
        urls = entries(table).get("send_to")
        for number, url in enumerate(urls if isinstance(urls, list) else []):
            here: Location = ("mixes", mix, "send_to", number)
            address = _address(url)
            if address is None:  # the list's own validation says so
                continue
            first = taken.setdefault(address, here)
            if first != here:
                text = f"{dotted(first)} goes there too, and one port hears one mix; take another"
                yield problem(WRONG, here, text, url)


def open_secrets(mixes: Mapping[str, object]) -> Iterator[InitErrorDetails]:
    """Yield a complaint for each encrypted mix that would be told to all, or sent to a group."""
    for mix, table in mixes.items():
        own = entries(table)
        if own.get("encrypt") is not True:
            continue
        if own.get("announce") is True:
            text = "SAP would tell everybody the key of an encrypted mix; take one of the two out"
            yield problem(TOLD, ("mixes", mix, "announce"), text)
        urls = own.get("send_to")
        for number, url in enumerate(urls if isinstance(urls, list) else []):
            if is_group(url):
                text = (
                    "an encrypted mix cannot be sent to a group: who joins late cannot open it "
                    "(RFC 3711, 3.3.1); send to each host, or let them tune in by RTSP"
                )
                yield problem(TOLD, ("mixes", mix, "send_to", number), text)


def is_group(url: object) -> bool:
    """Return whether a URL is one of multicast."""
    try:
        return parse_url(str(url)).is_multicast
    except InputError:
        return False


def _address(url: object) -> tuple[str, int] | None:
    """Return host and port, the same for all ways to write an IP address, or None."""
    try:
        destination = parse_url(str(url))
    except InputError:
        return None
    try:
        return str(ipaddress.ip_address(destination.host)), destination.port
    except ValueError:
        return destination.host.lower(), destination.port
