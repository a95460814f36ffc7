"""Tells the network that jackrf is here, so that apps list it by itself: DNS service discovery.

`_osc._udp` is what TouchOSC and others look for, `_oscjson._tcp` what OSCQuery's clients do. It
needs zeroconf (``pip install "jackrf[discovery]"``); without it, addresses are typed in by hand.
"""

import asyncio
import contextlib
import logging
import socket
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from zeroconf import ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

logger = logging.getLogger("jackrf.osc")

OSC_SERVICE: Final = "_osc._udp.local."
QUERY_SERVICE: Final = "_oscjson._tcp.local."
LONGEST_NAME: Final = 63
"""Bytes of a label (RFC 6763 section 4.1.1)."""
_OSC_TEXT: Final = {"txtvers": "1", "version": "1.1", "types": "ifsbTFN", "uri": "/"}


class Discovery:
    """Announces one running jackrf.

    Args:
        name: of the session.
        addresses: IPv4 addresses by which this machine is reached, and on whose networks it is
            told; none for nothing.
        port: of OSC.
        query_port: of OSCQuery; None where that does not run.
    """

    def __init__(self, name: str, addresses: list[str], port: int, query_port: int | None) -> None:
        self._name = instance_name(name)
        self._addresses = addresses
        self._ports = {OSC_SERVICE: port}
        if query_port is not None:
            self._ports[QUERY_SERVICE] = query_port
        self._zeroconf: AsyncZeroconf | None = None
        self._telling: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to announce, which goes on by itself; call :meth:`close` afterwards."""
        if not self._addresses:
            return
        try:
            from zeroconf.asyncio import AsyncZeroconf
        except ModuleNotFoundError:
            return
        try:
            self._zeroconf = AsyncZeroconf(interfaces=self._addresses)
        except OSError as error:
            logger.warning("the network is not told of jackrf: %s", error.strerror)
            return
        self._telling = asyncio.create_task(self._tell(self._zeroconf))

    async def _tell(self, zeroconf: "AsyncZeroconf") -> None:
        from zeroconf import Error

        try:
            for info in self._services():
                # Of two sessions with the same name in one network, the later gets a number.
                await (await zeroconf.async_register_service(info, allow_name_change=True))
        except (Error, OSError) as error:
            logger.warning("the network is not told of jackrf: %s", error)

    def _services(self) -> list["ServiceInfo"]:
        from zeroconf import ServiceInfo

        return [
            ServiceInfo(
                service,
                f"{self._name}.{service}",
                port=port,
                properties=_OSC_TEXT if service == OSC_SERVICE else {"txtvers": "1"},
                server=f"jackrf-{socket.gethostname()}.local.",
                parsed_addresses=self._addresses,
            )
            for service, port in self._ports.items()
        ]

    async def close(self) -> None:
        """Tell the network that jackrf is gone. Harmless when called again."""
        if self._telling is not None:
            self._telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._telling
            self._telling = None
        if self._zeroconf is not None:
            await self._zeroconf.async_unregister_all_services()
            await self._zeroconf.async_close()
            self._zeroconf = None


def instance_name(session: str) -> str:
    """Return what apps list for a session: its name, in one label of DNS."""
    text = f"jackrf {session}".replace(".", " ")
    return text.encode()[:LONGEST_NAME].decode(errors="ignore").strip()
