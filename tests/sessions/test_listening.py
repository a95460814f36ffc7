"""The table ``[listen]`` of a session."""

from pathlib import Path

import pytest

from jackrf.errors import SessionError
from tests.sessions.test_surfaces import read


def test_without_the_table_this_machine_alone_may_listen(tmp_path: Path) -> None:
    """On loopback, at the port that players know."""
    listen = read(tmp_path, "").listen
    assert (listen.address, listen.port) == ("127.0.0.1", 8554)
    assert (listen.most, listen.most_per_host) == (256, 16)


def test_it_can_be_opened(tmp_path: Path) -> None:
    """To all private networks, or at one address."""
    text = '[listen]\naddress = "0.0.0.0"\nport = 554\nmost = 10\nmost_per_host = 2\n'
    listen = read(tmp_path, text).listen
    assert (listen.address, listen.port) == ("0.0.0.0", 554)  # noqa: S104 - nothing is bound
    assert (listen.most, listen.most_per_host) == (10, 2)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('address = "studio.local"', "must be an IP address"),
        ("port = 65535", "must be a port number from 1 to 65534"),
        ("most = 0", "must be a whole number from 1 to 512"),
        ("most_per_host = 1000", "must be a whole number from 1 to 512"),
        ("hosts = 3", "unknown key"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, line: str, told: str) -> None:
    """In the line where it stands."""
    with pytest.raises(SessionError, match=told):
        read(tmp_path, f"[listen]\n{line}\n")
