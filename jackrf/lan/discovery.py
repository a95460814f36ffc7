"""Tells the network that jackrf is here, so that apps list it by itself: DNS service discovery.

It needs zeroconf (``pip install "jackrf[discovery]"``); without it, addresses are typed in by hand.
"""

import asyncio
import contextlib
import ipaddress
import logging
import socket
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from jackrf.lan.interfaces import own_addresses

if TYPE_CHECKING:
    from zeroconf import ServiceInfo
    from zeroconf.asyncio import AsyncZeroconf

logger = logging.getLogger("jackrf.lan")

LONGEST_NAME: Final = 63
"""Bytes of a label (RFC 6763 section 4.1.1)."""


class Service(NamedTuple):
    """What is announced.

    Attributes:
        kind: as in ``_osc._udp.local.``
        port: where it is.
        text: keys and values of its TXT record (RFC 6763 section 6).
        label: stands behind the session's name, where it has several of a kind.
    """

    kind: str
    port: int
    text: Mapping[str, str]
    label: str = ""


class Discovery:
    """Announces one running jackrf.

    Args:
        name: of the session.
        addresses: IPv4 addresses by which this machine is reached, and on whose networks it is
            told; none for nothing.
        services: of it.
    """

    def __init__(self, name: str, addresses: list[str], services: Sequence[Service]) -> None:
        self._name = name
        self._addresses = addresses
        self._offered = services
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
                service.kind,
                f"{instance_name(self._name, service.label)}.{service.kind}",
                port=service.port,
                properties=dict(service.text),
                server=f"jackrf-{socket.gethostname()}.local.",
                parsed_addresses=self._addresses,
            )
            for service in self._offered
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


def instance_name(session: str, label: str = "") -> str:
    """Return what apps list for a session, or for one thing in it, in one label of DNS."""
    text = (f"jackrf {session}: {label}" if label else f"jackrf {session}").replace(".", " ")
    return text.encode()[:LONGEST_NAME].decode(errors="ignore").strip()


def reachable(listen: str) -> list[str]:
    """Return the IPv4 addresses by which others reach a server that listens there.

    Args:
        listen: numeric address that it is bound to.
    """
    address = ipaddress.ip_address(listen)
    if address.is_unspecified:
        return own_addresses()
    return [listen] if address.version == 4 and not address.is_loopback else []
