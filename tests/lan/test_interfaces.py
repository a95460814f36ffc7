"""This machine's own addresses."""

import ipaddress
import socket

import pytest

from jackrf.lan import interfaces
from jackrf.lan.interfaces import own_addresses


def test_they_are_addresses_that_can_be_bound() -> None:
    """Only this machine's own can; loopback is not among them."""
    for address in own_addresses():
        assert not ipaddress.ip_address(address).is_loopback
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
            bound.bind((address, 0))


def test_networks_of_which_nothing_is_known_give_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """IPv6, public networks, loopback, and an interface that refuses."""
    networks = ["fe80::/64", "8.8.8.0/24", "127.0.0.0/8"]
    given = [ipaddress.ip_network(one) for one in networks]
    monkeypatch.setattr(interfaces, "attached_networks", lambda: given)
    assert own_addresses() == []
