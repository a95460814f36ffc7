"""A small HTTP/1.1 server for what is only looked at: GET, one request for each connection.

Whoever is not heard is hung up on. A request has at most 8 KiB and 5 s, an answer 30 s, and a large
answer goes out piece by piece, so that nobody makes others wait. Pages of other sites get nothing:
a request has to name this machine.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from jackrf.errors import InputError
from jackrf.lan.hosts import is_own_name
from jackrf.lan.networks import parse_host

MOST_CONNECTIONS: Final = 16
MOST_HEAD: Final = 8192
"""Bytes of a request."""
HEAD_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0
PIECE_BYTES: Final = 16384
"""Written at once; then others have their turn."""

_REASONS: Final = {
    200: "OK",
    204: "No Content",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back.

    Attributes:
        status: of HTTP: one of those that are named here.
        pieces: of the text; none where there is nothing to say.
        kind: media type of the text.
    """

    status: int
    pieces: Iterable[str] = ()
    kind: str = "application/json"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for.

    Attributes:
        target: path and query, as they came.
        host: numeric address of who asks.
        port: of who asks.
        here: numeric address of ours, by which it is asked.
    """

    target: str
    host: str
    port: int
    here: str


class HttpServer:
    """Serves answers.

    Args:
        answer: to a question; must not block.
        is_heard: whether a host may ask at all.
        listen: numeric address to bind.
        port: TCP; 0 for any.
        what: is served, as people know it, and how another port is given, for an error.
    """

    def __init__(
        self,
        answer: Callable[[Question], Answer],
        is_heard: Callable[[str], bool],
        listen: str,
        port: int,
        what: tuple[str, str],
    ) -> None:
        self.port = port
        self._give = answer
        self._is_heard = is_heard
        self._listen = listen
        self._what = what
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: the port is in use, or this machine has no such address.
        """
        try:
            self._server = await asyncio.start_server(
                self._accept, self._listen, self.port, limit=MOST_HEAD, reuse_address=True
            )
        except OSError as error:
            what, remedy = self._what
            raise InputError(
                f"{what} cannot listen on {self._listen} port {self.port} ({error.strerror}): "
                f"stop what does, or {remedy}"
            ) from None
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and end what is open. Harmless when called again."""
        if self._server is None:
            return
        self._server.close()
        tasks = list(self._open)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        host, port = writer.get_extra_info("peername")[:2]
        here = writer.get_extra_info("sockname")[0]
        host, here = str(parse_host(host)), str(parse_host(here))
        if task is None or not self._is_heard(host):
            writer.transport.abort()
            return
        self._open.add(task)
        try:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._serve((host, port, here), reader, writer)
        finally:
            self._open.discard(task)
            # What a stalled reader has not taken is not waited for.
            writer.transport.abort()

    async def _serve(
        self,
        ends: tuple[str, int, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        if len(self._open) > MOST_CONNECTIONS:
            await self._send(writer, Answer(503))
            return
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return
        except asyncio.LimitOverrunError:
            head = b""
        await self._send(writer, self._answer(ends, head))

    def _answer(self, ends: tuple[str, int, str], head: bytes) -> Answer:
        try:
            first, *rest = head.decode("ascii").split("\r\n")
        except UnicodeDecodeError:
            return Answer(400)
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or not _is_for_us(rest):
            return Answer(400)
        return self._give(Question(words[1], *ends)) if words[0] == "GET" else Answer(405)

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
        status = f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}"
        lines = [status, f"Content-Type: {answer.kind}", "Connection: close"]
        lines += ["Allow: GET"] * (answer.status == 405)
        waiting = bytearray(("\r\n".join(lines) + "\r\n\r\n").encode())
        for piece in answer.pieces:
            waiting += piece.encode()
            if len(waiting) >= PIECE_BYTES:
                writer.write(bytes(waiting))
                waiting.clear()
                await writer.drain()
                await asyncio.sleep(0)
        writer.write(bytes(waiting))
        writer.close()
        await writer.wait_closed()


def _is_for_us(lines: list[str]) -> bool:
    """Return whether the request names this machine, once."""
    hosts = [line.partition(":")[2].strip() for line in lines if line.lower().startswith("host:")]
    return len(hosts) == 1 and is_own_name(hosts[0])
