"""Which hosts are neighbours."""

import ipaddress
from pathlib import Path

import pytest

from jackrf.lan import networks
from jackrf.lan.networks import (
    attached_networks,
    ipv4_routes,
    ipv6_addresses,
    is_loopback,
    is_neighbour,
    parse_host,
)

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
