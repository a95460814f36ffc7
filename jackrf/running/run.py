"""``jackrf run``: the life of a running session, from the file to the fade-out."""

import asyncio
import contextlib
import queue
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jackrf.background import end_at_the_latest, told_to_end
from jackrf.client import JackClient
from jackrf.control import ControlServer, Handler
from jackrf.desk import Desk
from jackrf.errors import InputError, JackServerError
from jackrf.heap import set_aside, sweep
from jackrf.parameters import Place
from jackrf.reports import describe, status
from jackrf.running.heeding import Heeding
from jackrf.running.identifying import Identifying
from jackrf.running.keeper import Keeper
from jackrf.running.making import make_desk, make_listening, make_osc, make_web
from jackrf.running.network import Network
from jackrf.running.recalling import handlers as recalling_handlers
from jackrf.running.reporting import Reporting
from jackrf.running.resuming import AS_IT_WAS, Resuming, resume
from jackrf.running.saving import handlers as saving_handlers
from jackrf.running.scenes import Scenes
from jackrf.running.services import Service, Services
from jackrf.running.tending import Tending
from jackrf.running.watching import Watching
from jackrf.sessions.opening import open_session
from jackrf.sessions.scene_files import FOLDER, SceneFiles

RETRY_SECONDS = 0.5
"""How often a JACK server that is not there is looked for."""
END_SECONDS = 3.0
"""How long a call to JACK may hold up the end; to take leave with 96 named ports takes a second on
a busy machine."""


def say_in_terminal(line: str, priority: int) -> None:  # noqa: ARG001 - a terminal shows all
    """Tell people by standard output."""
    print(f"jackrf: {line}", flush=True)


class Running:
    """One session while it runs: follows JACK, answers the control socket.

    Args:
        desk: owned from here on, and closed at the end. One that was handed a JACK client
            (`jackrf.hosting.handover`) goes on with it.
        server: JACK server name, None for the default one.
        name: of the JACK client and of the control socket.
        say: how people are told, by a line and its priority: 0 (an aside) to 3 (trouble).
        services: of the desk, such as `make_osc` returns; in the order of their start.
        keeper: of the desk's file; None where somebody else keeps it.
        scenes: of the desk; None for no scenes.
    """

    def __init__(
        self,
        desk: Desk,
        server: str | None,
        name: str,
        say: Callable[[str, int], None] = say_in_terminal,
        services: Sequence[Service] = (),
        keeper: Keeper | None = None,
        scenes: Scenes | None = None,
    ) -> None:
        self.desk = desk
        self._scenes = scenes
        self._keeper = keeper
        self.services = Services(services, say)
        self._server = server
        self._name = name
        self._say = say
        self._watching = Watching(say)
        self._refusal = ""
        self._wake = asyncio.Event()
        self._heeding = Heeding(self._wake.set)
        self._stopping = asyncio.Event()
        handlers: dict[str, Handler] = {"status": self._status, "set": self._set, "sdp": self._sdp}
        handlers |= self.services.handlers
        handlers |= {} if keeper is None else saving_handlers(keeper)
        handlers |= {} if scenes is None else recalling_handlers(scenes, desk)
        self.identifying = Identifying(desk)
        handlers |= self.identifying.handlers
        self.reporting = Reporting(desk)
        self._tending = Tending(desk.audience)
        self._network = Network(desk)
        self._control = ControlServer(name, handlers)

    def _status(self, _: Mapping[str, Any]) -> Any:
        kept = {} if self._keeper is None else self._keeper.status()
        return status(self.desk) | {"client": self._name} | kept | self.services.report()

    def _set(self, message: Mapping[str, Any]) -> Any:
        mix, strip = message.get("mix"), message.get("input")
        named = isinstance(mix, str | None) and isinstance(strip, str | None)
        if not named or mix is strip is None:
            raise InputError("set needs a mix, an input or both, each by its id")
        values = {
            Place(mix, strip, name): value
            for name, value in message.items()
            if name not in ("do", "mix", "input")
        }
        self.desk.change(values, by="control")

    def _sdp(self, message: Mapping[str, Any]) -> Any:
        mix, listener = message.get("mix"), message.get("listener", 0)
        if not isinstance(mix, str) or not isinstance(listener, int):
            raise InputError("sdp needs a mix by its id, and a listener by its number")
        return describe(self.desk, mix, listener, with_key=True)

    async def run(self, *, wait: bool) -> None:
        """Run until SIGINT or SIGTERM, then fade out.

        Args:
            wait: for a JACK server that is not there at the start.

        Raises:
            JackServerError: there is none, and `wait` is false.
            InputError: the name is taken.
        """
        with told_to_end(self.stop, END_SECONDS):
            try:
                await self.start(wait=wait)
                await self.follow()
                self.desk.fade_out()
                if self._keeper is not None:
                    await self._keeper.finish()
            finally:
                await self.close()

    def stop(self) -> None:
        """Have `follow` return."""
        self._stopping.set()
        self._wake.set()

    async def start(self, *, wait: bool, go_on: bool = False) -> None:
        """Open everything; call `close` afterwards, whatever happens.

        Args:
            wait: for a JACK server that is not there: `follow` looks for it.
            go_on: without a service whose port is taken.

        Raises:
            JackServerError: there is none, and `wait` is false.
            InputError: the name, or the port of a service, is taken.
        """
        await self._control.start()
        if self._keeper is not None:
            await self._keeper.start()
        self._tending.start()
        self.reporting.start()
        self._network.start()
        self._watching.start(self._wake.set)
        await self.services.start(go_on=go_on)
        if self.desk.client is not None:
            self._listen_to(self.desk.client)
            return
        try:
            self._open()
        except JackServerError:
            if not wait:
                raise

    async def close(self) -> None:
        """Close everything, the desk too, with what was not handed over."""
        await self.leave()
        latest = end_at_the_latest(END_SECONDS)
        self.desk.close()
        latest.cancel()

    async def leave(self, *, but_lasting: bool = False) -> None:
        """Close everything but the desk, which is to be handed over or closed.

        Args:
            but_lasting: nor what others' services may take over; call `close` afterwards.
        """
        self._heeding.end()
        self._watching.close()
        self._network.close()
        if not but_lasting:
            self.reporting.close()
        self._tending.close()
        self.identifying.close()
        await self.services.close(but_lasting=but_lasting)
        for part in (self._scenes, self._keeper):
            if part is not None:
                await part.close()
        await self._control.close()

    def _open(self) -> None:
        client = self.desk.open(self._name, self._server)
        self._listen_to(client)
        self.identifying.open()
        self._say(
            f"{self.desk.name!r} runs as {client.name} at {client.samplerate} Hz, "
            f"{client.period} frames; stop with Ctrl-C",
            0,
        )

    def _listen_to(self, client: JackClient) -> None:
        self._watching.begin(self.desk)
        self._heeding.begin(client.events)

    def _leave_jack(self) -> None:
        self._heeding.end()
        self.desk.leave_jack()

    async def follow(self) -> None:
        """Hear JACK, and look for it when it is away, until `stop`."""
        set_aside()
        while not self._stopping.is_set():
            client = self.desk.client
            if client is None:
                self._look_for_jack()
                await self._pause(RETRY_SECONDS)
                continue
            dues = self.desk.settle(), self._watching.due_in
            await self._pause(min((due for due in dues if due is not None), default=None))
            if self._hear_all(client):
                self._say("the JACK server went away; levels are kept, waiting for it", 3)
                self._leave_jack()
            elif self._watching.look(self.desk):
                self._leave_jack()

    def _look_for_jack(self) -> None:
        try:
            self._open()
        except JackServerError:
            self._refusal = ""
        except InputError as error:
            # Somebody took the name meanwhile. Whoever plays a show goes on when it is free.
            if str(error) != self._refusal:
                self._refusal = str(error)
                self._say(f"waiting for JACK: {error}", 3)
        else:
            self._refusal = ""
            sweep()

    async def _pause(self, seconds: float | None) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    def _hear_all(self, client: JackClient) -> bool:
        """Take in all events; return whether the server has gone."""
        gone = False
        with contextlib.suppress(queue.Empty):
            while True:
                event = client.events.get_nowait()
                gone = gone or event.kind == "shutdown"
                self.desk.hear(event)
        return gone


def run(
    session_path: Path,
    *,
    server: str | None,
    name: str,
    wait: bool,
    osc_port: int | None = None,
    how: Resuming = AS_IT_WAS,
    identify: str | None = None,
) -> None:
    """Open a session and run it until SIGINT or SIGTERM.

    Args:
        session_path: its file.
        server: JACK server name, None for the default one.
        name: of the JACK client.
        wait: for a JACK server that is not there.
        osc_port: to listen on in place of the session's.
        how: what becomes of what was not saved the last time, and now.
        identify: id of a mix that plays the tone for 10 s, to find its ears.

    Raises:
        JackrfError: with one line and an exit code; nothing stays half-started.
    """
    opened = open_session(session_path, recover=how.recover)
    folder = session_path.resolve().parent
    desk = make_desk(opened.session, folder)
    keeper = resume(desk, session_path, opened, how, say_in_terminal)
    scenes = Scenes(desk, SceneFiles(folder / FOLDER), say_in_terminal, opened.session.cue)
    osc = make_osc(opened.session, desk, folder, osc_port, scenes, keeper)
    listening = make_listening(opened.session, desk, folder, say_in_terminal)
    web = make_web(opened.session, desk, osc, folder, name, say_in_terminal)
    services: list[Service] = [osc, *listening, *web]

    async def run_until_stopped() -> None:
        running = Running(desk, server, name, services=services, keeper=keeper, scenes=scenes)
        if identify is not None:
            running.identifying.wish(identify)
        await running.run(wait=wait)

    asyncio.run(run_until_stopped())
