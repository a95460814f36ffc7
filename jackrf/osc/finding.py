"""How programs find a running jackrf and its addresses: OSCQuery, and the network told of both."""

import ipaddress
import logging

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.osc.admission import Admission
from jackrf.osc.discovery import Discovery
from jackrf.osc.interfaces import own_addresses
from jackrf.osc.namespace import Namespace
from jackrf.osc.oscquery import Query
from jackrf.osc.query_server import QueryServer
from jackrf.osc.settings import Settings

logger = logging.getLogger("jackrf.osc")


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
        self._discovery: Discovery | None = None

    async def start(self) -> None:
        """Begin; call :meth:`close` afterwards, whatever happens."""
        query_port: int | None = None
        try:
            await self._query.start()
            query_port = self._query.port
        except InputError as error:
            logger.warning("%s", error)
        found = reachable(self._settings.listen)
        self._discovery = Discovery(self._name, found, self._settings.port, query_port)
        await self._discovery.start()

    async def close(self) -> None:
        """End it. Harmless when called again."""
        if self._discovery is not None:
            await self._discovery.close()
            self._discovery = None
        await self._query.close()


def reachable(listen: str) -> list[str]:
    """Return the IPv4 addresses by which others reach a server that listens there.

    Args:
        listen: numeric address that it is bound to.
    """
    address = ipaddress.ip_address(listen)
    if address.is_unspecified:
        return own_addresses()
    return [listen] if address.version == 4 and not address.is_loopback else []
