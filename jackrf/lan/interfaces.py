"""The addresses of this machine by which its neighbours reach it."""

import ipaddress
import socket

from jackrf.lan.networks import Network, attached_networks


def own_addresses() -> list[str]:
    """Return this machine's addresses in the private IPv4 networks that it is on; reads /proc."""
    found = {_towards(network) for network in attached_networks() if _is_usual(network)}
    return sorted((one for one in found if one), key=ipaddress.ip_address)


def _is_usual(network: Network) -> bool:
    """Return whether tablets are found in such a network."""
    return network.version == 4 and network.is_private and not network.is_loopback


def _towards(network: Network) -> str | None:
    """Return the address that the kernel sends from to a network; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # For UDP, to connect is to look up the route.
            probe.connect((str(network.network_address + 1), 9))
        except OSError:  # an interface that is down
            return None
        address: str = probe.getsockname()[0]
    return address
