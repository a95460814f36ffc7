"""Which hosts are neighbours."""

import errno
import ipaddress
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from jackrf.lan import networks
from jackrf.lan.networks import (
    attached_networks,
    drain,
    ipv4_routes,
    ipv6_addresses,
    is_loopback,
    is_neighbour,
    network_changes,
    parse_host,
)
from tests.alone import without_network

ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
wlan0\t0001A8C0\t00000000\t0001\t0\t0\t600\t00FFFFFF\t0\t0\t0
vpn0\t0000000A\t0101A8C0\t0003\t0\t0\t600\t000000FF\t0\t0\t0
eth0\t00B00DCB\t00000000\t0001\t0\t0\t600\t00F0FFFF\t0\t0\t0
cut off
"""
ADDRESSES = """\
00000000000000000000000000000001 01 80 10 80       lo
fd000000000000000000000000000002 04 40 00 82     eth0
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
20010db8000000000000000000000001 04 40 00 80     eth0
cut
"""
HERE = [*ipv4_routes(ROUTES), *ipv6_addresses(ADDRESSES)]


def test_routes_without_a_gateway_are_networks_that_we_are_on() -> None:
    """What goes by a router, or everywhere, is not on the link."""
    assert [str(network) for network in ipv4_routes(ROUTES)] == [
        "192.168.1.0/24",
        "203.13.176.0/20",
    ]


def test_addresses_have_their_network() -> None:
    """The length of its prefix stands beside each."""
    assert [str(network) for network in ipv6_addresses(ADDRESSES)] == [
        "::1/128",
        "fd00::/64",
        "fe80::/64",
        "2001:db8::/64",
    ]


@pytest.mark.parametrize(
    ("host", "heard"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("192.168.2.20", False),
        ("10.0.0.1", False),
        ("203.13.176.5", False),
        ("8.8.8.8", False),
        ("fd00::7", True),
        ("fd00:0:0:1::7", False),
        ("fe80::1%eth0", True),
        ("2600::1", False),
        ("::ffff:192.168.1.20", True),
        ("::ffff:8.8.8.8", False),
        ("tablet.local", False),
        ("", False),
    ],
)
def test_neighbours_are_private_and_on_the_link(host: str, heard: bool) -> None:
    """A public address is none of ours, even in a network that we are on."""
    assert is_neighbour(host, HERE) == heard


def test_without_a_network_there_is_loopback() -> None:
    """A machine on a desert island hears itself."""
    assert is_neighbour("127.0.0.1", [])
    assert not is_neighbour("192.168.1.1", [])


def test_hosts_are_numbers() -> None:
    """A name is not looked up, wherever it comes from."""
    assert parse_host("::ffff:10.0.0.1") == ipaddress.ip_address("10.0.0.1")
    assert parse_host("localhost") is None
    assert is_loopback("127.0.0.1")
    assert is_loopback("::ffff:127.0.0.1")
    assert not is_loopback("192.168.1.1")
    assert not is_loopback("localhost")


def test_the_kernel_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both files are read, and one that is not there is no error."""
    routes = tmp_path / "route"
    routes.write_text(ROUTES)
    monkeypatch.setattr(networks, "IPV4_ROUTES", routes)
    monkeypatch.setattr(networks, "IPV6_ADDRESSES", tmp_path / "none")
    assert attached_networks() == list(ipv4_routes(ROUTES))


def test_this_machine_has_files_that_can_be_read() -> None:
    """What the running kernel writes is understood."""
    for network in attached_networks():
        assert isinstance(network, ipaddress.IPv4Network | ipaddress.IPv6Network)


def test_a_network_that_is_joined_is_known_at_once_and_costs_nothing_until_then() -> None:
    """In a namespace of its own: with nobody there and nothing changed, the main thread of a server
    does not wake once in 10 s; from when this machine has an address in a network its neighbours
    are heard, and no more when it has left; more news than a socket holds does no harm.
    """
    command = [*without_network(), sys.executable, "-m", "tests.osc.changing_network"]
    root = Path(__file__).parents[2]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert json.loads(told.stdout) == {
        "wakes": 0,
        "joined": True,
        "left": True,
        "told too much": True,
        "joined again": True,
        "wakes after": 0,
    }


@pytest.mark.parametrize("refused", ["socket", "bind"])
def test_a_kernel_that_tells_nothing(monkeypatch: pytest.MonkeyPatch, refused: str) -> None:
    """A sandbox may allow no such socket, or not to be told anything by it."""

    class Mute(socket.socket):
        def __init__(self, *arguments: int) -> None:
            if refused == "socket":
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            super().__init__(*arguments)

        def bind(self, _: object) -> None:
            raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(socket, "socket", Mute)
    assert network_changes() is None


def test_without_news_draining_ends() -> None:
    """At once, also where the socket is not open any more."""
    told = network_changes()
    assert told is not None
    drain(told)
    told.close()
    drain(told)
