"""Faders in a browser: one WebSocket and one connection to OSC, packet by packet.

A message of the WebSocket is a packet of OSC, both ways. Nothing is understood here: what a page
may do was said when its connection was opened, and OSC decides (`jackrf.osc.relayed`). A page that
does not read is not read for, so that OSC tells it less.
"""

import asyncio
import contextlib
import json
from typing import Final

from aiohttp import WSMsgType, web

from jackrf.osc.framing import LONGEST_PACKET
from jackrf.web.tokens import Grant

_LENGTH_BYTES: Final = 4


async def join(page: web.WebSocketResponse, hub: str, host: str, port: int, grant: Grant) -> None:
    """Join a page with OSC until either hangs up.

    Args:
        page: its WebSocket.
        hub: path of OSC's Unix socket.
        host: that the page is on.
        port: of its connection.
        grant: what it may do.

    Raises:
        OSError: OSC is not there.
    """
    reader, writer = await asyncio.open_unix_connection(hub)
    said = {"host": host, "port": port, "role": grant.role, "mixes": [grant.mix] * bool(grant.mix)}
    writer.write(json.dumps(said).encode() + b"\n")
    ways = [
        asyncio.create_task(_inwards(page, writer)),
        asyncio.create_task(_outwards(page, reader)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _inwards(page: web.WebSocketResponse, writer: asyncio.StreamWriter) -> None:
    async for message in page:
        if message.type is not WSMsgType.BINARY or not 0 < len(message.data) <= LONGEST_PACKET:
            return
        writer.write(len(message.data).to_bytes(_LENGTH_BYTES, "big") + message.data)
        await writer.drain()


async def _outwards(page: web.WebSocketResponse, reader: asyncio.StreamReader) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        while True:
            size = int.from_bytes(await reader.readexactly(_LENGTH_BYTES), "big")
            await page.send_bytes(await reader.readexactly(size))
