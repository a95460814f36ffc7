"""Where the packets of a mix go, as a person writes it: ``udp://HOST:PORT``."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from jackrf.errors import InputError

ALLOWED = "allowed is udp://HOST:PORT, for example udp://192.168.1.31:5004"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the packets of a mix go."""

    url: str
    host: str
    """IP address or host name, an IPv6 address without brackets"""
    port: int

    @property
    def is_multicast(self) -> bool:
        """Whether the host is a multicast group address."""
        try:
            return ipaddress.ip_address(self.host).is_multicast
        except ValueError:
            return False


def parse_url(url: str) -> Destination:
    """Return the destination that a ``udp://HOST:PORT`` means.

    Raises:
        InputError: it is no such URL; the message says what is allowed.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InputError(f"{url!r} is no address ({error}): {ALLOWED}") from None
    if parts.scheme != "udp":
        raise InputError(f"{url!r} starts with {parts.scheme or 'nothing'}: {ALLOWED}")
    if not parts.hostname:
        raise InputError(f"{url!r} has no host: {ALLOWED}")
    if not port:
        raise InputError(f"{url!r} has no port from 1 to 65535: {ALLOWED}")
    if parts.path or parts.query or parts.fragment or parts.username is not None:
        raise InputError(f"{url!r} has more than a host and a port: {ALLOWED}")
    return Destination(url, parts.hostname, port)
