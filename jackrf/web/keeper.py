"""Keeps one relay running.

The sockets by which sound goes to a relay are made once and outlive it, both ends of them, and so
does its UDP port. A relay that dies leaves them full, so that packets drop; the next one inherits
them and throws away what is old. Neither the audio thread nor OSC notices.
"""

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Final, TypeVar

from jackrf.errors import JackrfError
from jackrf.web.plan import Clock, Inherited, Plan, go_elsewhere, news
from jackrf.web.sound import Sound

READY_SECONDS: Final = 20.0
"""Within which a relay has to be ready, on a slow machine."""
SILENT_SECONDS: Final = 10.0
"""A relay that has told nothing for so long is ended, and another one started."""
LEAST_PAUSE: Final = 0.2
MOST_PAUSE: Final = 10.0
"""Seconds before another relay is started: longer each time that one did not last."""
LASTING_SECONDS: Final = 30.0
GOODBYE_SECONDS: Final = 3.0
LONGEST_LINE: Final = 1 << 22

Say = Callable[[str, int], None]
Result = TypeVar("Result")


class Keeper:
    """One relay, and the next one when it has died.

    Attributes:
        told: what it has told last; empty while there is none.
        door: by which connections are handed to it; None while there is none.
        restarts: how many followed the first.

    Args:
        sound: of the page.
        datagrams: the UDP socket of its WebTransport; owned from here on.
        plan: returns what a relay has to know, by what it inherits and JACK's clock.
        say: tells people a line, with its priority.
        changed: is called when it has come, gone, or told something.
    """

    def __init__(
        self,
        sound: Sound,
        datagrams: socket.socket,
        plan: Callable[[Inherited, Clock], Plan],
        say: Say,
        changed: Callable[["Keeper"], None],
    ) -> None:
        self.told: dict[str, Any] = {}
        self.door: socket.socket | None = None
        self.restarts = 0
        self._sound = sound
        self._datagrams = datagrams
        self._plan = plan
        self._say = say
        self._changed = changed
        self._relay: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._clock = Clock(48000, 128)
        self._heard: dict[str, Callable[[], None]] = {}
        self._pairs: dict[str, tuple[socket.socket, socket.socket]] = {}

    @property
    def pid(self) -> int | None:
        """Of its process; None while there is none."""
        return None if self._relay is None else self._relay.pid

    async def start(self) -> None:
        """Start a relay; call :meth:`close` afterwards, whatever happens.

        Raises:
            JackrfError: it does not serve; the message says why.
        """
        relay = await self._launch()
        self._keeping = asyncio.create_task(self._keep(relay))

    async def renew(self) -> None:
        """Have another relay follow, which knows the mixes that there are now."""
        await self._stop()
        try:
            await self.start()
        except JackrfError as error:
            self._say(str(error), 3)
            self._keeping = asyncio.create_task(self._keep(None))

    async def close(self) -> None:
        """End it. Harmless when called again."""
        await self._stop()
        self._have_sockets([])
        self._datagrams.close()

    async def _stop(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        relay = self._relay
        self._forget()
        if relay is not None:
            await _end(relay)
        self._want([])

    def _have_sockets(self, mixes: Collection[str]) -> None:
        """Have a pair of sockets for each of these mixes, and for no other."""
        for mix in [one for one in self._pairs if one not in mixes]:
            for end in self._pairs.pop(mix):
                end.close()
        for mix in mixes:
            if mix not in self._pairs:
                self._pairs[mix] = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._pairs[mix][0].setblocking(False)

    def send_elsewhere(self, hosts: Collection[str]) -> None:
        """Have the relay send some hosts away: another one has them from now on."""
        if self._relay is not None:
            _write(self._relay, go_elsewhere(hosts))

    async def _launch(self) -> asyncio.subprocess.Process:
        """Start a relay and wait until it serves.

        Raises:
            JackrfError: it does not, or not in time.
        """
        self._clock = self._sound.clock or self._clock
        with contextlib.ExitStack() as opened:
            try:
                self._have_sockets([mix.id for mix in self._sound.mixes])
                near, far = socket.socketpair()
                opened.callback(near.close)
                relay = await self._begin(far)
            except OSError as error:
                raise JackrfError(
                    f"the web page's process cannot be started ({error.strerror}): does this "
                    "machine run out of processes, memory or open files?"
                ) from None
            near.setblocking(False)
            opened.pop_all()
        self._relay, self.door = relay, near
        self._changed(self)
        return relay

    async def _begin(self, far: socket.socket) -> asyncio.subprocess.Process:
        """Start a process that has one end of a door, and wait until it serves."""
        with far:
            theirs = {mix: pair[1].fileno() for mix, pair in self._pairs.items()}
            inherited = Inherited(theirs, far.fileno(), self._datagrams.fileno())
            relay = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "jackrf.web.relay",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                pass_fds=(*theirs.values(), inherited.door, inherited.datagrams),
                limit=LONGEST_LINE,
            )
        try:
            _write(relay, self._plan(inherited, self._clock).line())
            async with asyncio.timeout(READY_SECONDS):
                said = json.loads(await _line(relay) or "{}")
        except (TimeoutError, ValueError):
            said = {}
        except BaseException:
            await _end(relay)
            raise
        if said.get("ready"):
            return relay
        await _end(relay)
        raise JackrfError(said.get("error", "the web page's process did not start"))

    def _forget(self) -> None:
        """Take note that the relay has gone, and hand it nobody."""
        self._relay, self.told = None, {}
        if self.door is not None:
            self.door.close()
            self.door = None
        self._changed(self)

    async def _keep(self, relay: asyncio.subprocess.Process | None) -> None:
        pause = LEAST_PAUSE
        while True:
            relay = relay or await self._relaunch(pause)
            began = time.monotonic()
            await self._follow(relay)
            self._forget()
            await _end(relay)
            lasted = time.monotonic() - began
            pause = LEAST_PAUSE if lasted > LASTING_SECONDS else min(2 * pause, MOST_PAUSE)
            self.restarts += 1
            self._say("the web page's process has ended; another one is started", 2)
            relay = await self._relaunch(pause)

    async def _relaunch(self, pause: float) -> asyncio.subprocess.Process:
        while True:
            await asyncio.sleep(pause)
            try:
                return await self._launch()
            except JackrfError as error:
                self._say(str(error), 3)
                pause = min(2 * pause, MOST_PAUSE)

    async def _follow(self, relay: asyncio.subprocess.Process) -> None:
        """Take in what a relay tells, until it has ended or fallen silent."""
        with contextlib.suppress(TimeoutError, ValueError):
            while line := await _soon(_line(relay), SILENT_SECONDS):
                # Whatever a relay tells, others of this process have their turn.
                await asyncio.sleep(0)
                self.told |= json.loads(line)
                self._want(self.told["wanted"])
                self._changed(self)
                clock = self._sound.clock or self._clock
                if clock != self._clock:
                    self._clock = clock
                    _write(relay, news(clock))

    def _want(self, mixes: list[str]) -> None:
        """Have these mixes sent to the relay, and no others."""
        for mix in [one for one in self._heard if one not in mixes]:
            self._heard.pop(mix)()
        for mix in mixes:
            if mix in self._pairs and mix not in self._heard:
                end = self._sound.hear(mix, self._pairs[mix][0])
                if end is not None:
                    self._heard[mix] = end


def _write(relay: asyncio.subprocess.Process, line: bytes) -> None:
    if relay.stdin is not None and not relay.stdin.is_closing():
        relay.stdin.write(line)


async def _line(relay: asyncio.subprocess.Process) -> bytes:
    return b"" if relay.stdout is None else await relay.stdout.readline()


async def _soon(work: Awaitable[Result], seconds: float) -> Result:
    """Return what comes of it within some seconds.

    In place of `asyncio.wait_for`, which in Python 3.11 goes on where it is cancelled just when the
    work is done: a relay tells something whenever a page goes, as all do at the end.
    """
    async with asyncio.timeout(seconds):
        return await work


async def _end(relay: asyncio.subprocess.Process) -> None:
    """Have a relay end, and wait for it."""
    if relay.stdin is not None:
        relay.stdin.close()
    try:
        await _soon(_ended(relay), GOODBYE_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            relay.kill()
        await _ended(relay)


async def _ended(relay: asyncio.subprocess.Process) -> None:
    """Wait until it has ended, and said all: asyncio waits for that, and reads only so much."""
    while relay.stdout is not None and await relay.stdout.read(LONGEST_LINE):
        pass
    await relay.wait()
