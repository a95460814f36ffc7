"""Where the packets of a mix go, as a person writes it: ``udp://HOST:PORT``.

A multicast group may say by which network interface, and over how many routers:
``udp://239.69.1.1:5004?interface=eth0&ttl=4``.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from jackrf.errors import InputError

ALLOWED = "allowed is udp://HOST:PORT, for example udp://192.168.1.31:5004"
ALLOWED_OPTIONS = (
    "allowed for a multicast group are interface=NAME and ttl=1 to 255, "
    "for example udp://239.69.1.1:5004?interface=eth0&ttl=4"
)


@dataclass(frozen=True, slots=True)
class Destination:
    """Where the packets of a mix go.

    Attributes:
        url: as it was written.
        host: IP address or host name, an IPv6 address without brackets.
        port: 1 to 65535.
        interface: by which network interface a multicast group is sent to; None leaves it to the
            routing table.
        ttl: how many networks the packets of a multicast group may cross, 1 to 255; 1 is this one.
    """

    url: str
    host: str
    port: int
    interface: str | None = None
    ttl: int = 1

    @property
    def is_multicast(self) -> bool:
        """Whether the host is a multicast group address."""
        return _is_multicast(self.host)


def _is_multicast(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_multicast
    except ValueError:
        return False


def parse_url(url: str) -> Destination:
    """Return the destination that a URL means.

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
    if parts.path or parts.fragment or parts.username is not None:
        raise InputError(f"{url!r} has more than a host and a port: {ALLOWED}")
    # The zone of a link-local address is written fe80::1%25eth0 (RFC 6874).
    host = parts.hostname.replace("%25", "%")
    interface, ttl = _options(url, parts.query, is_multicast=_is_multicast(host))
    return Destination(url, host, port, interface, ttl)


def _options(url: str, query: str, *, is_multicast: bool) -> tuple[str | None, int]:
    interface, ttl = None, 1
    seen: set[str] = set()
    for name, value in parse_qsl(query, keep_blank_values=True):
        known = name in {"interface", "ttl"} and name not in seen
        if not known or not is_multicast:
            raise InputError(f"{url!r} says {name}={value}: {ALLOWED_OPTIONS}")
        seen.add(name)
        if name == "interface" and value:
            interface = value
        elif name == "ttl" and value.isascii() and value.isdigit() and 1 <= int(value) <= 255:
            ttl = int(value)
        else:
            raise InputError(f"{url!r} says {name}={value}: {ALLOWED_OPTIONS}")
    return interface, ttl
