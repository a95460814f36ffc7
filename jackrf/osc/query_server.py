"""The socket of OSCQuery: HTTP/1.1 on a TCP port of its own, one request for each connection.

Whoever OSC does not hear, this does not either. A request has at most 8 KiB and 5 s, an answer
30 s, and a large answer goes out piece by piece, so that nobody makes the faders wait.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Final

from jackrf.errors import InputError
from jackrf.lan.hosts import is_own_name
from jackrf.lan.networks import parse_host
from jackrf.osc.admission import Admission, Source
from jackrf.osc.oscquery import Answer, Query

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
    404: "Not Found",
    405: "Method Not Allowed",
    503: "Service Unavailable",
}


class QueryServer:
    """Serves OSCQuery.

    Args:
        query: answers.
        admission: who is heard, and what they may see.
        listen: numeric address to bind.
        port: TCP; 0 for any.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        query: Query,
        admission: Admission,
        listen: str,
        port: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.port = port
        self._query = query
        self._admission = admission
        self._listen = listen
        self._clock = clock
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
            raise InputError(
                f"OSCQuery cannot listen on {self._listen} port {self.port} ({error.strerror}): "
                "stop what does, or give this session another port under [osc]; this is the one "
                "above it"
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
        source = Source(str(parse_host(host)), port, "tcp")
        if task is None or not self._admission.is_heard(source.host):
            writer.transport.abort()
            return
        self._open.add(task)
        try:
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(ANSWER_SECONDS):
                    await self._serve(source, reader, writer)
        finally:
            self._open.discard(task)
            # What a stalled reader has not taken is not waited for.
            writer.transport.abort()

    async def _serve(
        self, source: Source, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
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
        await self._send(writer, self._answer(source, head))

    def _answer(self, source: Source, head: bytes) -> Answer:
        try:
            first, *rest = head.decode("ascii").split("\r\n")
        except UnicodeDecodeError:
            return Answer(400)
        words = first.split(" ")
        if len(words) != 3 or not words[2].startswith("HTTP/1.") or not _is_for_us(rest):
            return Answer(400)
        if words[0] != "GET":
            return Answer(405)
        return self._query.answer(words[1], self._admission.rights(source, self._clock()))

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, answer: Answer) -> None:
        status = f"HTTP/1.1 {answer.status} {_REASONS[answer.status]}"
        lines = [status, "Content-Type: application/json", "Connection: close"]
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
