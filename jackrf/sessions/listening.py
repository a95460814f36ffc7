"""The table ``[listen]`` of a session file: where listeners tune in by themselves, and how many."""

from typing import Annotated

from pydantic import Field

from jackrf.sessions.surfaces import HOST, Address
from jackrf.sessions.tables import Allowed, Table


class Listen(Table):
    """How listeners get in by themselves."""

    address: Annotated[Address, Allowed(HOST, '{key} = "0.0.0.0"')] = "127.0.0.1"
    """Address to listen on: this machine's own, or 0.0.0.0 for all private networks it is in."""
    port: Annotated[
        int, Field(ge=1, le=65534), Allowed("a port number from 1 to 65534", "{key} = 8554")
    ] = 8554
    """Of RTSP: rtsp://HOST:8554/MIX. On the port above it HTTP gives the SDP of each mix."""
    most: Annotated[
        int, Field(ge=1, le=512), Allowed("a whole number from 1 to 512", "{key} = 256")
    ] = 256
    """Listeners in all."""
    most_per_host: Annotated[
        int, Field(ge=1, le=512), Allowed("a whole number from 1 to 512", "{key} = 16")
    ] = 16
    """Listeners of one host."""
