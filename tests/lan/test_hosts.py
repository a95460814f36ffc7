"""Whether a Host header names this machine."""

import socket

import pytest

from jackrf.lan.hosts import is_own_name

OWN = socket.gethostname()


@pytest.mark.parametrize(
    "named",
    ["192.168.1.2", "192.168.1.2:80", "[::1]:80", "::1", "LOCALHOST", OWN, f"{OWN}.local:8080"],
)
def test_addresses_and_own_names_are_ours(named: str) -> None:
    """With or without a port."""
    assert is_own_name(named)


@pytest.mark.parametrize("named", ["", "evil.example", "192.168.1.2.evil.example:80", "a:b:80"])
def test_others_are_not(named: str) -> None:
    """Whatever they begin with."""
    assert not is_own_name(named)


def test_another_name_may_be_ours() -> None:
    """In any case of letters."""
    assert is_own_name("Mix.Example.org:8443", "mix.example.org")
    assert not is_own_name("", "")
