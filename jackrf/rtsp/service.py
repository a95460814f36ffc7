"""RTSP as `jackrf run` has it: listeners tune in to the mixes of one desk by themselves."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from jackrf.descriptors import allow
from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.pins import PinFile
from jackrf.rtsp.admission import MOST, MOST_PER_HOST, Admission
from jackrf.rtsp.server import RtspServer

DEFAULT_PORT = 8554
SOCKETS = 5
"""Of one listener: the connection, and packets and reports, both twice where they are encrypted."""
OTHER_FILES = 2048
"""Of all that is no listener of ours: connections that only ask, `send_to`, surfaces, JACK."""


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
        self._settings = settings
        self._pins = pins
        self._say = say
        self._listens = False
        mixes = list(desk.mixer.mix_number)
        limits = settings.most, settings.most_per_host
        encrypted = [mix for mix in mixes if desk.plans[mix].key is not None]
        self.admission = Admission(mixes, pins.keys, *limits, encrypted)
        self._server = RtspServer(desk, self.admission, settings.address, settings.port)

    async def start(self) -> None:
        """Listen; call :meth:`close` afterwards, whatever happens.

        Raises:
            InputError: the port that the session names is in use, or the PINs' file is wrong.
        """
        self._pins.check()
        allow(SOCKETS * self._settings.most + OTHER_FILES)
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
