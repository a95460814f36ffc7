"""Whether a request over HTTP names this machine as somebody in the network would.

A page from elsewhere that a browser here has open can be made to ask us under its own name (DNS
rebinding); whoever asks for a name that is not ours is not answered.
"""

import ipaddress
import socket


def is_own_name(named: str, also: str = "") -> bool:
    """Return whether a Host header names this machine: by address, or by its name.

    Args:
        named: the header's value, with or without a port.
        also: another name that is ours.
    """
    host = named.rpartition(":")[0] if _has_port(named) else named
    own = socket.gethostname().lower()
    if host.lower() in ("localhost", own, f"{own}.local", *filter(None, [also.lower()])):
        return True
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and (host.count(":") == 1 or "]:" in host)
