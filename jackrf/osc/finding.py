"""How programs find a running jackrf and its addresses: OSCQuery, and the network told of both."""

import asyncio
import logging
from typing import Final

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.lan.discovery import Discovery, Service, reachable
from jackrf.osc.admission import Admission
from jackrf.osc.namespace import Namespace
from jackrf.osc.oscquery import Query
from jackrf.osc.query_server import QueryServer
from jackrf.osc.settings import Settings

logger = logging.getLogger("jackrf.osc")

OSC_SERVICE: Final = "_osc._udp.local."
"""What TouchOSC and others look for."""
QUERY_SERVICE: Final = "_oscjson._tcp.local."
"""What OSCQuery's clients look for."""
_OSC_TEXT: Final = {"txtvers": "1", "version": "1.1", "types": "ifsbTFN", "uri": "/"}


class Finding:
    """OSCQuery on the port above OSC's, and the announcement of both.

    Neither is needed for a show: where one cannot start, a warning says why.

    Args:
        desk: that runs.
        namespace: of the desk.
        admission: who is heard, and what they may see.
        settings: what the session says of OSC.
    """

    def __init__(
        self, desk: Desk, namespace: Namespace, admission: Admission, settings: Settings
    ) -> None:
        mixer = desk.mixer
        name = f"jackrf {desk.name}"
        query = Query(
            namespace, list(mixer.mix_number), list(mixer.strip_number), name, settings.port
        )
        self._name = desk.name
        self._settings = settings
        # There is no port above the last one; then the system gives one.
        port = settings.port + 1 if settings.port < 65535 else 0
        self._query = QueryServer(query, admission, settings.listen, port)
        self._offered = [Service(OSC_SERVICE, settings.port, _OSC_TEXT)]
        self._discovery: Discovery | None = None
        self._addresses: list[str] = []
        self._running = False
        self._moving = asyncio.Lock()
        self._moves: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin; call :meth:`close` afterwards, whatever happens."""
        self._running = True
        try:
            await self._query.start()
            self._offered.append(Service(QUERY_SERVICE, self._query.port, {"txtvers": "1"}))
        except InputError as error:
            logger.warning("%s", error)
        await self._announce()

    def look_again(self) -> None:
        """Tell the networks that this machine is in now: it has joined or left one."""
        if self._running:
            move = asyncio.get_running_loop().create_task(self._announce())
            self._moves.add(move)
            move.add_done_callback(self._moves.discard)

    async def _announce(self) -> None:
        async with self._moving:
            found = reachable(self._settings.listen)
            if not self._running or found == self._addresses:
                return
            if self._discovery is not None:
                await self._discovery.close()
            self._discovery, self._addresses = Discovery(self._name, found, self._offered), found
            await self._discovery.start()

    async def close(self) -> None:
        """End it. Harmless when called again."""
        self._running = False
        async with self._moving:
            if self._discovery is not None:
                await self._discovery.close()
                self._discovery = None
        await self._query.close()
