"""The side of the control socket that asks: blocking, for commands."""

import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from jackrf.control.address import peer, socket_path
from jackrf.control.lines import LINE_MAX, Json, decode, encode
from jackrf.errors import JackrfError

REPLY_MAX = 8 * 1024 * 1024
"""Bytes in one reply that are taken, at most."""


class ControlClient:
    """Requests to a running jackrf, over one connection that is renewed when it breaks.

    Args:
        client_name: name of the JACK client to talk to.
        timeout: seconds for one request and its reply.
    """

    def __init__(self, client_name: str, timeout: float = 2.0) -> None:
        self.client_name = client_name
        self.timeout = timeout
        self._path = socket_path(client_name)
        self._socket: socket.socket | None = None

    def request(self, message: Mapping[str, Json]) -> Json:
        """Send one request and return its result.

        Raises:
            JackrfError: nobody answers, or not in time, or jackrf refuses; the next request
                connects anew.
        """
        line = encode(message)
        deadline = time.monotonic() + self.timeout
        try:
            reply = self._ask(line, deadline)
        except (TimeoutError, BlockingIOError):
            self.close()
            raise JackrfError(
                f'jackrf "{self.client_name}" did not answer within {self.timeout:g} s: '
                "is it stopped or overloaded? Try again, or restart it"
            ) from None
        except (OSError, EOFError, ValueError) as error:
            self.close()
            raise JackrfError(self._why(error)) from error
        if reply.get("ok") is True:
            return reply.get("result")
        raise JackrfError(str(reply.get("error", "jackrf refused and did not say why")))

    def close(self) -> None:
        """Hang up. Harmless when called again; a further request connects anew."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _ask(self, line: bytes, deadline: float) -> dict[str, Json]:
        if self._socket is not None:
            try:
                return _exchange(self._socket, line, deadline)
            except (ConnectionError, EOFError):
                # It restarted, or sent this idle connection away: asking anew is in order.
                self.close()
        self._socket = _connect(self._path, deadline)
        return _exchange(self._socket, line, deadline)

    def _why(self, error: Exception) -> str:
        name, path = self.client_name, self._path
        if isinstance(error, (FileNotFoundError, ConnectionRefusedError)):
            others = sorted(file.stem for file in path.parent.glob("*.sock") if file != path)
            choice = f" (or choose --client {' | '.join(others)})" if others else ""
            return (
                f'no jackrf named "{name}" is running: start one: jackrf run SESSION.toml{choice}'
            )
        if isinstance(error, PermissionError):
            return f"{path} belongs to another user: run this as the user who runs jackrf"
        if isinstance(error, (ConnectionError, EOFError)):
            return f'jackrf "{name}" hung up in the middle of the answer: is it ending? Try again'
        return f'jackrf "{name}" at {path}: {error}'

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def request(client_name: str, message: Mapping[str, Json], timeout: float = 2.0) -> Json:
    """Send one request to a running jackrf and return its result.

    Args:
        client_name: name of the JACK client to talk to.
        message: the request, with what to do in ``do``.
        timeout: seconds for the whole of it.

    Raises:
        JackrfError: nobody answers, or not in time, or jackrf refuses.
    """
    with ControlClient(client_name, timeout) as client:
        return client.request(message)


def _connect(path: Path, deadline: float) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(_left(deadline))
        connection.connect(str(path))
        # In the shared temporary folder anybody could have made this path first.
        if os.getuid() not in {0, peer(connection)[1]}:
            raise PermissionError
    except OSError:
        connection.close()
        raise
    return connection


def _exchange(connection: socket.socket, line: bytes, deadline: float) -> dict[str, Json]:
    connection.settimeout(_left(deadline))
    connection.sendall(line)
    reply = bytearray()
    while not reply.endswith(b"\n"):
        if len(reply) > REPLY_MAX:
            raise ValueError(f"the reply has more than {REPLY_MAX} bytes")
        connection.settimeout(_left(deadline))
        chunk = connection.recv(LINE_MAX)
        if not chunk:
            raise EOFError
        reply += chunk
    return decode(bytes(reply))


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0.0:
        raise TimeoutError
    return left
