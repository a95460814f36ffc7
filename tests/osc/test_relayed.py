"""Surfaces that another process of jackrf's own brings, on a running service."""

import asyncio
import contextlib
import json
import stat
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from jackrf.errors import InputError
from jackrf.osc.guard import Argument, Message, parse
from jackrf.osc.messages import encode, of
from jackrf.osc.relayed import LONGEST_LINE
from jackrf.parameters import Place
from tests.osc.desks import small_desk
from tests.osc.test_service import service_of

DRUMMER = {"host": "127.0.0.1", "port": 50001, "role": "musician", "mixes": ["drums"]}
ENGINEER = {"host": "192.168.1.9", "port": 50002, "role": "engineer", "mixes": []}
ONLOOKER = {"host": "192.168.1.9", "port": 50003, "role": "observer", "mixes": ["drums"]}


class Page:
    """What brings a surface, at the other end of the socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self.writer = reader, writer

    def send(self, path: str, *args: Argument) -> None:
        """Send a message."""
        packet = encode(of(path, *args))
        self.writer.write(struct.pack(">I", len(packet)) + packet)

    async def hears(self, path: str) -> Message:
        """Return the next message at an address."""
        async with asyncio.timeout(5.0):
            while True:
                (length,) = struct.unpack(">I", await self._reader.readexactly(4))
                for said in parse(await self._reader.readexactly(length)):
                    if said.path == path:
                        return said

    async def ended(self) -> bool:
        """Whether it is hung up on."""
        async with asyncio.timeout(5.0):
            return await self._reader.read() == b""


class Door:
    """Where pages come in; it closes what they leave open.

    Attributes:
        pages: that came.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.pages: list[Page] = []

    async def knock(self, said: bytes = b"") -> Page:
        """Connect and send what comes first."""
        page = Page(*await asyncio.open_unix_connection(str(self._path)))
        self.pages.append(page)
        page.writer.write(said)
        return page

    async def open(self, said: object) -> Page:
        """Connect and say whose surface it is."""
        return await self.knock(json.dumps(said).encode() + b"\n")

    async def close(self) -> None:
        """Close what is open still."""
        for page in self.pages:
            page.writer.close()
            with contextlib.suppress(OSError):
                await page.writer.wait_closed()


def serve(folder: Path, talk: Callable[[Any, Door], Awaitable[None]]) -> Any:
    """Run a service on the small desk, and a conversation with it; return the desk."""
    desk = small_desk()

    async def run() -> None:
        service = service_of(folder, desk)
        path = folder / "jackrf.web"
        door = Door(path)
        await service.start()
        try:
            await service.welcome_relayed(path)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            await talk(service, door)
        finally:
            await service.close()
            await door.close()
        assert not path.exists()

    asyncio.run(run())
    return desk


def test_a_page_has_the_rights_that_are_said_of_it(tmp_path: Path) -> None:
    """On loopback, too, where a surface that comes by itself may do everything."""

    async def talk(service: Any, door: Door) -> None:
        page = await door.open(DRUMMER)
        page.send("/subscribe", "/mix/drums")
        assert (await page.hears("/sync/end")).args[0] == "/mix/drums"
        page.send("/mix/drums/in/vox/fader", 0.5)
        page.send("/mix/keys/in/vox/fader", 0.5)
        assert (await page.hears("/error")).args[0] == "/mix/2/in/2/fader"
        (surface,) = service.report()["surfaces"]
        assert surface["from"] == "web 127.0.0.1:50001"
        assert (surface["role"], surface["mixes"]) == ("musician", ["drums"])

    desk = serve(tmp_path, talk)
    assert desk.mixer.value(Place("drums", "vox", "gain")) == -10.0
    assert desk.mixer.value(Place("keys", "vox", "gain")) != -10.0


def test_an_engineers_page_moves_what_a_musicians_page_shows(tmp_path: Path) -> None:
    """And who only looks on may not move anything."""

    async def talk(_: Any, door: Door) -> None:
        page, engineer = await door.open(DRUMMER), await door.open(ENGINEER)
        onlooker = await door.open(ONLOOKER)
        page.send("/subscribe", "/mix/drums")
        await page.hears("/sync/end")
        onlooker.send("/subscribe", "/mix/drums")
        await onlooker.hears("/sync/end")
        onlooker.send("/mix/drums/in/vox/fader", 0.25)
        await onlooker.hears("/error")
        engineer.send("/mix/drums/in/vox/fader", 0.5)
        assert (await page.hears("/mix/1/in/2/fader")).args == (0.5,)

    serve(tmp_path, talk)


def test_a_page_that_goes_takes_its_finger_along(tmp_path: Path) -> None:
    """A phone falls asleep with the finger on a fader."""
    vox = Place("drums", "vox", "gain")

    async def talk(service: Any, door: Door) -> None:
        desk = service.namespace._desk
        page = await door.open(DRUMMER)
        page.send("/subscribe", "/mix/drums")
        page.send("/mix/drums/in/vox/fader/touch", 1)
        page.send("/ping")
        await page.hears("/pong")
        assert desk.is_held(vox)
        page.writer.close()
        for _ in range(500):
            await asyncio.sleep(0.01 if desk.is_held(vox) else 0)
        assert not desk.is_held(vox)
        assert service.report()["surfaces"] == []

    serve(tmp_path, talk)


@pytest.mark.parametrize(
    "said", ["hello", {"host": "tablet.local", "port": 1, "role": "engineer"}, {"role": "engineer"}]
)
def test_who_does_not_say_whose_it_is_gets_nothing(tmp_path: Path, said: object) -> None:
    """It is hung up on, and so is who talks on without an end."""

    async def talk(_: Any, door: Door) -> None:
        assert await (await door.open(said)).ended()
        endless = await door.knock(b"x" * (LONGEST_LINE + 1))
        assert await endless.ended()
        # Who says nothing at all is hung up on at the end of the service.
        await door.knock()

    serve(tmp_path, talk)


def test_a_place_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    """In one line."""

    async def run() -> None:
        service = service_of(tmp_path)
        await service.start()
        try:
            with pytest.raises(InputError, match=r"cannot open .* for the web page"):
                await service.welcome_relayed(tmp_path / "missing" / "jackrf.web")
        finally:
            await service.close()

    asyncio.run(run())
