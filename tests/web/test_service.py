"""The web page of a desk: a relay of its own process, faders, links, and what survives what."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from jackrf.desk import Desk
from jackrf.errors import InputError, JackrfError
from jackrf.osc.messages import encode, of
from jackrf.parameters import Place
from jackrf.web.certificates import Certificates
from jackrf.web.service import OWNER, WebService, certificate_folder
from jackrf.web.settings import Settings
from jackrf.web.talk import ENCRYPTED
from jackrf.web.tokens import load_tokens
from tests.osc.desks import small_desk
from tests.osc.test_service import service_of
from tests.system.running import server_port
from tests.web.test_packets import rtp


class Web:
    """A service that runs, and a browser's way to it.

    Attributes:
        said: lines that people were told.
        url: of the page.
    """

    def __init__(self, desk: Desk, service: WebService, url: str, said: list[str]) -> None:
        self.desk, self.service, self.url, self.said = desk, service, url, said
        self.session = aiohttp.ClientSession()

    def token(self, **wish: Any) -> str:
        """Return what stands in a link."""
        return self.service.link(wish).rpartition("=")[2]

    async def open(self, path: str, said: object) -> Any:
        """Open a WebSocket and say something."""
        page = await self.session.ws_connect(self.url + path, headers={"Origin": self.url})
        await page.send_json(said)
        return page


async def until(condition: Callable[[], Any], seconds: float = 15.0) -> None:
    """Wait for something to come true."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come true")


def run(
    folder: Path,
    talk: Callable[[Web], Awaitable[None]],
    own: Desk | None = None,
    **settings: Any,
) -> None:
    """Serve a desk, the small one unless told otherwise, and have a conversation."""

    async def whole() -> None:
        desk, said = own or small_desk(), []
        osc = service_of(folder, desk)
        wish: dict[str, Any] = {"listen": "127.0.0.1", "port": server_port()} | settings
        service = WebService(
            desk,
            osc,
            Settings(https_port=server_port(), **wish),
            load_tokens(folder),
            Certificates(folder / "certificates", None, list),
            "jackrf",
            lambda line, _: said.append(line),
        )
        async with AsyncExitStack() as stack:
            await osc.start()
            stack.push_async_callback(osc.close)
            stack.push_async_callback(service.close)
            await service.start()
            web = Web(desk, service, f"http://127.0.0.1:{wish['port']}", said)
            stack.push_async_callback(web.session.close)
            await talk(web)
        assert service.report()["relay"] is None
        assert not [one for one in desk.audience.listeners if one.owner == OWNER]

    (Path(os.environ["XDG_RUNTIME_DIR"]) / "jackrf").mkdir(exist_ok=True)
    asyncio.run(whole())


def test_a_page_moves_a_fader_of_the_desk(tmp_path: Path) -> None:
    """And of its own mix alone."""

    async def talk(web: Web) -> None:
        page = await web.open("/ws/surface", {"token": web.token(mix="drums")})
        await page.send_bytes(encode(of("/mix/drums/in/vox/fader", 0.5)))
        await page.send_bytes(encode(of("/mix/keys/in/vox/fader", 0.5)))
        vox = Place("drums", "vox", "gain")
        await until(lambda: web.desk.mixer.value(vox) == -10.0)
        await page.close()
        assert web.desk.mixer.value(Place("keys", "vox", "gain")) == 3.0

    run(tmp_path, talk)


def test_a_relay_that_dies_is_followed_by_another(tmp_path: Path) -> None:
    """OSC and the sockets of sound stay; pages come back."""

    async def talk(web: Web) -> None:
        token = web.token(mix="drums")
        page = await web.open("/ws/listen", {"token": token})
        await page.receive_json()
        await until(lambda: [one.owner for one in web.desk.audience.listeners] == [OWNER])
        (listener,) = web.desk.audience.listeners
        old = web.service.report()["relay"]
        os.kill(old, signal.SIGKILL)
        await until(lambda: web.service.report()["relay"] not in (None, old))
        assert (await page.receive()).type is not aiohttp.WSMsgType.BINARY
        page = await web.open("/ws/listen", {"token": token})
        await page.receive_json()
        await until(lambda: [one.owner for one in web.desk.audience.listeners] == [OWNER])
        assert listener.mix == web.desk.audience.listeners[0].mix
        web.desk.audience.listeners[0].socket.send(rtp(0, b"\3" * 512))
        assert (await page.receive_bytes())[24:] == b"\3" * 512
        await page.close()
        await until(lambda: not web.desk.audience.listeners)
        report = web.service.report()
        assert report["restarts"] == 1
        assert web.said == ["the web page's process has ended; another one is started"]

    run(tmp_path, talk)


def test_an_encrypted_mix_is_not_heard_on_a_page(tmp_path: Path) -> None:
    """Its page knows beforehand, and whoever asks in spite of that is told why; faders move."""
    desk = small_desk()
    desk.plans = {**desk.plans, "keys": replace(desk.plans["keys"], key=bytes(30))}

    async def talk(web: Web) -> None:
        token = web.token(mix="keys")
        headers = {"Authorization": f"Bearer {token}"}
        async with web.session.get(web.url + "/api/me", headers=headers) as answer:
            assert [one["encrypted"] for one in (await answer.json())["mixes"]] == [True]
        page = await web.open("/ws/listen", {"token": token})
        told = await page.receive()
        assert (told.type, told.data) == (aiohttp.WSMsgType.CLOSE, ENCRYPTED)
        assert not web.desk.audience.listeners
        page = await web.open("/ws/surface", {"token": token})
        await page.send_bytes(encode(of("/mix/keys/in/vox/fader", 0.5)))
        await until(lambda: web.desk.mixer.value(Place("keys", "vox", "gain")) == -10.0)
        await page.close()

    run(tmp_path, talk, desk)


def test_https_is_served_beside_http(tmp_path: Path) -> None:
    """With a certificate of our own authority."""

    async def talk(web: Web) -> None:
        import ssl

        context = ssl.create_default_context(cafile=str(tmp_path / "certificates" / "ca.crt"))
        me = await (
            await web.session.get(
                f"{web.url}/api/me", headers={"Authorization": f"Bearer {web.token()}"}
            )
        ).json()
        url = f"https://localhost:{me['https']}"
        await until(lambda: web.service.report()["webtransport"])
        async with web.session.get(url + "/", ssl=context) as answer:
            assert answer.status == 200
        async with web.session.get(web.url + "/ca.crt") as answer:
            assert (await answer.read()) == (tmp_path / "certificates" / "ca.crt").read_bytes()

    run(tmp_path, talk)


def test_a_link_is_given_to_who_may_have_it(tmp_path: Path) -> None:
    """It has an address that others reach, and the token where servers do not log it."""
    service = WebService(
        small_desk(),
        service_of(tmp_path),
        Settings(name="mix.example.org", certificate=tmp_path / "a", key=tmp_path / "b"),
        load_tokens(tmp_path),
        Certificates(tmp_path, None, list),
        "jackrf",
        lambda _, __: None,
    )
    link = service.link({"mix": "drums"})
    assert link.startswith("https://mix.example.org:8443/#t=")
    assert service.link({"mix": "drums", "role": "observer"}) != link
    assert service.link({}).startswith("https://mix.example.org:8443/engineer#t=")
    for wrong in ({"mix": "bass"}, {"mix": "drums", "role": "engineer"}, {"role": "musician"}):
        with pytest.raises(InputError):
            service.link(wrong)


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """In a line that says what mends it, and nothing is left behind."""

    async def never(_: Web) -> None:
        raise AssertionError("it was served")

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(JackrfError, match=f"cannot be served on 127.0.0.1 ports {port} and"):
            run(tmp_path, never, port=port)


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_DATA_HOME": "/data", "HOME": "/home/ann"}, "/data/jackrf"),
        ({"XDG_DATA_HOME": "data", "HOME": "/home/ann"}, "/home/ann/.local/share/jackrf"),
    ],
)
def test_certificates_are_kept_where_data_is(environment: dict[str, str], folder: str) -> None:
    """As the XDG Base Directory Specification says: a relative path does not count."""
    assert certificate_folder(environment) == Path(folder)
