"""Sockets to listeners: opened to a destination, or taken over from whoever connected them.

All of them are non-blocking and hold little, so that a dead link is soon full. What is taken over
is duplicated: the one who connected it may close it at any time, and no descriptor that the audio
thread sends to is ever somebody else's.
"""

import secrets
import socket
import sys
from typing import Any

from jackrf.audience.listener import Listener
from jackrf.audience.row import BUDGET_MS, new_row
from jackrf.destinations import Destination
from jackrf.errors import InputError
from jackrf.realtime.context import DATAGRAM, INTERLEAVED, PREFIXED

SEND_BUFFER = 16384
"""Bytes of SO_SNDBUF, which the kernel doubles: what a dead link may hold back at the most."""

STREAM_BUFFER = 16384
"""The same of a TCP socket, where what was sent and not acknowledged counts as well."""

TELL_DROPS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
"""IP_RECVERR and IPV6_RECVERR: a packet that our own network queue drops is an error of send (it
is none otherwise), and so is a host that a router cannot reach (ip(7))."""

DSCP = 46
"""Expedited forwarding (RFC 3246): routers and Wi-Fi let it go first."""

HIGHEST_PORT = 65535
TRAFFIC_CLASS = {
    socket.AF_INET: (socket.IPPROTO_IP, socket.IP_TOS),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_TCLASS),
}
"""An option whose value has DSCP in its upper six bits (ip(7), ipv6(7))."""

PATIENCE_MS = 10_000
"""A TCP connection that acknowledges nothing for so long is over (TCP_USER_TIMEOUT, tcp(7))."""


def open_listener(mix: int, destination: Destination, dscp: int = DSCP) -> Listener:
    """Open the socket to a destination; nothing is sent yet.

    Args:
        mix: the mix's number.
        destination: where to.
        dscp: how routers are asked to treat it, 0 to 63; 0 asks for nothing.

    Raises:
        InputError: the host is unknown, there is no route to it, no such interface, or this process
            may have no more sockets.
    """
    host, port = destination.host, destination.port
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except OSError as error:
        raise InputError(
            f"send_to {destination.url}: host {host!r} is not known ({error.strerror}): "
            "check the name, or write its IP address"
        ) from None
    family, kind, protocol, _, address = found[0]
    sender = _socket(destination, family, kind, protocol)
    try:
        prepare(sender, dscp)
        aim(sender, destination)
        sender.connect(address)
    except OSError as error:
        sender.close()
        raise InputError(
            f"send_to {destination.url}: no route to {host} ({error.strerror}): "
            "connect this machine to that network, or correct the address"
        ) from None
    except InputError:
        sender.close()
        raise
    row = new_row(mix, sender.fileno(), secrets.randbelow(1 << 16))
    made = Listener(mix, destination.url, sender, row, destination=destination)
    try:
        made.control, made.control_to = _open_control(sender, destination)
    except InputError:
        sender.close()
        raise
    return made


def _socket(destination: Destination, *kind: int) -> socket.socket:
    try:
        return socket.socket(*kind)
    except OSError as error:
        raise InputError(
            f"send_to {destination.url}: no socket is left for it ({error.strerror}): allow this "
            "program more open files (ulimit -n), or send to fewer hosts"
        ) from None


def _open_control(
    sender: socket.socket, destination: Destination
) -> tuple[socket.socket | None, tuple[Any, ...] | None]:
    """Open the socket for RTCP, which goes to the port after that of the packets."""
    host, port, *scope = sender.getpeername()
    if port == HIGHEST_PORT:
        return None, None
    control = _socket(destination, sender.family, socket.SOCK_DGRAM)
    control.setblocking(False)
    try:
        if destination.is_multicast:
            # Members answer by addresses of their own.
            aim(control, destination)
            return control, (host, port + 1, *scope)
        control.connect((host, port + 1, *scope))
    except (OSError, InputError):
        control.close()
        return None, None
    return control, None


def take_datagrams(
    mix: int,
    connected: socket.socket,
    url: str,
    owner: str,
    *,
    control: socket.socket | None = None,
    dscp: int = DSCP,
) -> Listener:
    """Make a listener of a connected datagram socket: UDP, or AF_UNIX.

    Args:
        mix: the mix's number.
        connected: stays the caller's.
        url: what people are shown.
        owner: who brings it.
        control: a UDP socket that is connected to its port for RTCP; stays the caller's, who does
            not read it as long as the listener is there. None for no RTCP.
        dscp: as in `open_listener`.
    """
    own = connected.dup()
    prepare(own, dscp)
    reports = None if control is None else control.dup()
    if reports is not None:
        reports.setblocking(False)
    row = new_row(mix, own.fileno(), secrets.randbelow(1 << 16), DATAGRAM)
    return Listener(mix, url, own, row, owner, control=reports)


def take_stream(
    mix: int,
    connected: socket.socket,
    url: str,
    owner: str,
    *,
    channel: int | None = None,
    control_channel: int | None = None,
    budget: float = BUDGET_MS,
    dscp: int = DSCP,
) -> Listener:
    """Make a listener of a connected TCP socket.

    From `Audience.join` until it has left nobody but the audio thread writes to the connection;
    what else is to be said there goes through `Audience.post`. Reading stays the caller's.

    Args:
        mix: the mix's number.
        connected: stays the caller's.
        url: what people are shown.
        owner: who brings it.
        channel: of interleaved frames (RFC 2326 section 10.12); None for RFC 4571.
        control_channel: of interleaved RTCP; None for none.
        budget: ms of audio that may wait unsent before packets are dropped.
        dscp: as in `open_listener`.
    """
    own = connected.dup()
    prepare(own, dscp, STREAM_BUFFER)
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    own.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, PATIENCE_MS)
    framing = PREFIXED if channel is None else INTERLEAVED
    sequence = secrets.randbelow(1 << 16)
    row = new_row(mix, own.fileno(), sequence, framing, channel or 0, budget)
    return Listener(mix, url, own, row, owner, control_channel=control_channel)


def prepare(own: socket.socket, dscp: int, room: int = SEND_BUFFER) -> None:
    """Have a socket never wait, hold little, and tell of all that it drops.

    Args:
        own: of packets.
        dscp: as in `open_listener`.
        room: bytes of SO_SNDBUF.
    """
    own.setblocking(False)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
    if own.type == socket.SOCK_DGRAM and own.family in TELL_DROPS:
        own.setsockopt(*TELL_DROPS[own.family], 1)
        # Errors are kept to be read in full, and nobody does: the least that the kernel allows.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    traffic_class = TRAFFIC_CLASS.get(own.family)
    if traffic_class is not None:
        own.setsockopt(*traffic_class, dscp << 2)
    if own.family == socket.AF_INET6:
        # The other end of a connection may be of IPv4 all the same (mapped, ipv6(7)).
        own.setsockopt(*TRAFFIC_CLASS[socket.AF_INET], dscp << 2)


def aim(own: socket.socket, destination: Destination) -> None:
    """Have a socket send to a group by the interface, and over as many networks, as is wanted.

    Raises:
        InputError: there is no such interface.
    """
    if not destination.is_multicast:
        return
    if own.family == socket.AF_INET:
        level, hops, out = socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, socket.IP_MULTICAST_IF
    else:
        level, hops = socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS
        out = socket.IPV6_MULTICAST_IF
    own.setsockopt(level, hops, destination.ttl)
    if destination.interface is None:
        return
    try:
        number = socket.if_nametoindex(destination.interface)
    except OSError:
        known = ", ".join(name for _, name in socket.if_nameindex())
        raise InputError(
            f"send_to {destination.url}: there is no network interface "
            f"{destination.interface!r}: there are {known}"
        ) from None
    # IPv4 takes a struct ip_mreqn, of which the last member is the interface's number.
    index = number.to_bytes(4, sys.byteorder)
    own.setsockopt(level, out, index if own.family == socket.AF_INET6 else bytes(8) + index)
