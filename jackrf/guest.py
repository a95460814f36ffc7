"""The session that a session manager has opened: it runs, is switched for another one, and saved.

Where the host keeps the name of our JACK client, and the ports of the next session are those of
this one, the next one takes over the running client: nobody hears a gap. A project that cannot be
opened changes nothing: what ran before runs on, and no file is written.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from jackrf.background import in_background
from jackrf.control import socket_path
from jackrf.errors import JackrfError
from jackrf.parameters import Place, Value
from jackrf.sessions.nsm import Open

if TYPE_CHECKING:
    from jackrf.run import Running
    from jackrf.sessions.project import Project

RETRY_SECONDS = 10.0
"""How long after a save that failed the next one is tried."""
LAST_WRITE_SECONDS = 0.5
"""How long the end waits for a file that is being written."""


class Host(Protocol):
    """What a guest tells its host (`jackrf.sessions.nsm_client.NsmClient`)."""

    def progress(self, share: float) -> None:
        """Tell how much of what was asked for is done, 0 to 1."""

    def message(self, text: str, priority: int = 0) -> None:
        """Show the user a line, of priority 0 to 3."""

    def set_dirty(self, dirty: bool) -> None:
        """Tell whether there is anything to save."""


class Guest:
    """jackrf as the guest of a host: does what the host asks for, one thing at a time.

    What takes long to import is imported beside the loop from the start, so that the host can be
    answered meanwhile.

    Args:
        host: is told of progress, changes and trouble.
        server: JACK server name, None for the default one.
    """

    def __init__(self, host: Host, server: str | None) -> None:
        self._host = host
        self._server = server
        self._imported = in_background(lambda: import_module("jackrf.run"))
        self._nothing = "no session is open"
        self._project: Project | None = None
        self._running: Running | None = None
        self._client = ""
        self._changed: set[Place] = set()
        self._following: asyncio.Task[None] | None = None
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._writing: asyncio.Future[None] | None = None
        self._retry: asyncio.TimerHandle | None = None

    async def open(self, request: Open) -> str:
        """Run the session of a project in place of the one before.

        Raises:
            JackrfError: it cannot be; then the one before runs on, but for a name that is taken.
        """
        self._host.progress(0.1)
        await self._imported
        await self._last_try()
        self._host.progress(0.3)
        from jackrf.run import Running, make_desk, make_osc
        from jackrf.sessions.project import Project

        project = Project(request.folder, socket_path("jackrf").parent)
        try:
            session = await in_background(lambda: project.open(request.name))
            desk = await in_background(lambda: make_desk(session))
        except JackrfError as error:
            self._project, self._nothing = None, str(error)
            raise
        # The host's patchbay makes the connections again; two who do it fight.
        desk.wishes = {port: [] for port in desk.wishes}
        self._host.progress(0.6)
        osc = make_osc(session, desk, request.folder)
        running = Running(desk, self._server, request.client, self._say, osc)
        await self._switch(running, request.client)
        self._project = project
        self._changed = set()
        desk.watch(self._note)
        self._host.set_dirty(dirty=False)
        self._host.progress(1.0)
        if desk.client is None:
            self._say("there is no JACK server: the ports appear when one is started", 2)
            return f"{session.name} is open, and waits for a JACK server"
        return f"{session.name} is open"

    async def _switch(self, running: "Running", client: str) -> None:
        from jackrf.handover import fits, hand_over

        old = self._running
        if old is not None and client == self._client and fits(old.desk, running.desk):
            await self._stop_following(old)
            await old.leave()
            hand_over(old.desk, running.desk)
        await self._leave()
        try:
            await running.start(wait=True, without_osc=True)
        except BaseException:
            await running.close()
            raise
        self._running, self._client = running, client
        self._following = asyncio.create_task(running.follow())
        self._following.add_done_callback(self._follow_up)

    async def _leave(self) -> None:
        """Close what runs, if it was not handed over, with a fade."""
        running, self._running = self._running, None
        self._project, self._nothing = None, "no session is open"
        if running is not None:
            await self._stop_following(running)
            running.desk.fade_out()
            await running.close()

    async def _stop_following(self, running: "Running") -> None:
        running.stop()
        if self._following is not None:
            await asyncio.wait([self._following])

    def _follow_up(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def ended(self) -> None:
        """Wait until the session cannot go on, which it may never be.

        Raises:
            JackrfError: why.
        """
        await self._failed

    def _note(self, changes: Mapping[Place, Value], by: str) -> None:  # noqa: ARG002 - of a Watcher
        self._changed.update(changes)
        self._host.set_dirty(dirty=True)

    def _say(self, line: str, priority: int) -> None:
        print(f"jackrf: {line}", flush=True)
        if priority > 0:
            self._host.message(line, priority)

    async def save(self) -> str:
        """Write the session; it is on the disk when this returns.

        Raises:
            JackrfError: it could not be written, and is tried again every 10 s.
        """
        if self._project is None:
            return f"there is nothing to save: {self._nothing}"
        await self._write()
        return "saved"

    async def _write(self) -> None:
        from jackrf.sessions.store import Changes

        if self._writing is not None:
            await asyncio.wait([self._writing])
        project, running = self._project, self._running
        if project is None or running is None:
            return
        desk = running.desk
        revision = desk.revision
        changes = Changes({place: desk.mixer.value(place) for place in self._changed})
        self._cancel_retry()
        self._writing = in_background(lambda: project.save(changes))
        try:
            await asyncio.shield(self._writing)
        except JackrfError:
            self._try_again_later()
            raise
        self._host.set_dirty(dirty=desk.revision != revision)

    def _try_again_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._retry = loop.call_later(RETRY_SECONDS, lambda: loop.create_task(self._try_again()))

    async def _try_again(self) -> None:
        with contextlib.suppress(JackrfError):
            await self._write()
            self._say("what could not be saved is saved now", 1)

    async def _last_try(self) -> None:
        """Before another project takes its place: save what could not be saved."""
        if self._retry is not None:
            await self._try_again()
            self._cancel_retry()

    def _cancel_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def session_is_loaded(self) -> None:
        """Nothing waits for the other clients: a patchbay makes their connections."""

    async def close(self) -> None:
        """Fade out and leave JACK, at once; what is being written may be finished."""
        self._cancel_retry()
        await self._leave()
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=LAST_WRITE_SECONDS)
