"""The NSM client's one socket, in the asyncio loop: moves bytes and time for `jackrf.sessions.nsm`.

    client = NsmClient(url, "jackrf")
    await client.join()             # NotHosted: there is no session manager to work with
    await client.serve(project)     # opens and saves the project, until it is cancelled
    client.close()

The project has one request at a time, in the order in which they came.
"""

import asyncio
import logging
import os
import socket
import time
from typing import Any, Protocol

from jackrf.errors import InputError, JackrfError
from jackrf.reminder import Reminder
from jackrf.sessions.nsm import (
    ANNOUNCE_SECONDS,
    Accepted,
    Declined,
    ErrorCode,
    Event,
    Nsm,
    NsmError,
    Open,
    Save,
    SessionIsLoaded,
    parse_url,
)

LOOPBACK = ("127.0.0.1", "::1")
ANY = {socket.AF_INET: "0.0.0.0", socket.AF_INET6: "::"}  # noqa: S104 - see `NsmClient.join`

logger = logging.getLogger("jackrf.nsm")


class NotHosted(JackrfError):  # noqa: N818 - no error by itself: there is a life without a host
    """There is no session manager, or it does not want us; the message says why."""


class Project(Protocol):
    """What the session manager has opened, saved and told."""

    async def open(self, request: Open) -> str:
        """Open a project in place of the one before; return a line for the host.

        Raises:
            JackrfError: it cannot be opened; an NsmError has a code of its own.
        """

    async def save(self) -> str:
        """Write everything to the disk; return a line for the host.

        Raises:
            JackrfError: it could not be written.
        """

    def session_is_loaded(self) -> None:
        """Take note that all other clients have opened their projects, too."""


class NsmClient(asyncio.DatagramProtocol):
    """One conversation with a session manager.

    Args:
        url: what NSM_URL says.
        executable: what the host started, without folders.

    Attributes:
        host: what the session manager calls itself, once it has accepted us.
    """

    def __init__(self, url: str, executable: str) -> None:
        self.host = ""
        self._nsm = Nsm(executable, os.getpid())
        self._url = url
        self._requests: asyncio.Queue[Open | Save | SessionIsLoaded] = asyncio.Queue()
        self._answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.DatagramTransport | None = None
        self._peer: Any = None
        self._sources: set[str] = set()
        self._reminder = Reminder(self._tick)

    @property
    def ignored(self) -> int:
        """Datagrams and messages that were no part of the conversation."""
        return self._nsm.ignored

    async def join(self) -> None:
        """Announce ourselves, and wait until the host has accepted us.

        Raises:
            NotHosted: it has not, or the URL is none.
        """
        loop = asyncio.get_running_loop()
        try:
            host, port = parse_url(self._url)
            async with asyncio.timeout(ANNOUNCE_SECONDS):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            # liblo, which all hosts use, listens on IPv4 unless it was built otherwise.
            family, *_, self._peer = min(found, key=lambda one: one[0] != socket.AF_INET)
            # Not connected, but filtered here: a host answers from 127.0.0.1 whatever its name is.
            await loop.create_datagram_endpoint(lambda: self, local_addr=(ANY[family], 0))
        except InputError as error:
            raise NotHosted(str(error)) from None
        except OSError as error:  # TimeoutError is one
            reason = error.strerror or "its address cannot be found"
            raise NotHosted(f"no way to {self._url}: {reason}") from None
        self._sources = {self._peer[0], *LOOPBACK}
        self._nsm.announce(time.monotonic())
        self._flush()
        await self._answered

    def connection_made(self, transport: Any) -> None:
        """Keep the socket (asyncio calls this)."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        """Take in a datagram if it is the host's (asyncio calls this)."""
        if addr[0] in self._sources and addr[1] == self._peer[1]:
            self._take(self._nsm.receive(data, time.monotonic()))
        else:
            self._nsm.ignored += 1

    def _flush(self) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        for datagram in self._nsm.datagrams():
            self._transport.sendto(datagram, self._peer)
        self._reminder.drop()
        due = self._nsm.due
        if due is not None:
            self._reminder.within(max(0.0, due - time.monotonic()))

    def _tick(self) -> None:
        self._take(self._nsm.tick(time.monotonic()))

    def _take(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Accepted(host):
                    self.host = host
                    self._settle(None)
                case Declined(reason):
                    self._settle(NotHosted(f"no session manager at {self._url}: {reason}"))
                case Open() | Save() | SessionIsLoaded():
                    self._requests.put_nowait(event)
        self._flush()

    def _settle(self, error: NotHosted | None) -> None:
        if self._answered.done():
            return
        if error is None:
            self._answered.set_result(None)
        else:
            self._answered.set_exception(error)

    async def serve(self, project: Project) -> None:
        """Have the project opened and saved, as it is asked for, until this is cancelled."""
        while True:
            request = await self._requests.get()
            if isinstance(request, SessionIsLoaded):
                project.session_is_loaded()
                continue
            try:
                if isinstance(request, Open):
                    self._nsm.reply(await project.open(request))
                else:
                    self._nsm.reply(await project.save())
            except JackrfError as error:
                code = error.code if isinstance(error, NsmError) else ErrorCode.GENERAL
                self._nsm.refuse(code, str(error))
            except Exception as error:
                # A host that gets no answer stands still for a minute.
                logger.exception("%s failed", request.path)
                text = f"failed inside jackrf: {type(error).__name__}: {error}"
                self._nsm.refuse(ErrorCode.GENERAL, text)
            self._flush()

    def set_dirty(self, dirty: bool) -> None:
        """Tell the host, when it is news, whether there is anything to save."""
        self._nsm.set_dirty(dirty)
        self._flush()

    def progress(self, share: float) -> None:
        """Tell the host how much of an `Open` or `Save` is done, 0 to 1."""
        self._nsm.progress(share)
        self._flush()

    def message(self, text: str, priority: int = 0) -> None:
        """Show the host's user a line, of priority 0 (an aside) to 3 (trouble)."""
        self._nsm.message(text, priority)
        self._flush()

    def close(self) -> None:
        """Close the socket. Harmless when called again."""
        self._reminder.drop()
        if self._transport is not None:
            self._transport.close()
