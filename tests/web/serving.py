"""A relay's server in the running loop, with a hub of its own and no audio thread."""

import asyncio
import json
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import aiohttp

from jackrf.web import assets
from jackrf.web.doors import bound
from jackrf.web.feed import Feed
from jackrf.web.plan import Clock, MixPlan, Plan
from jackrf.web.porter import PLAIN, SECURE, Porter
from jackrf.web.server import Server
from jackrf.web.tokens import Grant
from tests.web.test_plan import PLAN

GRANTS = [
    Grant("dave-token", "musician", "drums"),
    Grant("keith-token", "musician", "keys"),
    Grant("look-token", "observer", "keys"),
    Grant("mix-token", "engineer", None),
]


class Site:
    """What browsers see.

    Attributes:
        url: of it.
        server: itself.
        audio: by mix id, the audio thread's end of its socket.
        introduced: what was said of each surface that came to the hub.
        session: of an HTTP client.
    """

    def __init__(self, url: str, server: Server, session: aiohttp.ClientSession) -> None:
        self.url, self.server, self.session = url, server, session
        self.feeds: dict[str, Feed] = {}
        self.audio: dict[str, socket.socket] = {}
        self.introduced: list[dict[str, Any]] = []

    async def get(self, path: str, token: str = "", **headers: str) -> aiohttp.ClientResponse:
        """Ask for something; the answer is read."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        answer = await self.session.get(self.url + path, headers=headers)
        await answer.read()
        return answer

    async def open(self, path: str, *said: object, **headers: str) -> Any:
        """Open a WebSocket and say something."""
        headers = {"Origin": self.url} | headers
        page = await self.session.ws_connect(self.url + path, headers=headers)
        for one in said:
            await page.send_json(one)
        return page


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, site: Site) -> None:
    """Be a hub that says all OSC back."""
    site.introduced.append(json.loads(await reader.readline()))
    try:
        while data := await reader.read(65536):
            writer.write(data)
    finally:
        writer.close()


def serve(talk: Callable[[Site], Awaitable[None]], **changed: Any) -> None:
    """Serve, and have a conversation."""

    async def run() -> None:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="jrf-"))
            ours, theirs = socket.socketpair()
            stack.enter_context(ours)
            port, doors, changed["datagrams"] = _opened(changed)
            whole = replace(PLAN, port=port, hub=f"{folder}/hub", grants=GRANTS)
            plan: Plan = replace(whole, door=theirs.detach(), **changed)
            audio, feeds = {}, {}
            for mix in ("drums", "keys"):
                audio[mix], far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
                own = MixPlan(mix, mix.title(), 2, far.detach())
                feeds[mix] = Feed(own, Clock(48000, 128), lambda: None)
            plan = replace(plan, mixes=[feed.plan for feed in feeds.values()])
            server = Server(plan, feeds, assets.load(), f"{folder}/control")
            porter = Porter(doors, lambda _: ours)
            async with aiohttp.ClientSession() as session:
                site = Site(f"http://127.0.0.1:{port}", server, session)
                site.audio, site.feeds = audio, feeds
                path = f"{folder}/hub"
                hub = await asyncio.start_unix_server(lambda r, w: echo(r, w, site), path)
                await server.start()
                porter.open()
                for feed in feeds.values():
                    feed.start()
                try:
                    await talk(site)
                finally:
                    porter.close()
                    await server.close()
                    hub.close()
                    for mix, feed in feeds.items():
                        feed.close()
                        audio[mix].close()

    asyncio.run(run())


def _opened(changed: Mapping[str, Any]) -> tuple[int, dict[bytes, socket.socket], int]:
    """Return the port of http, what listens, and the UDP socket that goes with https."""
    plain = bound("127.0.0.1", 0)
    doors, datagrams = {PLAIN: plain}, -1
    if changed.get("certificate"):
        doors[SECURE] = bound("127.0.0.1", changed["https_port"])
        datagrams = bound("127.0.0.1", changed["https_port"], datagrams=True).detach()
    return int(plain.getsockname()[1]), doors, datagrams
