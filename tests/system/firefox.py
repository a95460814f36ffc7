"""Debian's Firefox, driven by WebDriver BiDi (W3C): what it speaks without a driver of its own.

Playwright drives a Firefox that it has changed itself, and its way to an unchanged one asks for
more than Firefox ESR knows; geckodriver is in no package of Debian. Sound needs a device: a
PulseAudio sink that nobody hears.
"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import aiohttp
import pytest

from tests.system.browsing import PROBE, SAMPLES, loudness
from tests.system.instruments import wait_for
from tests.system.links import Link
from tests.system.running import server_port

SETTINGS: Final = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.autoplay.default": 0,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,#remote-settings-dummy/v1",
    "toolkit.telemetry.enabled": False,
}
START_SECONDS: Final = 60.0
PATIENCE: Final = 30.0
"""Seconds: a machine that is busy may take its time."""
TURNS: Final = 3

Found = TypeVar("Found")


@contextmanager
def sink(folder: Path) -> Iterator[dict[str, str]]:
    """Run a PulseAudio with one sink; yield the environment in which programs find it."""
    if shutil.which("pulseaudio") is None:
        pytest.skip("PulseAudio is not installed: make test, or apt install pulseaudio")
    at = folder / "pulse"
    command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
               "-L", f"module-native-protocol-unix socket={at} auth-anonymous=1",
               "-L", "module-null-sink sink_name=ears"]  # fmt: skip
    own = dict(os.environ) | {"HOME": str(folder)}
    with (folder / "pulse.log").open("wb") as told:
        running = subprocess.Popen(command, env=own, stdout=told, stderr=told)
        try:
            wait_for(at.exists, PATIENCE)
            yield own | {"PULSE_SERVER": f"unix:{at}"}
        finally:
            _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(10.0)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


@contextmanager
def firefox(
    folder: Path, environment: dict[str, str], link: Link | None = None, **settings: bool
) -> Iterator["Firefox"]:
    """Run Firefox without a screen.

    Args:
        folder: for its profile.
        environment: of `sink`.
        link: at whose far side it is; None for this machine.
        settings: more of them, with two underlines in place of each dot.
    """
    if shutil.which("firefox-esr") is None:
        pytest.skip("Firefox is not installed: make test, or apt install firefox-esr")
    profile = folder / "profile"
    profile.mkdir(parents=True)
    wanted = SETTINGS | {name.replace("__", "."): value for name, value in settings.items()}
    lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in wanted.items()]
    (profile / "user.js").write_text("\n".join(lines))
    port = server_port()
    command = ["firefox-esr", "--headless", "--no-remote", "--profile", str(profile),
               "--remote-debugging-port", str(port), "about:blank"]  # fmt: skip
    if link is not None:
        command = link.command(*command)
    log = folder / "firefox.log"
    with log.open("wb") as told:
        running = subprocess.Popen(command, env=environment, stdout=told, stderr=told)
        try:
            wait_for(lambda: b"WebDriver BiDi listening" in log.read_bytes(), START_SECONDS)
            with Firefox(f"ws://127.0.0.1:{port}/session", link) as browser:
                yield browser
        finally:
            _end(running)


@contextmanager
def listening(
    folder: Path, url: str, link: Link | None = None, **settings: bool
) -> Iterator["FirefoxTab"]:
    """Run Firefox with a sink, and yield a page in it that plays.

    Now and then (one in twenty) Firefox is stuck as soon as it is to make sound: its audio thread
    waits for PulseAudio's main loop for ever (`AudioIPC Server RPC` for a lock of libpulse), and
    every page for that thread. Another one is started then, twice at most.

    Args:
        folder: for what they write.
        url: of the page.
        link: at whose far side it is; None for this machine.
        settings: as of `firefox`.
    """
    for turn in range(TURNS):
        with ExitStack() as stack:
            own = folder / f"firefox-{turn}"
            own.mkdir()
            browser = stack.enter_context(
                firefox(own, stack.enter_context(sink(own)), link, **settings)
            )
            try:
                page = browser.open(url).connected().listen()
            except StuckError:
                if turn + 1 == TURNS:
                    raise
                continue
            yield page
            return


class StuckError(Exception):
    """Firefox does not answer."""


class Firefox:
    """One that runs; its answers come in on a thread of their own.

    Args:
        address: of its WebDriver BiDi.
        link: at whose far side that is; None for this machine.
    """

    def __init__(self, address: str, link: Link | None = None) -> None:
        self._address = address
        self._link = link
        self._numbers = count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reading: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait(self._connect())
        self.ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        self.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {PROBE} }}")
        return self

    def __exit__(self, *_: object) -> None:
        self._wait(self._disconnect())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, what: Coroutine[Any, Any, Found]) -> Found:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(2 * PATIENCE)

    async def _connect(self) -> None:
        connector = aiohttp.TCPConnector(socket_factory=self._socket_there)
        self._session = aiohttp.ClientSession(connector=connector)
        self._socket = await self._session.ws_connect(self._address, max_msg_size=0)
        self._reading = asyncio.create_task(self._read(self._socket))

    def _socket_there(self, found: aiohttp.AddrInfoType) -> socket.socket:
        family, kind, protocol, *_ = found

        def make() -> socket.socket:
            made = socket.socket(family, kind, protocol)
            made.setblocking(False)
            return made

        return make() if self._link is None else self._link.there(make)

    async def _disconnect(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        if self._socket is not None:
            await self._socket.close()
        if self._session is not None:
            await self._session.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            told = json.loads(message.data)
            waiting = self._answers.pop(told.get("id"), None)
            if waiting is not None:
                waiting.set_result(told)

    def ask(self, method: str, **wish: Any) -> dict[str, Any]:
        """Have a command done; return its result."""
        told = self._wait(self._ask(method, wish))
        assert told["type"] == "success", told
        result: dict[str, Any] = told["result"]
        return result

    async def _ask(self, method: str, wish: dict[str, Any]) -> dict[str, Any]:
        assert self._socket is not None
        number = next(self._numbers)
        answer = self._answers[number] = self._loop.create_future()
        await self._socket.send_json({"id": number, "method": method, "params": wish})
        try:
            return await asyncio.wait_for(answer, PATIENCE)
        except TimeoutError:
            raise StuckError(method) from None

    def open(self, url: str) -> "FirefoxTab":
        """Open a page in a tab of its own."""
        tab = self.ask("browsingContext.create", type="tab")["context"]
        self.ask("browsingContext.navigate", context=tab, url=url, wait="complete")
        return FirefoxTab(self, tab)


class FirefoxTab:
    """A page in it.

    Args:
        browser: that it is in.
        tab: its number there.
    """

    def __init__(self, browser: Firefox, tab: str) -> None:
        self._browser = browser
        self._tab = tab

    def evaluate(self, expression: str) -> Any:
        """Return what an expression is, as if somebody had touched the page for it."""
        told = self._browser.ask(
            "script.evaluate",
            expression=f"(async () => JSON.stringify(await ({expression}) ?? null))()",
            target={"context": self._tab},
            awaitPromise=True,
            userActivation=True,
        )
        assert told["type"] == "success", told
        return json.loads(told["result"]["value"])

    def until(self, expression: str) -> None:
        """Wait until an expression is true in the page."""
        _until(lambda: self.evaluate(expression), expression)

    def connected(self) -> "FirefoxTab":
        """Wait until it shows what the desk has."""
        self.until("document.querySelector('.state')?.dataset.state === 'connected'")
        return self

    def listen(self) -> "FirefoxTab":
        """Tap the one big button and wait for sound."""
        self.evaluate("document.querySelector('.listen').click()")
        return self.playing()

    def playing(self) -> "FirefoxTab":
        """Wait until it plays."""
        self.until("document.querySelector('.listening').dataset.state === 'playing'")
        return self

    def by(self) -> str:
        """Return by which transport it hears."""
        return str(self.evaluate("document.querySelector('.listening').dataset.by"))

    def hears(self, tones: dict[float, tuple[float, float]]) -> None:
        """Wait until each tone is as loud as it should be: from and to, in dBFS."""
        heard: list[float] = []

        def are_right() -> bool:
            heard[:] = loudness(self.evaluate(f"({SAMPLES})()"), *tones)
            wanted = zip(heard, tones.values(), strict=True)
            return all(low <= one <= high for one, (low, high) in wanted)

        _until(are_right, heard)

    def shows(self, label: str, text: str) -> None:
        """Wait until a slider says something."""
        self.until(f"{_slider(label)}?.getAttribute('aria-valuetext') === {json.dumps(text)}")

    def press(self, label: str, key: str, times: int) -> None:
        """Press a key on a slider, and let it go, some times."""
        self.evaluate(f"{_slider(label)}.focus()")
        keys = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        source = {"type": "key", "id": "keys", "actions": times * keys}
        self._browser.ask("input.performActions", context=self._tab, actions=[source])

    def close(self) -> None:
        """Close it."""
        self._browser.ask("browsingContext.close", context=self._tab)


def _slider(label: str) -> str:
    return f"document.querySelector('[role=slider][aria-label={json.dumps(label)}]')"


def _until(condition: Callable[[], bool], what: object) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < PATIENCE, what
        time.sleep(0.05)
