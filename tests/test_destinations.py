"""Where packets go, as a person writes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.destinations import Destination, parse_url
from jackrf.errors import InputError


@pytest.mark.parametrize(
    ("url", "host", "port", "is_multicast"),
    [
        ("udp://127.0.0.1:5004", "127.0.0.1", 5004, False),
        ("udp://239.69.1.1:5004", "239.69.1.1", 5004, True),
        ("udp://[::1]:65535", "::1", 65535, False),
        ("udp://[ff02::1234]:1", "ff02::1234", 1, True),
        ("udp://drums.local:5005", "drums.local", 5005, False),
        ("UDP://Drums.Local:5005", "drums.local", 5005, False),
    ],
)
def test_host_and_port_are_found(url: str, host: str, port: int, is_multicast: bool) -> None:
    """IPv4, IPv6 in brackets and names have a port; what was written is kept as it was."""
    found = parse_url(url)
    assert found == Destination(url, host, port)
    assert found.is_multicast is is_multicast


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("127.0.0.1:5004", "starts with"),
        ("drums", "starts with nothing"),
        ("", "starts with nothing"),
        ("tcp://127.0.0.1:5004", "starts with tcp"),
        ("udp://:5004", "has no host"),
        ("udp://127.0.0.1", "has no port from 1 to 65535"),
        ("udp://127.0.0.1:0", "has no port from 1 to 65535"),
        ("udp://127.0.0.1:65536", "Port out of range"),
        ("udp://127.0.0.1:many", "is no address"),
        ("udp://[::1:5004", "is no address"),
        ("udp://127.0.0.1:5004/drums", "more than a host and a port"),
        ("udp://127.0.0.1:5004#1", "more than a host and a port"),
        ("udp://me@127.0.0.1:5004", "more than a host and a port"),
    ],
)
def test_what_is_no_destination_says_what_is_allowed(url: str, problem: str) -> None:
    """One line: what was found, what is wrong with it, and an example of what is right."""
    with pytest.raises(InputError) as caught:
        parse_url(url)
    text = str(caught.value)
    assert problem in text
    assert repr(url) in text
    assert text.endswith("allowed is udp://HOST:PORT, for example udp://192.168.1.31:5004")
    assert "\n" not in text


def test_a_group_may_say_by_which_way() -> None:
    """Interface and TTL of a multicast group; a link-local address has its zone."""
    found = parse_url("udp://239.69.1.1:5004?interface=eth0&ttl=4")
    assert (found.host, found.interface, found.ttl) == ("239.69.1.1", "eth0", 4)
    assert parse_url("udp://[ff02::1%25eth1]:5004").host == "ff02::1%eth1"
    assert parse_url("udp://239.69.1.1:5004").ttl == 1


@pytest.mark.parametrize(
    "url",
    [
        "udp://127.0.0.1:5004?ttl=2",
        "udp://127.0.0.1:5004?interface=lo",
        "udp://239.69.1.1:5004?ttl=0",
        "udp://239.69.1.1:5004?ttl=256",
        "udp://239.69.1.1:5004?ttl=many",
        "udp://239.69.1.1:5004?ttl=2&ttl=3",
        "udp://239.69.1.1:5004?interface=",
        "udp://239.69.1.1:5004?hops=3",
    ],
)
def test_a_wrong_option_says_what_is_allowed(url: str) -> None:
    """And that only a group has any."""
    with pytest.raises(InputError, match="allowed for a multicast group are interface=NAME and"):
        parse_url(url)


@given(st.text(max_size=40).map(lambda text: f"udp://{text}") | st.text(max_size=40))
def test_any_text_is_a_destination_or_an_error(text: str) -> None:
    """Nothing but InputError comes of what is no destination, and a port is always in range."""
    problem = ""
    try:
        found = parse_url(text)
    except InputError as error:
        problem = str(error)
    if problem:
        assert "\n" not in problem
    else:
        assert found.host
        assert 1 <= found.port <= 65535
