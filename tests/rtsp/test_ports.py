"""Pairs of UDP ports."""

import pytest

from jackrf.rtsp.ports import pair, place


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_pair_is_even_and_odd(host: str) -> None:
    """And as many as are wanted can be had."""
    for _ in range(20):
        rtp, rtcp = pair(host)
        with rtp, rtcp:
            port = rtp.getsockname()[1]
            assert port % 2 == 0
            assert rtcp.getsockname()[:2] == (host, port + 1)


def test_an_address_of_others_has_none() -> None:
    """It is the system that says so."""
    with pytest.raises(OSError, match="assign"):
        pair("192.0.2.1")


def test_places_have_a_scope_in_ipv6_only() -> None:
    """As sockets take them."""
    assert place("127.0.0.1", 1, 2) == ("127.0.0.1", 1)
    assert place("fe80::1", 1, 2) == ("fe80::1", 1, 0, 2)
