"""Where the control socket is, and who is at the other end of it."""

import os
import socket
import struct
import tempfile
from pathlib import Path

from jackrf.errors import InputError

_SUN_PATH_MAX = 107  # bytes: unix(7), 108 with the final zero
_PEER = struct.Struct("3i")  # pid, uid, gid: SO_PEERCRED in unix(7)


def socket_path(client_name: str) -> Path:
    """Return where the jackrf of this client name listens; nothing is created.

    Raises:
        InputError: the name cannot be a file name, or the whole path is too long for a socket.
    """
    if not client_name or "/" in client_name or not client_name.isprintable():
        raise InputError(f"client name {client_name!r}: give 1 or more printable characters, no /")
    path = _runtime_folder() / f"{client_name}.sock"
    size = len(os.fsencode(path))
    if size > _SUN_PATH_MAX:
        raise InputError(
            f"{path} has {size} bytes, a socket's path at most {_SUN_PATH_MAX}: "
            "use a shorter client name or set XDG_RUNTIME_DIR to a shorter folder"
        )
    return path


def _runtime_folder() -> Path:
    user = os.getuid()
    for base in (os.environ.get("XDG_RUNTIME_DIR", ""), f"/run/user/{user}"):
        if base.startswith("/") and Path(base).is_dir() and os.access(base, os.W_OK | os.X_OK):
            return Path(base, "jackrf")
    return Path(tempfile.gettempdir(), f"jackrf-{user}")


def peer(connection: socket.socket) -> tuple[int, int]:
    """Return (process id, user id) of the process at the other end of a Unix socket."""
    packed = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size)
    pid, user, _ = _PEER.unpack(packed)
    return pid, user
