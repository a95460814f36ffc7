"""OSC as `jackrf run` has it: the surfaces of one desk with server, PINs, stream health and cue."""

import logging
import secrets
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from jackrf.cue import Cue
from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.networks import parse_host
from jackrf.lan.pins import ENGINEER, PinFile
from jackrf.osc.admission import Admission, Source
from jackrf.osc.counters import Refusals
from jackrf.osc.finding import Finding
from jackrf.osc.health import StreamHealth
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import Code, OscError
from jackrf.osc.rows import Role
from jackrf.osc.server import OscServer
from jackrf.osc.settings import REPLY_PORT, Settings, Surface
from jackrf.osc.surfaces import Surfaces
from jackrf.osc.tree import Target
from jackrf.osc.views import ON, Args, number, text

logger = logging.getLogger("jackrf.osc")


class OscService:
    """OSC for one running desk.

    Args:
        desk: that runs.
        namespace: of the desk; the cue and the streams' health are added to it.
        settings: what the session says.
        pins: of the surfaces.
        cue: id of the engineer's cue mix, None without one.
    """

    called = "OSC"
    key = "osc"

    def __init__(
        self,
        desk: Desk,
        namespace: Namespace,
        settings: Settings,
        pins: PinFile,
        cue: str | None = None,
    ) -> None:
        self.namespace = namespace
        self._desk = desk
        self._pins = pins
        mixes = list(desk.mixer.mix_number)
        admission = Admission(settings.open_mixes, mixes, pins.whose, secrets.token_bytes(16))
        health = StreamHealth(desk)
        refusals = Refusals(mixes[0])
        self._surfaces = Surfaces(
            desk, namespace, admission, refusals, health.sample, logger.warning
        )
        for surface in settings.surfaces:
            self._add(surface)
        show_health(namespace, health)
        wire_cue(namespace, None if cue is None else Cue(desk, cue))
        self._finding = Finding(desk, namespace, admission, settings)
        self._server = OscServer(
            self._surfaces,
            admission,
            settings.listen,
            settings.port,
            changed=self._finding.look_again,
        )
        self.handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "pin": self.make_pin,
            "pair": self.pair,
        }

    async def start(self) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: the port is in use, or the file of the PINs is wrong.
        """
        self._pins.check()
        await self._server.start()
        await self._finding.start()

    async def welcome_relayed(self, path: Path) -> None:
        """Let the pages of the web in, by a Unix socket; `close` ends that too.

        Raises:
            InputError: the socket cannot be opened there.
        """
        await self._server.relayed.start(path)

    async def close(self) -> None:
        """Stop listening. Harmless when called again."""
        await self._finding.close()
        await self._server.close()

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of OSC."""
        where = {"listen": self._server.listen, "port": self._server.port}
        return where | self._surfaces.report(time.monotonic())

    def make_pin(self, message: Mapping[str, Any]) -> str:
        """Answer ``{"do": "pin", "mix": ...}``, without a mix the engineer's: make a new PIN.

        Raises:
            InputError: there is no such mix, or its file cannot be written.
        """
        mix = message.get("mix")
        self._check_mix(mix)
        return self._pins.make(ENGINEER if mix is None else mix)

    def pair(self, message: Mapping[str, Any]) -> None:
        """Answer ``{"do": "pair", "host": ..., "port": ..., "mix": ...}``.

        Without a mix the host becomes the engineer's.

        Raises:
            InputError: no such mix, or no numeric address and port.
        """
        host, port, mix = message.get("host"), message.get("port", REPLY_PORT), message.get("mix")
        self._check_mix(mix)
        address = parse_host(host) if isinstance(host, str) else None
        if address is None:
            raise InputError(f"host {host!r}: write its IP address, such as 192.168.1.20")
        if not isinstance(port, int) or not 0 < port < 65536:
            raise InputError(f"port {port!r}: 1 to 65535 are allowed")
        role = Role.ENGINEER if mix is None else Role.MUSICIAN
        self._add(Surface(str(address), port, role, mix))
        self._server.wake()

    def _check_mix(self, mix: object) -> None:
        known = self._desk.mixer.mix_number
        if mix is not None and (not isinstance(mix, str) or mix not in known):
            raise InputError(f"no mix {mix!r}: there are {', '.join(known)}")

    def _add(self, surface: Surface) -> None:
        address = Source(str(parse_host(surface.host)), surface.port)
        self._surfaces.add_static(address, surface.rights, surface.prefix, pickup=surface.pickup)


def show_health(namespace: Namespace, health: StreamHealth) -> None:
    """Have ``/mix/{m}/stream/...`` shown."""

    def reader(name: str) -> Any:
        return lambda target: (getattr(health.of(target.mix_number - 1), name),)

    for name in ("state", "loss", "delay", "jitter", "listeners"):
        namespace.show(f"mix.stream.{name}", reader(name))


def wire_cue(namespace: Namespace, cue: Cue | None) -> None:
    """Have ``/mix/{m}/follow`` and ``/in/{n}/pfl`` drive the cue."""

    def the_cue(target: Target) -> Cue:
        if cue is None or target.mix not in (None, cue.mix):
            raise OscError(Code.NOT_NOW, f"{target.path}: no cue: cue = true makes a mix one")
        return cue

    def follow(target: Target, args: Args, _: str) -> None:
        source = text(target.address, args)
        found = namespace.resolve(f"/mix/{source}/name") if source else ()
        if source and (len(found) != 1 or "/" in source):
            raise OscError(Code.WRONG, f"no mix {source[:32]!r} to follow")
        the_cue(target).follow(found[0].mix if found else None)

    def pfl(target: Target, args: Args, _: str) -> None:
        the_cue(target).pfl(target.strip or "", on=number(target.address, args) >= ON)

    def following(target: Target) -> Args:
        return (the_cue(target).following or "",)

    def listening(target: Target) -> Args:
        return (int(target.strip in the_cue(target).listening),)

    namespace.handle("mix.follow", follow)
    namespace.show("mix.follow", following)
    namespace.handle("strip.pfl", pfl)
    namespace.show("strip.pfl", listening)
