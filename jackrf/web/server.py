"""What the relay serves: the page's files, sound, faders, and what the engineer looks at."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any, Final

from aiohttp import WSMsgType, web

from jackrf.lan.hosts import is_own_name
from jackrf.web import surface
from jackrf.web.answers import Answers
from jackrf.web.assets import Asset, headers
from jackrf.web.doors import Doors
from jackrf.web.feed import Feed
from jackrf.web.gate import Gate
from jackrf.web.listener import Listener
from jackrf.web.plan import Plan
from jackrf.web.talk import (
    COME_AGAIN,
    FIRST_WORD_SECONDS,
    MOST_SAID,
    WRONG_TOKEN,
    admitted,
    answer,
    hello,
    understood,
)
from jackrf.web.ways import DEAD_MS, TcpWay

try:
    from jackrf.web.webtransport import WebTransport
except ImportError:  # aioquic is not there: browsers hear by WebSocket
    WebTransport = None  # type: ignore[assignment,misc]

IDLE_SECONDS: Final = 90.0
"""A page that hears and says nothing for so long has gone; it says how it is each two seconds."""
LONGEST_OSC: Final = 8192
KEEP_ALIVE_SECONDS: Final = 15.0

NO_OSC: Final = 4503
"""Code with which a WebSocket is closed; the page tries again, as with any other but its own."""

_STATUS: Final = {"limited": 429, "full": 503}


class Server:
    """Serves browsers.

    Args:
        plan: what there is.
        feeds: by mix id.
        assets: by path.
        control: path of the control socket.
    """

    def __init__(
        self, plan: Plan, feeds: Mapping[str, Feed], assets: Mapping[str, Asset], control: str
    ) -> None:
        self.gate = Gate(plan.grants, plan.name)
        self.doors: Doors | None = None
        self._plan = plan
        self._feeds = feeds
        self._assets = assets
        self._pages: dict[Listener, web.WebSocketResponse] = {}
        self._open: dict[web.WebSocketResponse, asyncio.Transport] = {}
        self.datagrams: WebTransport | None = None
        if plan.certificate and WebTransport is not None:
            self.datagrams = WebTransport(plan, self.gate, feeds)
        app = web.Application(middlewares=[self._guard])
        app.on_response_prepare.append(self._add_headers)
        app.router.add_get("/ws/listen", self._listen)
        app.router.add_get("/ws/surface", self._surface)
        answers = Answers(plan, self.gate, self.listeners, control, self._rate, self._way_in)
        app.router.add_get("/api/me", answers.me)
        app.router.add_get("/api/listen", answers.ways)
        app.router.add_get("/api/audience", answers.audience)
        app.router.add_get("/ca.crt", answers.authority)
        app.router.add_get("/{path:.*}", self._file)
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=KEEP_ALIVE_SECONDS, handler_cancellation=True
        )

    async def start(self) -> None:
        """Serve who is handed on; call :meth:`close` afterwards."""
        await self._runner.setup()
        server = self._runner.server
        if server is None:
            raise RuntimeError("aiohttp made no server")
        plan, secure = self._plan, None
        if plan.certificate:
            secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            secure.load_cert_chain(plan.certificate, plan.key)
        self.doors = Doors(server, secure)
        self.doors.start(socket.socket(fileno=plan.door))
        if self.datagrams is not None:
            await self.datagrams.start()

    async def close(self) -> None:
        """Hang up on everyone."""
        if self.datagrams is not None:
            self.datagrams.close()
        for page in list(self._open):
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(page.close(code=1001), 0.5)
        if self.doors is not None:
            self.doors.close()
        await self._runner.cleanup()

    def renew(self, hosts: Collection[str] | None = None) -> None:
        """Have all who hear, or those of some hosts, come in again."""
        if self.datagrams is not None:
            self.datagrams.renew(hosts)
        for listener, page in self._pages.items():
            if hosts is None or listener.host in hosts:
                task = asyncio.ensure_future(page.close(code=COME_AGAIN))
                task.add_done_callback(lambda done: done.cancelled() or done.exception())

    def send_elsewhere(self, hosts: Collection[str]) -> None:
        """Have who hears on some hosts come in again, by a new connection; faders stay here."""
        if self.doors is not None:
            # A browser asks by what is open already, which would lead it back.
            self.doors.send_away(hosts, set(self._open.values()))
        self.renew(hosts)

    @property
    def hosts(self) -> set[str]:
        """Those that have a connection."""
        here = set() if self.doors is None else self.doors.hosts
        return here if self.datagrams is None else here | self.datagrams.hosts

    def _way_in(self) -> dict[str, Any] | None:
        return None if self.datagrams is None else self.datagrams.way_in()

    def _rate(self) -> int:
        return next(iter(self._feeds.values())).clock.rate

    @property
    def surfaces(self) -> int:
        """How many pages move faders."""
        return len(self._open) - len(self._pages)

    @web.middleware
    async def _guard(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.doors is not None:
            self.doors.asked(request.transport)
        why = self.gate.request(request.remote or "", request.headers.get("Host"), _now())
        if why is not None:
            return web.Response(status=_STATUS.get(why, 403), text=f"refused: {why}\n")
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _add_headers(self, request: web.Request, response: web.StreamResponse) -> None:
        named = request.headers.get("Host", "")
        response.headers.update(headers(named if is_own_name(named, self._plan.name) else None))

    async def _file(self, request: web.Request) -> web.Response:
        asset = self._assets.get(request.path)
        if asset is None:
            return web.Response(status=404, text="there is nothing here\n")
        return web.Response(body=asset.body, headers={"Content-Type": asset.type})

    def listeners(self) -> list[dict[str, Any]]:
        """Return what is known of all browsers that hear a mix."""
        return [one.report() for feed in self._feeds.values() for one in feed.listeners]

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        async with self._opened(request, MOST_SAID) as page:
            if isinstance(page, web.Response):
                return page
            feed = admitted(await self._first(page), self.gate, self._feeds)
            if isinstance(feed, int):
                await page.close(code=feed)
            elif request.transport is not None:
                await self._feed(request.transport, request.remote or "", page, feed)
            return page

    async def _feed(
        self, transport: asyncio.Transport, host: str, page: web.WebSocketResponse, feed: Feed
    ) -> None:
        await page.send_json(hello(feed, _now()))
        way = TcpWay(transport, transport.get_extra_info("socket"))
        listener = Listener(host, feed.plan.id, way, feed.clock)
        self._pages[listener] = page
        feed.join(listener)
        try:
            while True:
                message = await page.receive(timeout=IDLE_SECONDS)
                if message.type is not WSMsgType.TEXT:
                    break
                answered = answer(listener, understood(message.data), _now())
                if answered is not None:
                    await page.send_json(answered)
        except TimeoutError:
            self.gate.refuse("idle")
        finally:
            feed.leave(listener)
            del self._pages[listener]

    async def _surface(self, request: web.Request) -> web.StreamResponse:
        async with self._opened(request, LONGEST_OSC) as page:
            if isinstance(page, web.Response):
                return page
            grant = self.gate.grant((await self._first(page)).get("token"))
            peer = (
                None if request.transport is None else request.transport.get_extra_info("peername")
            )
            if grant is None or peer is None:
                await page.close(code=WRONG_TOKEN)
                return page
            if not self._plan.hub:
                await page.close(code=NO_OSC)
                return page
            try:
                await surface.join(page, self._plan.hub, peer[0], peer[1], grant)
            except OSError:
                await page.close(code=NO_OSC)
            return page

    @contextlib.asynccontextmanager
    async def _opened(
        self, request: web.Request, longest: int
    ) -> AsyncIterator[web.WebSocketResponse | web.Response]:
        """Open a WebSocket, or give the answer that refuses it."""
        host, named = request.remote or "", request.headers.get("Host", "")
        pages = {f"{request.scheme}://{named}".lower()}
        why = self.gate.upgrade(host, pages, request.headers.get("Origin"))
        if why is not None:
            yield web.Response(status=_STATUS.get(why, 403), text=f"refused: {why}\n")
            return
        page = web.WebSocketResponse(compress=False, max_msg_size=longest, timeout=1.0)
        try:
            await page.prepare(request)
            if request.transport is not None:
                self._open[page] = request.transport
                plain = request.transport.get_extra_info("socket")
                plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_MS)
            yield page
            await page.close()
        finally:
            self._open.pop(page, None)
            self.gate.leave(host)

    async def _first(self, page: web.WebSocketResponse) -> dict[str, Any]:
        """Return the first thing that a page says; nothing if it says nothing of sense."""
        try:
            message = await page.receive(timeout=FIRST_WORD_SECONDS)
        except TimeoutError:
            self.gate.refuse("silent")
            return {}
        return understood(message.data) if message.type is WSMsgType.TEXT else {}


def _now() -> float:
    return time.monotonic()
