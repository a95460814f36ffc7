"""The session that a session manager has opened: it runs, is switched for another one, and saved.

Where the host keeps the name of our JACK client, and the ports of the next session are those of
this one, the next one takes over the running client: nobody hears a gap. A project that cannot be
opened changes nothing: what ran before runs on, and no file is written.
"""

import asyncio
import contextlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jackrf.background import in_background
from jackrf.control import socket_path
from jackrf.errors import JackrfError
from jackrf.sessions.nsm import Open

if TYPE_CHECKING:
    from jackrf.desk import Desk
    from jackrf.running.keeper import Keeper
    from jackrf.running.run import Running
    from jackrf.sessions.opening import Opened
    from jackrf.sessions.project import Project
    from jackrf.sessions.store import Saved

LOOK_SECONDS = 2.0
"""How often it is looked whether all listeners are there."""
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
        self._imported = in_background(lambda: import_module("jackrf.running.run"))
        self._nothing = "no session is open"
        self._project: Project | None = None
        self._running: Running | None = None
        self._client = ""
        self._keeper: Keeper | None = None
        self._following: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._saving: asyncio.Task[Saved] | None = None

    async def open(self, request: Open) -> str:
        """Run the session of a project in place of the one before.

        Raises:
            JackrfError: it cannot be; then the one before runs on, but for a name that is taken.
        """
        self._host.progress(0.1)
        await self._imported
        self._host.progress(0.3)
        from jackrf.running.making import make_desk
        from jackrf.sessions.project import Project

        project = Project(request.folder, socket_path("jackrf").parent)
        try:
            opened = await in_background(lambda: project.open(request.name))
            desk = await in_background(
                lambda: make_desk(opened.session, request.folder, hosted=True)
            )
        except JackrfError as error:
            self._project, self._nothing = None, str(error)
            self._tell_dirty(dirty=False)
            raise
        # The file of a duplicate has the name of what it was copied from.
        desk.name = request.name or desk.name
        self._host.progress(0.6)
        old: Running | None = None
        try:
            old = await self._leave(but_lasting=True)
            running, keeper = await self._made(request, project, opened, desk)
        except BaseException:
            desk.close()
            # Else it would play on with nobody to tell it anything, and keep its name.
            if old is not None:
                old.desk.fade_out()
                await old.close()
            raise
        await self._start(running, request.client, old)
        self._project, self._keeper = project, keeper
        keeper.watch(self._tell_dirty)
        self._tell_dirty(keeper.dirty)
        self._host.progress(1.0)
        if desk.client is None:
            self._say("there is no JACK server: the ports appear when one is started", 2)
            return f"{desk.name} is open, and waits for a JACK server"
        return f"{desk.name} is open"

    async def _made(
        self, request: Open, project: "Project", opened: "Opened", desk: "Desk"
    ) -> tuple["Running", "Keeper"]:
        """Return what runs a desk and keeps its file, with all that is served of it."""
        from jackrf.running.making import make_listening, make_osc, make_web
        from jackrf.running.resuming import AS_IT_WAS, resume
        from jackrf.running.run import Running
        from jackrf.running.scenes import Scenes
        from jackrf.running.services import Service
        from jackrf.sessions.scene_files import FOLDER, SceneFiles

        session, folder = opened.session, request.folder
        keeper = resume(desk, project.path, opened, AS_IT_WAS, self._say)
        try:
            files = SceneFiles(folder / FOLDER)
            scenes = await in_background(lambda: Scenes(desk, files, self._say, session.cue))
            osc = make_osc(session, desk, folder, None, scenes, keeper)
            services: list[Service] = [osc, *make_listening(session, desk, folder, self._say)]
            try:
                services += make_web(session, desk, osc, folder, request.client, self._say)
            except JackrfError as error:
                self._say(f"there is no web page: {error}", 3)
        except BaseException:
            await keeper.close()
            raise
        running = Running(desk, self._server, request.client, self._say, services, keeper, scenes)
        return running, keeper

    async def _leave(self, *, but_lasting: bool = False) -> "Running | None":
        """End what runs, but for its audio; return it, to be handed over or closed.

        Whoever is stopped in the midst of it may begin anew.

        Args:
            but_lasting: nor do those hear nothing any more who came by themselves.
        """
        running, keeper, project = self._running, self._keeper, self._project
        if self._looking is not None:
            self._looking.cancel()
        if running is None or keeper is None:
            return None
        if keeper.error is not None:
            self._saving = asyncio.create_task(keeper.save())
        if self._saving is not None:
            done, _ = await asyncio.wait([self._saving], timeout=LAST_WRITE_SECONDS)
            for task in done:
                task.exception()  # known already, and told
        running.stop()
        if self._following is not None:
            await asyncio.wait([self._following])
        await running.leave(but_lasting=but_lasting)
        # What was to be saved and is not on a slow disk yet is nobody's to put aside.
        is_settled = keeper.error is None and (self._saving is None or self._saving.done())
        if project is not None and keeper.dirty and is_settled:
            self._discard(project.path)
        self._running = self._keeper = self._project = None
        self._nothing = "no session is open"
        return running

    def _discard(self, path: Path) -> None:
        # Whoever ends a session without saving it means to; it is there still, put aside.
        from jackrf.sessions.journal import put_aside

        with contextlib.suppress(JackrfError):
            aside = put_aside(path)
            self._say(f"not saved, and put aside: {aside}", 1)

    async def _start(self, running: "Running", client: str, old: "Running | None") -> None:
        try:
            if old is not None:
                await self._replace(old, running, client)
            await running.start(wait=True, go_on=True)
        except BaseException:
            for one in (old, running):
                if one is not None:
                    one.desk.fade_out()
                    await one.close()
            raise
        self._running, self._client = running, client
        self._following = asyncio.create_task(running.follow())
        self._following.add_done_callback(self._follow_up)
        self._looking = asyncio.create_task(self._look_for_listeners(running))

    async def _replace(self, old: "Running", new: "Running", client: str) -> None:
        """Close what ran before, but for what the next one goes on with."""
        from jackrf.hosting.handover import fits, hand_over

        if client == self._client and fits(old.desk, new.desk):
            await old.services.give_up(new.services)
            new.services.take_over(old.services)
            hand_over(old.desk, new.desk)
        old.desk.fade_out()
        await old.close()

    def _follow_up(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._failed.done():
            self._failed.set_exception(error)

    async def _look_for_listeners(self, running: "Running") -> None:
        from jackrf.hosting.absence import Absence

        absence = Absence()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            news = absence.look(running.desk.audience.listeners)
            if news is not None:
                self._say(news, 2)

    async def ended(self) -> None:
        """Wait until the session cannot go on, which it may never be.

        Raises:
            JackrfError: why.
        """
        await self._failed

    def _tell_dirty(self, dirty: bool) -> None:
        self._host.set_dirty(dirty and self._project is not None)
        if not dirty and self._project is not None:
            self._project.forget_emergency_copy()

    def _say(self, line: str, priority: int) -> None:
        print(f"jackrf: {line}", flush=True)
        if priority > 0:
            self._host.message(line, priority)

    async def save(self) -> str:
        """Write the session; it is on the disk when this returns.

        Raises:
            JackrfError: it could not be written; if the disk is at fault it is tried again.
        """
        project, keeper = self._project, self._keeper
        if project is None or keeper is None:
            return f"there is nothing to save: {self._nothing}"
        # A SIGTERM stops the waiting, not the writing.
        self._saving = asyncio.create_task(keeper.save())
        try:
            saved = await asyncio.shield(self._saving)
        except JackrfError as error:
            where = await project.keep_emergency_copy(keeper.save_copy)
            raise JackrfError(f"{error}; {where}") from None
        project.forget_emergency_copy()
        if saved.left_out:
            return f"saved, but for what the file has no longer: {', '.join(saved.left_out)}"
        return "saved"

    def session_is_loaded(self) -> None:
        """Nothing waits for the other clients: a patchbay makes their connections."""

    async def close(self) -> None:
        """Fade out and leave JACK, at once; what is being written may be finished."""
        if self._running is not None:
            # First of all: whatever comes later may wait for a disk, for longer than there is time.
            self._running.desk.fade_out()
        running = await self._leave()
        if running is not None:
            running.desk.close()
