"""Pairs of UDP ports: an even one for RTP, and the one above it for RTCP (RFC 3550 section 11)."""

import contextlib
import socket
from typing import Final

TRIES: Final = 64

Place = tuple[str, int] | tuple[str, int, int, int]


def pair(host: str, scope: int = 0) -> tuple[socket.socket, socket.socket]:
    """Return sockets bound to two such ports of one of our addresses.

    Args:
        host: numeric.
        scope: of a link-local address in IPv6.

    Raises:
        OSError: the address is not ours, or no pair is free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(TRIES):
        with contextlib.ExitStack() as opened:
            rtp = opened.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            rtcp = opened.enter_context(socket.socket(family, socket.SOCK_DGRAM))
            rtp.bind(place(host, 0, scope))
            port = rtp.getsockname()[1]
            if port % 2 or not _is_bound(rtcp, place(host, port + 1, scope)):
                continue
            opened.pop_all()
            return rtp, rtcp
    raise OSError("no pair of ports is free")


def _is_bound(plain: socket.socket, wanted: Place) -> bool:
    try:
        plain.bind(wanted)
    except OSError:  # somebody has the port above ours
        return False
    return True


def place(host: str, port: int, scope: int) -> Place:
    """Return an address as sockets of its family take it."""
    return (host, port, 0, scope) if ":" in host else (host, port)
