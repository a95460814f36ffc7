"""How listeners find the mixes of a running desk: SDP over HTTP, SAP, and DNS service discovery.

None of it is needed for a show: where a part cannot begin, a line says why.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jackrf.announcing.announcer import Announcer
from jackrf.announcing.sdp_page import SdpPage
from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.discovery import Discovery, Service, reachable
from jackrf.lan.http import HttpServer
from jackrf.lan.networks import attached_networks, is_neighbour
from jackrf.lan.pins import PinFile

RTSP_SERVICE = "_rtsp._tcp.local."
WHAT = "the SDP of mixes", "give this session another port under [listen]; this is the one above it"


class AnnouncingService:
    """Finding the mixes of one running desk.

    Args:
        desk: that runs.
        address: numeric, that is listened on.
        port: of RTSP; HTTP has the one above it.
        pins: of the mixes.
        announced: ids of the mixes that SAP announces.
        say: how people are told, by a line and its priority.
    """

    called = "announcement"
    key = "announcing"

    def __init__(
        self,
        desk: Desk,
        address: str,
        port: int,
        pins: PinFile,
        announced: Sequence[str],
        say: Callable[[str, int], None],
    ) -> None:
        self._desk = desk
        self._address = address
        self._port = port
        self._say = say
        self._page = SdpPage(desk, lambda mix: pins.keys(mix) is not None, self._rtsp)
        self._http = HttpServer(self._page.answer, self._is_heard, address, port + 1, WHAT)
        self._serves = False
        self._announcer = Announcer(desk, announced)
        mixes = desk.mixer.mixes
        offered = [Service(RTSP_SERVICE, port, {"path": f"/{m.id}"}, m.name) for m in mixes]
        self._discovery = Discovery(desk.name, reachable(address), offered)
        self.handlers: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {"places": self.places}

    async def start(self) -> None:
        """Begin; call :meth:`close` afterwards, whatever happens."""
        try:
            await self._http.start()
        except InputError as error:
            self._say(str(error), 2)
        else:
            self._serves = True
        self._announcer.start()
        await self._discovery.start()

    async def close(self) -> None:
        """End it, and take back what was announced. Harmless when called again."""
        self._announcer.close()
        await self._discovery.close()
        await self._http.close()
        self._serves = False

    @staticmethod
    def _is_heard(host: str) -> bool:
        return is_neighbour(host, attached_networks())

    def _rtsp(self, host: str, mix: str) -> str:
        return f"rtsp://{f'[{host}]' if ':' in host else host}:{self._port}/{mix}"

    def places(self, message: Mapping[str, Any]) -> dict[str, str | None]:
        """Answer ``{"do": "places", "mix": ...}``: by which URLs others hear a mix.

        Raises:
            InputError: there is no such mix.
        """
        mix = message.get("mix")
        known = self._desk.mixer.mix_number
        if not isinstance(mix, str) or mix not in known:
            raise InputError(f"no mix {mix!r}: there are {', '.join(known)}")
        host = next(iter(reachable(self._address)), self._address)
        shown = f"[{host}]" if ":" in host else host
        sent = self._desk.plans[mix].key is None and any(
            one.mix == known[mix] and one.destination for one in self._desk.audience.listeners
        )
        page = f"http://{shown}:{self._http.port}/mix/{mix}.sdp"
        return {"rtsp": self._rtsp(host, mix), "sdp": page if sent and self._serves else None}

    def report(self) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of it."""
        return {
            "http_port": self._http.port if self._serves else None,
            "sap": self._announcer.announced,
        }
