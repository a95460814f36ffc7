"""The control socket lies in the user's runtime folder, or in one as private."""

import os
import socket
import tempfile
from pathlib import Path

import pytest

from jackrf.control.address import peer, socket_path
from jackrf.errors import InputError


def test_it_is_named_by_the_client_below_the_runtime_folder(short_runtime_dir: Path) -> None:
    """$XDG_RUNTIME_DIR/jackrf/CLIENT.sock."""
    assert socket_path("stage") == short_runtime_dir / "jackrf" / "stage.sock"


@pytest.mark.parametrize("base", ["", "relative/folder", "/nonexistent/folder"])
def test_without_a_runtime_folder_it_lies_in_a_place_of_this_user(
    base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """/run/user/UID where there is one, else a folder named by the user in the temporary one."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", base)
    usual = Path(f"/run/user/{os.getuid()}")
    fallback = Path(tempfile.gettempdir(), f"jackrf-{os.getuid()}")
    folder = usual / "jackrf" if os.access(usual, os.W_OK) else fallback
    assert socket_path("jackrf") == folder / "jackrf.sock"


@pytest.mark.parametrize("name", ["", "a/b", "../up", "line\nbreak", "nul\0"])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    """A client's name cannot leave the folder."""
    with pytest.raises(InputError, match="1 or more printable characters, no /"):
        socket_path(name)


def test_a_path_too_long_for_a_socket_is_refused_with_both_numbers() -> None:
    """unix(7) leaves 107 bytes."""
    with pytest.raises(InputError, match=r"has \d{3} bytes, a socket's path at most 107: use a"):
        socket_path("n" * 100)


def test_the_peer_of_a_socket_is_known_by_process_and_user() -> None:
    """The kernel says who is at the other end."""
    one, other = socket.socketpair()
    with one, other:
        assert peer(one) == (os.getpid(), os.getuid())
