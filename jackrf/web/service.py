"""The web page as `jackrf run` has it: keeps a relay running, and gives out links.

The sockets by which sound goes to the relay are made once and outlive it, both ends of them. A
relay that dies leaves them full, so that packets drop; the next one inherits them and throws away
what is old. Neither the audio thread nor OSC notices.
"""

import asyncio
import contextlib
import json
import socket
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from jackrf.audience.listener import Listener
from jackrf.audience.sockets import take_datagrams
from jackrf.control import socket_path
from jackrf.desk import Desk
from jackrf.errors import InputError, JackrfError
from jackrf.lan.discovery import reachable
from jackrf.osc.service import OscService
from jackrf.rtp.stream import PAYLOADS
from jackrf.web.certificates import Certificates
from jackrf.web.plan import Clock, MixPlan, Plan, news
from jackrf.web.settings import Settings
from jackrf.web.tokens import Tokens, WebRole

READY_SECONDS: Final = 20.0
"""Within which a relay has to be ready, on a slow machine."""
SILENT_SECONDS: Final = 10.0
"""A relay that has told nothing for so long is ended, and another one started."""
LEAST_PAUSE: Final = 0.2
MOST_PAUSE: Final = 10.0
"""Seconds before another relay is started: longer each time that one did not last."""
LASTING_SECONDS: Final = 30.0
GOODBYE_SECONDS: Final = 3.0
LONGEST_LINE: Final = 1 << 20
OWNER: Final = "web"
TOLD: Final = ("listeners", "surfaces", "refused", "old", "webtransport")
"""What a relay tells that people may want to know."""
ROLES: Final[tuple[WebRole, ...]] = ("musician", "observer", "engineer")

Say = Callable[[str, int], None]


class WebService:
    """The web page of one running desk.

    Args:
        desk: that runs.
        osc: of the desk, where the pages' faders go.
        settings: what the session says.
        tokens: that links are made of.
        certificates: for https.
        client: name of the JACK client.
        say: tells people a line, with its priority.
    """

    called = "web page"
    key = "web"

    def __init__(
        self,
        desk: Desk,
        osc: OscService,
        settings: Settings,
        tokens: Tokens,
        certificates: Certificates,
        client: str,
        say: Say,
    ) -> None:
        self._desk = desk
        self._osc = osc
        self._settings = settings
        self._tokens = tokens
        self._certificates = certificates
        self._client = client
        self._say = say
        self._hub = socket_path(client).with_suffix(".web")
        self._pairs: dict[str, tuple[socket.socket, socket.socket]] = {}
        self._heard: dict[str, Listener] = {}
        self._relay: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._told: dict[str, Any] = {}
        self._clock = Clock(48000, 128)
        self._restarts = 0
        self.handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {"link": self.link}

    async def start(self) -> None:
        """Serve the page; call :meth:`close` afterwards, whatever happens.

        Raises:
            JackrfError: it cannot be served; the message says why.
        """
        await self._osc.welcome_relayed(self._hub)
        for mix in self._desk.mixer.mixes:
            self._pairs[mix.id] = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        relay = await self._launch()
        self._keeping = asyncio.create_task(self._keep(relay))

    async def close(self) -> None:
        """End it. Harmless when called again."""
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
            self._keeping = None
        relay, self._relay = self._relay, None
        if relay is not None:
            await _end(relay)
        self._want([])
        for pair in self._pairs.values():
            for one in pair:
                one.close()
        self._pairs.clear()

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it."""
        return {
            "url": self._base(),
            "relay": None if self._relay is None else self._relay.pid,
            "restarts": self._restarts,
            **{key: self._told.get(key) for key in TOLD},
        }

    def link(self, message: Mapping[str, Any]) -> str:
        """Answer ``{"do": "link", "mix": ..., "role": ...}`` with the link that opens a page.

        Without a mix it is the engineer's. The role ``observer`` hears and moves nothing.

        Raises:
            InputError: there is no such mix or role.
        """
        mix = message.get("mix")
        role = message.get("role", "engineer" if mix is None else "musician")
        known = self._desk.mixer.mix_number
        if role not in ROLES or (mix is None) != (role == "engineer"):
            raise InputError(f"role {role!r}: musician or observer of a mix, or engineer of none")
        if mix is not None and (not isinstance(mix, str) or mix not in known):
            raise InputError(f"no mix {mix!r}: there are {', '.join(known)}")
        page = "/engineer" if mix is None else "/"
        return f"{self._base()}{page}#t={self._tokens.grant(role, mix).token}"

    def _base(self) -> str:
        own = self._settings
        host = own.name or next(iter(reachable(own.listen)), own.listen)
        if host in ("0.0.0.0", "::"):  # noqa: S104 - this machine is in no network at all
            host = "127.0.0.1"
        if own.name or own.certificate is not None:
            return f"https://{host}:{own.https_port}"
        return f"http://{f'[{host}]' if ':' in host else host}:{own.port}"

    async def _launch(self) -> asyncio.subprocess.Process:
        """Start a relay and wait until it serves.

        Raises:
            JackrfError: it does not, or not in time.
        """
        self._clock = self._clock_now()
        theirs = {mix: pair[1].fileno() for mix, pair in self._pairs.items()}
        relay = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "jackrf.web.relay",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=tuple(theirs.values()),
            limit=LONGEST_LINE,
        )
        try:
            _write(relay, self._plan(theirs).line())
            async with asyncio.timeout(READY_SECONDS):
                said = json.loads(await _line(relay) or "{}")
        except (TimeoutError, ValueError):
            said = {}
        except BaseException:
            await _end(relay)
            raise
        if said.get("ready"):
            self._relay = relay
            return relay
        await _end(relay)
        raise JackrfError(said.get("error", "the web page's process did not start"))

    def _plan(self, theirs: Mapping[str, int]) -> Plan:
        own, mixes = self._settings, self._desk.mixer.mixes
        certificate, key = self._certificates.current()
        return Plan(
            self._client,
            self._desk.name,
            str(self._hub),
            own.listen,
            own.port,
            own.https_port,
            own.name,
            str(certificate),
            str(key),
            str(self._certificates.authority or ""),
            self._clock,
            [
                MixPlan(
                    mix.id,
                    mix.name,
                    PAYLOADS[self._desk.plans[mix.id].encoding].sample_bytes,
                    theirs[mix.id],
                    self._desk.plans[mix.id].key is not None,
                )
                for mix in mixes
            ],
            self._tokens.grants(mix.id for mix in mixes),
        )

    async def _keep(self, relay: asyncio.subprocess.Process) -> None:
        pause = LEAST_PAUSE
        while True:
            began = time.monotonic()
            await self._follow(relay)
            self._relay, self._told = None, {}
            await _end(relay)
            lasted = time.monotonic() - began
            pause = LEAST_PAUSE if lasted > LASTING_SECONDS else min(2 * pause, MOST_PAUSE)
            self._restarts += 1
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
            while line := await asyncio.wait_for(_line(relay), SILENT_SECONDS):
                self._told = json.loads(line)
                self._want(self._told["wanted"])
                clock = self._clock_now()
                if clock != self._clock:
                    self._clock = clock
                    _write(relay, news(clock))

    def _clock_now(self) -> Clock:
        client = self._desk.client
        return self._clock if client is None else Clock(client.samplerate, client.period)

    def _want(self, mixes: list[str]) -> None:
        """Have the audio thread send these mixes to the relay, and no others.

        An encrypted one has its faders on the page and is not heard there: a page may come by http.
        """
        for mix in [one for one in self._heard if one not in mixes]:
            self._desk.audience.leave(self._heard.pop(mix))
        for mix in mixes:
            plain = mix in self._pairs and self._desk.plans[mix].key is None
            if plain and mix not in self._heard:
                number = self._desk.mixer.mix_number[mix]
                own = take_datagrams(number, self._pairs[mix][0], "web page", OWNER)
                self._desk.audience.join(own)
                self._heard[mix] = own


def _write(relay: asyncio.subprocess.Process, line: bytes) -> None:
    if relay.stdin is not None and not relay.stdin.is_closing():
        relay.stdin.write(line)


async def _line(relay: asyncio.subprocess.Process) -> bytes:
    return b"" if relay.stdout is None else await relay.stdout.readline()


async def _end(relay: asyncio.subprocess.Process) -> None:
    """Have a relay end, and wait for it."""
    if relay.stdin is not None:
        relay.stdin.close()
    try:
        await asyncio.wait_for(relay.wait(), GOODBYE_SECONDS)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            relay.kill()
        await relay.wait()


def certificate_folder(environment: Mapping[str, str]) -> Path:
    """Return where certificates that jackrf makes are kept: they are the machine's."""
    base = environment.get("XDG_DATA_HOME", "")
    home = Path(environment.get("HOME", "/"), ".local", "share")
    return (Path(base) if base.startswith("/") else home) / "jackrf"
