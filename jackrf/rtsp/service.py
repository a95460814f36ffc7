"""RTSP as `jackrf run` has it: listeners tune in to the mixes of one desk by themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.pins import PinFile
from jackrf.rtsp.admission import MOST, MOST_PER_HOST, Admission
from jackrf.rtsp.server import RtspServer

DEFAULT_PORT = 8554


@dataclass(frozen=True, slots=True)
class Settings:
    """The table ``[listen]`` of a session.

    Attributes:
        address: numeric, that the server is bound to.
        port: TCP.
        most: listeners in all.
        most_per_host: listeners of one host.
        wanted: whether the session says all this; if it does not, a port that is taken is no
            reason not to run.
    """

    address: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    most: int = MOST
    most_per_host: int = MOST_PER_HOST
    wanted: bool = False


class RtspService:
    """RTSP for one running desk.

    Attributes:
        admission: who may hear what.

    Args:
        desk: that runs.
        settings: what the session says.
        pins: of the mixes.
        say: how people are told, by a line and its priority.
    """

    called = "RTSP"
    key = "rtsp"
    handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {}

    def __init__(
        self, desk: Desk, settings: Settings, pins: PinFile, say: Callable[[str, int], None]
    ) -> None:
        self._desk = desk
        self._settings = settings
        self._pins = pins
        self._say = say
        self._listens = False
        self._mixes = list(desk.mixer.mix_number)
        self._encrypted = [mix for mix in self._mixes if desk.plans[mix].key is not None]
        limits = settings.most, settings.most_per_host
        self.admission = Admission(self._mixes, pins.keys, *limits, self._encrypted)
        self._server = RtspServer(desk, self.admission, settings.address, settings.port)

    @property
    def terms(self) -> tuple[object, ...]:
        """All on which it depends who may hear what, and where."""
        return self._settings, self._encrypted, {mix: self._pins.keys(mix) for mix in self._mixes}

    def may_take_over(self, before: "RtspService") -> bool:
        """Whether those who hear another one could have come here by the same way and PIN."""
        return before.report()["port"] is not None and before.terms == self.terms

    def take_over(self, before: "RtspService") -> None:
        """Go on, from before :meth:`start`, with those who hear the desk whose place ours takes."""
        self._server, self.admission = before.give_away()
        self.admission.serve(self._pins.keys)
        self._server.serve(self._desk)
        self._listens = True

    def give_away(self) -> tuple[RtspServer, Admission]:
        """Leave everybody to another service; here is nothing left to close."""
        given, self._listens = self._server, False
        self._server = RtspServer(self._desk, self.admission, given.listen, given.port)
        return given, self.admission

    async def start(self) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: the port that the session names is in use, or the PINs' file is wrong.
        """
        if self._listens:
            return
        self._pins.check()
        try:
            await self._server.start()
        except InputError as error:
            if self._settings.wanted:
                raise
            self._say(f"nobody can tune in: {error}", 2)
        else:
            self._listens = True

    async def close(self) -> None:
        """Hang up on everybody. Harmless when called again."""
        await self._server.close()
        self._listens = False

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it."""
        refusals = self.admission.refusals
        return {
            "address": self._server.listen,
            "port": self._server.port if self._listens else None,
            "connections": self._server.connections,
            "refused": refusals.counts,
            "remedies": refusals.lines(),
        }
