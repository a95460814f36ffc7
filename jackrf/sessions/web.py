"""The table ``[web]`` of a session file: the page on which musicians hear and move their mixes."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from pydantic import Field
from pydantic_core import InitErrorDetails

from jackrf.sessions.surfaces import Address
from jackrf.sessions.tables import TOLD, Allowed, Table, problem

_PORT = Field(ge=1, le=65535)


class Web(Table):
    """How browsers get in. The table's being there is what serves the page."""

    listen: Annotated[
        Address, Allowed("an IP address, since names can be forged", '{key} = "0.0.0.0"')
    ] = "127.0.0.1"
    """Address to serve the page on: 127.0.0.1 is this machine alone, 0.0.0.0 all networks."""
    port: Annotated[int, _PORT, Allowed("a port number from 1 to 65535", "{key} = 8080")] = 8080
    """TCP port of http."""
    https_port: Annotated[int, _PORT, Allowed("a port number from 1 to 65535", "{key} = 8443")] = (
        8443
    )
    """Port of https; of UDP, too, for WebTransport: each further relay has the next one."""
    name: Annotated[
        str,
        Field(pattern=r"^[A-Za-z0-9.-]{1,253}$"),
        Allowed("a host name", '{key} = "monitors.example.org"'),
    ] = ""
    """Host name that links have in place of an address; one that the certificate is for."""
    certificate: Annotated[str, Allowed("the path of a PEM file", '{key} = "monitors.pem"')] = ""
    """Certificate of that name with its chain; without it jackrf makes one of its own."""
    key: Annotated[str, Allowed("the path of a PEM file", '{key} = "monitors.key"')] = ""
    """Key of the certificate."""
    relays: Annotated[int, Field(ge=0, le=16), Allowed("a number from 0 to 16", "{key} = 2")] = 0
    """Processes that serve the page at the most, begun when they are needed; 0 is one for each
    processor."""

    @classmethod
    def between(cls, data: object) -> Iterator[InitErrorDetails]:
        """Yield two ports that are one, and half of a certificate."""
        table = data if isinstance(data, Mapping) else {}
        if table.get("port", 8080) == table.get("https_port", 8443):
            yield problem(TOLD, ("https_port",), "the same as port: give each its own")
        for one, other in (("certificate", "key"), ("key", "certificate")):
            if one in table and other not in table:
                text = f'missing; add it beside {one}, such as {other} = "monitors.pem"'
                yield problem(TOLD, (other,), text)
