"""The side of the control socket that answers."""

import asyncio
import contextlib
import fcntl
import inspect
import json
import logging
import os
import socket
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jackrf.control.address import peer, socket_path
from jackrf.control.lines import LINE_MAX, Json, decode, encode
from jackrf.errors import InputError, JackrfError

PEERS_MAX = 32
"""Connections at a time; one more sends the one that has been silent longest away."""
IDLE_SECONDS = 60.0
"""A peer that sends no whole request for so long is sent away."""
REPLY_SECONDS = 5.0
"""A peer that does not take its reply in this time is sent away."""
TURNS_TO_TALK = 5
"""Turns of the loop, and some to spare, that asyncio takes from accept() to our first line."""

logger = logging.getLogger("jackrf.control")

Handler = Callable[[dict[str, Json]], Json]
"""Takes the whole request, returns what goes into ``result``, raises JackrfError to refuse.

What it returns may be awaitable: then the result is what comes of it, and the loop goes on
meanwhile."""


class ControlServer:
    """Answers requests on the control socket, in the asyncio loop that starts it.

    No peer can harm another or the loop: requests and replies are bounded in size and time,
    connections in number, and a handler's failure becomes an answer.

    Args:
        client_name: the JACK client's name; it names the socket.
        handlers: what a request may ask for in ``do``, and who answers it. A handler runs in
            the loop and must not block.
    """

    def __init__(self, client_name: str, handlers: Mapping[str, Handler]) -> None:
        self.path = socket_path(client_name)
        self._handlers = handlers
        self._server: asyncio.Server | None = None
        self._inode = 0
        self._closing = False
        self._peers: dict[asyncio.StreamWriter, None] = {}
        self._talks: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        """Open the socket, mode 0600; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: another jackrf of this name is running.
            JackrfError: the folder cannot be had.
        """
        try:
            _make_private(self.path.parent)
            listener = _bind(self.path)
            self._inode = self.path.stat().st_ino
        except OSError as error:
            raise JackrfError(
                f"cannot open the control socket {self.path}: {error.strerror}: "
                "set XDG_RUNTIME_DIR to a folder that you own"
            ) from error
        self._server = await asyncio.start_unix_server(self._talk, sock=listener, limit=LINE_MAX)

    async def close(self) -> None:
        """Hang up on everyone and remove the socket's file. Harmless when called again."""
        self._closing = True
        if self._server is None:
            return
        server, self._server = self._server, None
        with contextlib.suppress(OSError):
            # Only while it is ours: it may have been deleted, and a successor made its own.
            if self.path.stat().st_ino == self._inode:
                self.path.unlink()
        # Without its file nobody new can come; asyncio forgets to close a connection that it
        # accepted and could not hand over before server.close().
        for _ in range(TURNS_TO_TALK):
            await asyncio.sleep(0)
        server.close()
        for writer in self._peers:
            writer.transport.abort()
        if self._talks:
            await asyncio.wait(self._talks)
        await server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)
        writer.transport.set_write_buffer_limits(high=0)  # drain() waits for the last byte
        self._admit(writer)
        try:
            while not self._closing and await self._answer_next(reader, writer):
                pass
        except (OSError, EOFError):  # it hung up, or was too slow: TimeoutError is an OSError
            writer.transport.abort()
        finally:
            self._peers.pop(writer, None)
            writer.close()

    def _admit(self, writer: asyncio.StreamWriter) -> None:
        self._peers[writer] = None
        if len(self._peers) > PEERS_MAX:
            idlest = next(iter(self._peers))
            del self._peers[idlest]
            idlest.transport.abort()

    async def _answer_next(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Answer one request; return whether the conversation can go on."""
        line = b""
        async with asyncio.timeout(IDLE_SECONDS):
            with contextlib.suppress(asyncio.LimitOverrunError):
                line = await reader.readuntil(b"\n")
        if writer in self._peers:
            self._peers[writer] = self._peers.pop(writer)  # the last to be sent away from now on
        too_long = _refusal(f"a request is one line of at most {LINE_MAX} bytes")
        writer.write(await self._answer(line) if line else encode(too_long))
        async with asyncio.timeout(REPLY_SECONDS):
            await writer.drain()
        # Nothing before this is bound to pause: a peer may send a hundred requests at once.
        await asyncio.sleep(0)
        return bool(line)

    async def _answer(self, line: bytes) -> bytes:
        try:
            message = decode(line)
        except ValueError as error:
            return encode(_refusal(f"a request is {error}"))
        wanted = message.get("do")
        handler = self._handlers.get(wanted) if isinstance(wanted, str) else None
        if handler is None:
            known = ", ".join(self._handlers)
            return encode(_refusal(f"cannot do {json.dumps(wanted)[:40]}: allowed are {known}"))
        try:
            result = handler(message)
            if inspect.isawaitable(result):
                result = await result
            return encode({"ok": True, "result": result})
        except JackrfError as error:
            return encode(_refusal(str(error)))
        except Exception as error:
            logger.exception("the request %r failed", wanted)
            fault = f"{type(error).__name__}: {error}"
            return encode(_refusal(f"{wanted} failed inside jackrf, which goes on: {fault}"))


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise JackrfError(
            f"{folder} is not a folder of yours (user {found.st_uid} owns it): "
            "set XDG_RUNTIME_DIR to a folder that you own"
        )
    if found.st_mode & 0o077:
        folder.chmod(0o700)


def _bind(path: Path) -> socket.socket:
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Held from the look at an old file to listen(): of two that start at once, one wins.
        fcntl.flock(folder, fcntl.LOCK_EX)
        _remove_stale(path)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # On Linux the file is born with the socket's own mode: no moment for others.
            os.fchmod(listener.fileno(), 0o600)
            listener.bind(str(path))
            listener.listen(PEERS_MAX)
        except OSError:
            listener.close()
            raise
        return listener
    finally:
        os.close(folder)


def _remove_stale(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        who = ""
        try:
            probe.connect(str(path))
            who = f" (pid {peer(probe)[0]})"
        except FileNotFoundError:
            return
        except ConnectionRefusedError:
            if not path.is_socket():
                raise JackrfError(f"{path} is in the way and is not a socket: remove it") from None
            path.unlink()
            return
        except BlockingIOError:
            pass  # its queue of new connections is full: somebody holds it
    raise InputError(
        f'another jackrf named "{path.stem}" is running{who}: stop it, or give this one a --name'
    )


def _refusal(error: str) -> dict[str, Json]:
    return {"ok": False, "error": " ".join(error.split())}
