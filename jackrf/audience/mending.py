"""Listeners that the session sends to, sent to in another way by the same descriptors.

The network has given this machine another address, or another session has taken the place of the
one before: the audio thread notices nothing of it.
"""

import os
import socket
from collections.abc import Collection, Iterable

from jackrf.audience.listener import Listener
from jackrf.audience.sockets import TRAFFIC_CLASS, aim, prepare
from jackrf.destinations import Destination
from jackrf.errors import InputError


def lost_addresses(connected: Iterable[socket.socket]) -> set[str]:
    """Return those addresses of these UDP sockets that this machine does not have any more."""
    hosts = {}
    for one in connected:
        if one.family in TRAFFIC_CLASS and one.type == socket.SOCK_DGRAM:
            host, _, *rest = one.getsockname()
            hosts[host] = one.family, rest
    hosts = {host: where for host, where in hosts.items() if host not in ("127.0.0.1", "::1")}
    return {host for host, (family, rest) in hosts.items() if not _has(family, host, rest)}


def _has(family: int, host: str, rest: list[int]) -> bool:
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((host, 0, *rest))
        except OSError:
            return False
    return True


def reconnect(listener: Listener, lost: Collection[str]) -> bool:
    """Find the way to a destination of the session again; return whether there is one.

    A socket keeps the address of this machine that it was connected from. When the network gives
    another one, as after a cable was pulled and put in again, it never sends again over IPv4, and
    over IPv6 from an address that nobody can answer to.

    Args:
        listener: one of the audience.
        lost: from `lost_addresses`.
    """
    old, destination = listener.outside, listener.destination
    if destination is None or not (listener.is_cut_off or old.getsockname()[0] in lost):
        return False
    return _renew(listener, destination, _dscp(old))


def take_after(listener: Listener, other: Listener) -> None:
    """Send as another listener at the same address would: its precedence, interface and hops.

    Args:
        listener: to a destination of the session.
        other: likewise; it is left as it is.
    """
    before, destination, dscp = listener.destination, other.destination, _dscp(other.outside)
    if before is None or destination is None:
        return
    ways = [(one.interface, one.ttl) for one in (before, destination)]
    if ways[0] != ways[1] or dscp != _dscp(listener.outside):
        _renew(listener, destination, dscp)


def _dscp(sender: socket.socket) -> int:
    found: int = sender.getsockopt(*TRAFFIC_CLASS[sender.family])
    return found >> 2


def _renew(listener: Listener, destination: Destination, dscp: int) -> bool:
    """Connect the sockets of a listener anew; return whether that could be done."""
    try:
        _swap(listener.outside, destination, dscp)
        if listener.seal is not None:
            _swap(listener.seal.reports, destination, None)
            listener.seal.turn()
        elif listener.control is not None and listener.control_to is None:
            _swap(listener.control, destination, None)
        elif listener.control is not None:
            aim(listener.control, destination)
    except (OSError, InputError):
        return False
    return True


def _swap(old: socket.socket, destination: Destination, dscp: int | None) -> None:
    """Connect a socket anew, to the same address and from the same port, by the same descriptor.

    Args:
        old: of packets, or of RTCP.
        destination: where to.
        dscp: of packets; None for RTCP, whose socket is read: errors that it kept would be news
            for ever.
    """
    with socket.socket(old.family, old.type, old.proto) as fresh:
        if dscp is None:
            fresh.setblocking(False)
        else:
            prepare(fresh, dscp)
        aim(fresh, destination)
        for one in (old, fresh):
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        fresh.bind(("", old.getsockname()[1]))
        fresh.connect(old.getpeername())
        # In one step: the audio thread sends by the one or by the other.
        os.dup2(fresh.fileno(), old.fileno(), inheritable=False)
