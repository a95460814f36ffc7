"""The web page of a desk: a relay of its own process, faders, links, and what survives what."""

import asyncio
import contextlib
import json
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
from jackrf.web.service import WebService, certificate_folder
from jackrf.web.settings import Settings
from jackrf.web.sharing import Grow, Move, Retire, Sharing
from jackrf.web.sound import OWNER, DeskSound
from jackrf.web.talk import ENCRYPTED
from jackrf.web.tokens import load_tokens
from tests.osc.desks import small_desk
from tests.osc.test_service import service_of
from tests.system.running import server_port
from tests.waiting import until
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
        self._hosts: dict[str, aiohttp.ClientSession] = {}

    def token(self, **wish: Any) -> str:
        """Return what stands in a link."""
        return self.service.link(wish).rpartition("=")[2]

    async def open(self, path: str, said: object, host: str = "127.0.0.1") -> Any:
        """Open a WebSocket and say something."""
        client = self.at(host)
        page = await client.ws_connect(self.url + path, headers={"Origin": self.url})
        await page.send_json(said)
        return page

    def at(self, host: str) -> aiohttp.ClientSession:
        """Return a browser on another host of loopback."""
        if host not in self._hosts:
            connector = aiohttp.TCPConnector(local_addr=(host, 0))
            self._hosts[host] = aiohttp.ClientSession(connector=connector)
        return self._hosts[host]

    async def close(self) -> None:
        """End all browsers."""
        for one in (self.session, *self._hosts.values()):
            await one.close()


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
            DeskSound(desk),
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
            stack.push_async_callback(web.close)
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


async def hear(web: Web, *hosts: str) -> list[Any]:
    """Open a page of one mix on each host, which hears."""
    token, opened = web.token(mix="drums"), []
    for host in hosts:
        opened.append(await web.open("/ws/listen", {"token": token}, host))
        await opened[-1].receive_json()
    return opened


def steps(monkeypatch: pytest.MonkeyPatch, *first: Any) -> list[Any]:
    """Return a list of what is done next, in place of what loads ask for."""
    todo = [*first]
    monkeypatch.setattr(Sharing, "look", lambda *_: todo.pop(0) if todo else None)
    return todo


async def grown(web: Web) -> None:
    """Wait until there are two relays, and both have told how they are."""
    await until(lambda: len(web.service.report()["relays"]) == 2)
    await until(lambda: all(one["load"] is not None for one in web.service.report()["relays"]))


def by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the even hosts served by the first relay, and the odd ones by the second."""
    monkeypatch.setattr(Sharing, "place", lambda _, host, __: int(host.rpartition(".")[2]) % 2)


def test_what_relays_tell_is_one_truth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who listens, faders and refusals; each has sound of its own from the audio thread."""
    steps(monkeypatch, Grow())

    async def talk(web: Web) -> None:
        await grown(web)
        by_number(monkeypatch)
        pages = await hear(web, "127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
        await until(lambda: len(web.desk.audience.listeners) == 2)
        await until(lambda: [r["listeners"] for r in web.service.report()["relays"]] == [2, 2])
        report = web.service.report()
        assert {one["host"] for one in report["listeners"]} == {f"127.0.0.{n}" for n in range(2, 6)}
        for listener in web.desk.audience.listeners:
            listener.socket.send(rtp(0, b"\3" * 512))
        heard = await asyncio.gather(*(page.receive_bytes() for page in pages))
        assert {data[24:] for data in heard} == {b"\3" * 512}
        for host in ("127.0.0.2", "127.0.0.3"):
            surface = await web.open("/ws/surface", {"token": "wrong"}, host)
            assert (await surface.receive()).data == 4401
        await until(lambda: web.service.report()["refused"].get("token") == 2)
        assert web.said == ["the web page's process is busy; another one is started beside it"]
        for page in pages:
            await page.close()

    run(tmp_path, talk, relays=2)


def test_a_relay_that_dies_takes_no_page_of_another_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own come back by the one that is left, at once."""
    steps(monkeypatch, Grow())

    async def talk(web: Web) -> None:
        await grown(web)
        with monkeypatch.context() as patch:
            by_number(patch)
            first, second = await hear(web, "127.0.0.2", "127.0.0.3")
        old = web.service.report()["relays"][1]["pid"]
        os.kill(old, signal.SIGKILL)
        assert (await second.receive()).type is not aiohttp.WSMsgType.BINARY
        (again,) = await hear(web, "127.0.0.3")
        await first.send_json({"ping": 1})
        assert (await first.receive_json())["pong"] == 1
        await until(lambda: web.service.report()["relays"][1]["pid"] not in (None, old))
        await until(lambda: len(web.service.report()["listeners"]) == 2)
        assert web.service.report()["restarts"] == 1
        for page in (first, again):
            await page.close()

    run(tmp_path, talk, relays=2)


async def attack(web: Web, host: str) -> None:
    """Be whoever means harm, from one host."""
    token, client = web.token(mix="drums"), web.at(host)
    for origin in ("http://evil.example", "null"):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await client.ws_connect(f"{web.url}/ws/listen", headers={"Origin": origin})
    other = await web.open("/ws/listen", {"token": token, "mix": "keys"}, host)
    assert (await other.receive()).data == 4401
    place = ("127.0.0.1", int(web.url.rpartition(":")[2]))
    for path in ("/../web.key", "/%2e%2e/%2e%2e/etc/passwd"):
        reader, writer = await asyncio.open_connection(*place, local_addr=(host, 0))
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        assert (await reader.read()).split(b" ", 2)[1] in (b"400", b"404")
        writer.close()
    large = await web.open("/ws/listen", {"token": token}, host)
    await large.receive_json()
    await large.send_str("x" * 100_000)
    assert (await large.receive()).type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    torn = await web.open("/ws/listen", {"token": token}, host)
    await torn.receive_json()
    torn._writer.transport.write(b"\x82\x7f" + b"\xff" * 64)
    assert (await torn.receive()).type is not aiohttp.WSMsgType.BINARY


async def slow_reader(web: Web, host: str) -> socket.socket:
    """Hear, and read nothing: what is sent to it has nowhere to go."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    slow.bind((host, 0))
    slow.setblocking(False)
    port = int(web.url.rpartition(":")[2])
    await asyncio.get_running_loop().sock_connect(slow, ("127.0.0.1", port))
    head = (
        f"GET /ws/listen HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: {web.url}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    ).encode()
    said = json.dumps({"token": web.token(mix="drums")}).encode()
    frame = bytes((0x81, 0x80 | len(said), 0, 0, 0, 0)) + said
    await asyncio.get_running_loop().sock_sendall(slow, head + frame)
    return slow


def test_attackers_at_one_relay_are_noticed_by_no_page_and_counted_in_one_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong origin, token, path and frames, a slow reader, and a thousand sockets that are idle."""
    steps(monkeypatch, Grow())

    async def talk(web: Web) -> None:
        await grown(web)
        by_number(monkeypatch)
        pages = await hear(web, "127.0.0.2", "127.0.0.3")
        await until(lambda: len(web.desk.audience.listeners) == 2)
        slow = await slow_reader(web, "127.0.0.5")
        await attack(web, "127.0.0.7")
        await attack(web, "127.0.0.8")
        with contextlib.ExitStack() as stack:
            stack.enter_context(slow)
            for number in range(1000):
                idle = stack.enter_context(socket.socket())
                idle.setblocking(False)
                idle.bind((f"127.0.1.{1 + number % 24}", 0))
                with contextlib.suppress(BlockingIOError):
                    idle.connect(("127.0.0.1", int(web.url.rpartition(":")[2])))
                if number % 16 == 15:
                    await asyncio.sleep(0.002)
            for number in range(200):
                for listener in web.desk.audience.listeners:
                    listener.socket.send(rtp(128 * number, b"\3" * 512))
                heard = await asyncio.gather(*(page.receive_bytes() for page in pages))
                assert {data[24:] for data in heard} == {b"\3" * 512}
            (late,) = await hear(web, "127.0.0.9")
            await until(lambda: web.service.report()["refused"].get("origin") == 4)
            await until(lambda: dropped(web, "127.0.0.5") > 0)
            assert dropped(web, "127.0.0.2") == dropped(web, "127.0.0.3") == 0
        assert web.service.report()["restarts"] == 0
        for page in (*pages, late):
            await page.close()

    run(tmp_path, talk, relays=2)


def dropped(web: Web, host: str) -> int:
    """Return how many packets a host's pages were not sent."""
    return sum(one["dropped"] for one in web.service.report()["listeners"] if one["host"] == host)


def test_hosts_are_sent_over_to_a_relay_that_has_less_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they hear comes by a new connection; their faders stay, and an empty relay is ended."""
    todo = steps(monkeypatch)

    async def talk(web: Web) -> None:
        token = web.token(mix="drums")
        stays, goes = await hear(web, "127.0.0.2", "127.0.0.3")
        faders = await web.open("/ws/surface", {"token": token}, "127.0.0.3")
        asked = await web.at("127.0.0.3").get(f"{web.url}/api/me")
        await asked.read()
        todo.append(Grow())
        await grown(web)
        by_number(monkeypatch)
        todo.append(Move(0, ["127.0.0.3"]))
        closed = await goes.receive(10.0)
        assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 4000)
        (again,) = await hear(web, "127.0.0.3")
        await until(lambda: [r["listeners"] for r in web.service.report()["relays"]] == [1, 1])
        await faders.send_bytes(encode(of("/mix/drums/in/vox/fader", 0.5)))
        await until(lambda: web.desk.mixer.value(Place("drums", "vox", "gain")) == -10.0)
        await stays.send_json({"ping": 1})
        assert (await stays.receive_json())["pong"] == 1
        todo.append(Retire(1))
        await until(lambda: len(web.service.report()["relays"]) == 1)
        await until(lambda: len(web.desk.audience.listeners) == 1)
        for page in (stays, again, faders):
            await page.close()

    run(tmp_path, talk, relays=2)


def test_relays_begin_anew_one_after_the_other_where_there_are_other_mixes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages come back, and that is nobody's death."""
    steps(monkeypatch, Grow())

    async def talk(web: Web) -> None:
        await grown(web)
        pages = await hear(web, "127.0.0.2", "127.0.0.3")
        before = [one["pid"] for one in web.service.report()["relays"]]
        await web.service.renew()
        after = [one["pid"] for one in web.service.report()["relays"]]
        assert len(after) == 2
        assert not {None, *before} & {*after}
        for page in (*pages, *await hear(web, "127.0.0.2", "127.0.0.3")):
            await page.close()
        assert web.service.report()["restarts"] == 0

    run(tmp_path, talk, relays=2)


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
        DeskSound(small_desk()),
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
