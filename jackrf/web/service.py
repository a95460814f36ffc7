"""The web page as the main process has it: relays that are kept running, and links to them.

There is one relay at first, and more of them when pages need more than it has
(`jackrf.web.sharing`). The porter gives each host to one of them. What they tell is told as one.
"""

import asyncio
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from jackrf.control import socket_path
from jackrf.errors import InputError, JackrfError
from jackrf.lan.discovery import reachable
from jackrf.osc.service import OscService
from jackrf.web.certificates import Certificates
from jackrf.web.doors import bound
from jackrf.web.keeper import Keeper, Say
from jackrf.web.plan import Clock, Inherited, MixPlan, Plan
from jackrf.web.porter import PLAIN, SECURE, Porter
from jackrf.web.settings import Settings
from jackrf.web.sharing import Grow, Move, Retire, Sharing, Step
from jackrf.web.sound import Sound
from jackrf.web.tokens import Tokens, WebRole

ROLES: Final[tuple[WebRole, ...]] = ("musician", "observer", "engineer")


class WebService:
    """The web page of one session.

    Args:
        sound: of its mixes.
        faders: OSC, where the pages' faders go; for a session elsewhere, a URL of its own page,
            or '' where that is not known.
        settings: what the session says.
        tokens: that links are made of.
        certificates: for https.
        client: by which the control socket is known.
        say: tells people a line, with its priority.
    """

    called = "web page"
    key = "web"

    def __init__(
        self,
        sound: Sound,
        faders: OscService | str,
        settings: Settings,
        tokens: Tokens,
        certificates: Certificates,
        client: str,
        say: Say,
    ) -> None:
        self._sound = sound
        self._faders = faders
        self._settings = settings
        self._tokens = tokens
        self._certificates = certificates
        self._client = client
        self._say = say
        self._hub = socket_path(client).with_suffix(".web")
        self._most = settings.relays or len(os.sched_getaffinity(0))
        self._sharing = Sharing(self._most)
        self._keepers: list[Keeper] = []
        self._porter: Porter | None = None
        self._changing: asyncio.Task[None] | None = None
        self._restarts = 0
        self.handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {"link": self.link}

    async def start(self) -> None:
        """Serve the page; call :meth:`close` afterwards, whatever happens.

        Raises:
            JackrfError: it cannot be served; the message says why.
        """
        if isinstance(self._faders, OscService):
            await self._faders.welcome_relayed(self._hub)
        own, doors = self._settings, {}
        try:
            for kind, port in ((PLAIN, own.port), (SECURE, own.https_port)):
                doors[kind] = bound(own.listen, port)
            datagrams = bound(own.listen, own.https_port, datagrams=True)
        except OSError as error:
            for door in doors.values():
                door.close()
            raise JackrfError(
                f"the web page cannot be served on {own.listen} ports {own.port} and "
                f"{own.https_port} ({error.strerror}): stop what listens there, or give it "
                "another port or https_port"
            ) from None
        self._porter = Porter(doors, self._choose)
        await self._add(datagrams)

    async def close(self) -> None:
        """End it. Harmless when called again."""
        if self._changing is not None:
            self._changing.cancel()
            await asyncio.gather(self._changing, return_exceptions=True)
        if self._porter is not None:
            self._porter.close()
            self._porter = None
        keepers, self._keepers = self._keepers, []
        for keeper in keepers:
            await keeper.close()

    async def _add(self, datagrams: socket.socket) -> None:
        keeper = Keeper(self._sound, datagrams, self._plan, self._say, self._changed)
        self._keepers.append(keeper)
        await keeper.start()

    async def renew(self) -> None:
        """Have relays follow that know the mixes there are now: one after the other."""
        while self._changing is not None:
            await asyncio.wait([self._changing])
        self._changing = asyncio.create_task(self._renew())
        await asyncio.wait([self._changing])

    async def _renew(self) -> None:
        try:
            for keeper in self._keepers:
                await keeper.renew()
        finally:
            self._changing = None

    def _choose(self, host: str) -> socket.socket | None:
        relay = self._sharing.place(host, time.monotonic())
        return None if relay is None else self._keepers[relay].door

    def _changed(self, keeper: Keeper) -> None:
        """Take in that a relay has come, gone, or told something."""
        if keeper not in self._keepers or self._porter is None:
            return
        number, now, told = self._keepers.index(keeper), time.monotonic(), keeper.told
        if keeper.door is None:
            self._sharing.end(number)
        elif not told:
            self._sharing.begin(number)
        elif "hosts" in told:
            self._sharing.hear(number, told["load"], told["hosts"], told["here"], now)
        if any(one.door for one in self._keepers):
            self._porter.open()
        else:
            self._porter.shut()
        if self._changing is None and (step := self._sharing.look(now)) is not None:
            self._changing = asyncio.create_task(self._change(step))

    async def _change(self, step: Step) -> None:
        try:
            if isinstance(step, Grow) and len(self._keepers) < self._most:
                self._say("the web page's process is busy; another one is started beside it", 1)
                await self._grow()
            elif isinstance(step, Move):
                self._keepers[step.relay].send_elsewhere(step.hosts)
            elif isinstance(step, Retire) and step.relay == len(self._keepers) - 1:
                keeper = self._keepers.pop()
                self._sharing.end(step.relay)
                self._restarts += keeper.restarts
                await keeper.close()
        finally:
            self._changing = None

    async def _grow(self) -> None:
        own, number = self._settings, len(self._keepers)
        try:
            try:
                datagrams = bound(own.listen, own.https_port + number, datagrams=True)
            except (OSError, OverflowError):  # that port is somebody else's: any other does
                datagrams = bound(own.listen, 0, datagrams=True)
            await self._add(datagrams)
        except (JackrfError, OSError) as error:
            self._say(f"there is no further process for the web page: {error}", 3)
            if len(self._keepers) > number:
                await self._keepers.pop().close()

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it: of all relays together."""
        told = [keeper.told for keeper in self._keepers]
        refused: Counter[str] = Counter()
        for one in told:
            refused.update(one.get("refused", {}))
        refused["connections"] += 0 if self._porter is None else self._porter.refused
        return {
            "url": self._base(),
            "relay": self._keepers[0].pid if self._keepers else None,
            "relays": [
                {
                    "pid": keeper.pid,
                    "load": keeper.told.get("load"),
                    "listeners": len(keeper.told.get("listeners", [])),
                }
                for keeper in self._keepers
            ],
            "most_relays": self._most,
            "restarts": self._restarts + sum(keeper.restarts for keeper in self._keepers),
            "listeners": [found for one in told for found in one.get("listeners", [])],
            "surfaces": sum(one.get("surfaces", 0) for one in told),
            "refused": dict(refused),
            "old": sum(one.get("old", 0) for one in told),
            "webtransport": any(one.get("webtransport") for one in told),
        }

    def link(self, message: Mapping[str, Any]) -> str:
        """Answer ``{"do": "link", "mix": ..., "role": ...}`` with the link that opens a page.

        Without a mix it is the engineer's. The role ``observer`` hears and moves nothing.

        Raises:
            InputError: there is no such mix or role.
        """
        mix = message.get("mix")
        role = message.get("role", "engineer" if mix is None else "musician")
        known = [one.id for one in self._sound.mixes]
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

    def _plan(self, inherited: Inherited, clock: Clock) -> Plan:
        own, mixes = self._settings, self._sound.mixes
        certificate, key = self._certificates.current()
        here = isinstance(self._faders, OscService)
        return Plan(
            self._client,
            self._sound.name,
            str(self._hub) if here else "",
            "" if isinstance(self._faders, OscService) else self._faders,
            own.port,
            own.https_port,
            own.name,
            str(certificate),
            str(key),
            str(self._certificates.authority or ""),
            clock,
            [
                MixPlan(m.id, m.name, m.sample_bytes, inherited.mixes[m.id], m.encrypted)
                for m in mixes
                if m.id in inherited.mixes
            ],
            self._tokens.grants(mix.id for mix in mixes),
            inherited.door,
            inherited.datagrams,
        )


def certificate_folder(environment: Mapping[str, str]) -> Path:
    """Return where certificates that jackrf makes are kept: they are the machine's."""
    base = environment.get("XDG_DATA_HOME", "")
    home = Path(environment.get("HOME", "/"), ".local", "share")
    return (Path(base) if base.startswith("/") else home) / "jackrf"
