"""A page by WebTransport without a browser: it says what it is told, and notes what it hears."""

import asyncio
import json
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.h3.connection import H3_ALPN, H3Connection
from aioquic.h3.events import DatagramReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import (
    ConnectionTerminated,
    ProtocolNegotiated,
    QuicEvent,
    StreamDataReceived,
)

from jackrf.web.session import PATH

PATIENCE = 10.0


class QuicPage(QuicConnectionProtocol):
    """A page.

    Attributes:
        status: with which its session was answered.
        lines: what it is told.
        heard: monotonic nanoseconds and packet, of each that came.
        ended: set when the connection has.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.lines: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.heard: list[tuple[int, bytes]] = []
        self.ended = asyncio.Event()
        self.http: Any = None
        self.session = -1
        self.stream = -1
        self._rest = b""

    def quic_event_received(self, event: QuicEvent) -> None:
        """Take what comes."""
        if isinstance(event, ProtocolNegotiated):
            self.http = H3Connection(self._quic, enable_webtransport=True)
        if isinstance(event, ConnectionTerminated):
            self.ended.set()
        if isinstance(event, StreamDataReceived) and event.stream_id == self.stream:
            # Plain bytes come on a stream of one's own; H3Connection would look for frames in them.
            *lines, self._rest = (self._rest + event.data).split(b"\n")
            for line in lines:
                self.lines.put_nowait(json.loads(line))
            return
        for one in self.http.handle_event(event) if self.http is not None else ():
            if isinstance(one, DatagramReceived):
                self.heard.append((time.monotonic_ns(), one.data))
            elif isinstance(one, HeadersReceived):
                self.status.set_result(int(dict(one.headers)[b":status"]))

    async def ask(self, authority: str, origin: str | None, path: str = PATH) -> int:
        """Ask for a session; return the status."""
        self.session = self._quic.get_next_available_stream_id()
        headers = {
            ":method": "CONNECT",
            ":scheme": "https",
            ":authority": authority,
            ":path": path,
            ":protocol": "webtransport",
        } | ({} if origin is None else {"origin": origin})
        coded = [(name.encode(), value.encode()) for name, value in headers.items()]
        self.http.send_headers(self.session, coded)
        self.transmit()
        return await asyncio.wait_for(self.status, PATIENCE)

    def say(self, what: object) -> None:
        """Say something, on the stream that the page opens; bytes go as they are."""
        if self.stream < 0:
            self.stream = self.http.create_webtransport_stream(self.session)
        line = what if isinstance(what, bytes) else json.dumps(what).encode() + b"\n"
        self._quic.send_stream_data(self.stream, line)
        self.transmit()

    async def told(self) -> dict[str, Any]:
        """Return what it is told next."""
        return await asyncio.wait_for(self.lines.get(), PATIENCE)


@asynccontextmanager
async def quic_page(host: str, port: int) -> AsyncIterator[QuicPage]:
    """Connect a page, which has not asked for anything yet."""
    configuration = QuicConfiguration(
        alpn_protocols=H3_ALPN,
        max_datagram_frame_size=65536,
        verify_mode=ssl.CERT_NONE,
        server_name=host,
    )
    to = connect(host, port, configuration=configuration, create_protocol=QuicPage)
    async with to as page:
        assert isinstance(page, QuicPage)
        yield page


@asynccontextmanager
async def hearing(
    port: int, token: str, mix: str | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[QuicPage]:
    """Connect a page of ours, let it say who it is, and wait until it is let in."""
    async with quic_page(host, port) as page:
        named = f"{host}:{port}"
        assert await page.ask(named, f"https://{named}") == 200
        page.say({"token": token, "mix": mix})
        assert "rate" in await page.told()
        yield page
