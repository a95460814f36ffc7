"""Which hosts are neighbours: on loopback, or in a private network that this machine is on."""

import errno
import ipaddress
import socket
import struct
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

IPV4_ROUTES = Path("/proc/net/route")
IPV6_ADDRESSES = Path("/proc/net/if_inet6")

ADDRESSES_AND_ROUTES = 0x10 | 0x40 | 0x100 | 0x400
"""Groups of rtnetlink(7): RTMGRP_IPV4_IFADDR and _ROUTE, RTMGRP_IPV6_IFADDR and _ROUTE."""


@lru_cache(maxsize=1024)
def parse_host(host: str) -> Address | None:
    """Return a numeric address, IPv4 also where it comes mapped into IPv6; None if it is a name."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def is_neighbour(host: str, networks: Iterable[Network]) -> bool:
    """Return whether a host may be talked with at all.

    Args:
        host: a numeric address.
        networks: those that this machine is on, as `attached_networks` returns them.
    """
    address = parse_host(host)
    if address is None:
        return False
    if address.is_loopback:
        return True
    return address.is_private and any(address in network for network in networks)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine by its loopback address."""
    address = parse_host(host)
    return address is not None and address.is_loopback


def attached_networks() -> list[Network]:
    """Return the networks that this machine reaches without a gateway; it reads /proc."""
    found: list[Network] = []
    for path, parse in ((IPV4_ROUTES, ipv4_routes), (IPV6_ADDRESSES, ipv6_addresses)):
        try:
            found.extend(parse(path.read_text()))
        except OSError:  # a kernel without IPv6 has no such file
            continue
    return found


def network_changes() -> socket.socket | None:
    """Return a socket that is readable when this machine's addresses or routes have changed.

    None where the kernel does not tell this process, as in some sandboxes.
    """
    try:
        told = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    except OSError:
        return None
    try:
        told.setblocking(False)
        told.bind((0, ADDRESSES_AND_ROUTES))
    except OSError:
        told.close()
        return None
    return told


def drain(told: socket.socket) -> None:
    """Take in all that a socket of `network_changes` has to say."""
    while True:
        try:
            told.recv(65536)
        except OSError as error:
            # Where more was said than it holds, the kernel says so once, and goes on.
            if error.errno != errno.ENOBUFS:
                return


def ipv4_routes(text: str) -> Iterator[Network]:
    """Yield the destinations without a gateway of ``/proc/net/route``."""
    for line in text.splitlines()[1:]:
        columns = line.split()
        if len(columns) < 8:
            continue
        destination, gateway, mask = (int(columns[at], 16) for at in (1, 2, 7))
        if gateway == 0 and mask != 0:
            # Printed as the machine stores a number in network order.
            start = ipaddress.IPv4Address(struct.pack("=I", destination))
            yield ipaddress.IPv4Network((start, mask.bit_count()), strict=False)


def ipv6_addresses(text: str) -> Iterator[Network]:
    """Yield the networks of the addresses in ``/proc/net/if_inet6``."""
    for line in text.splitlines():
        columns = line.split()
        if len(columns) >= 3:
            address = ipaddress.IPv6Address(int(columns[0], 16))
            yield ipaddress.IPv6Network((address, int(columns[2], 16)), strict=False)
