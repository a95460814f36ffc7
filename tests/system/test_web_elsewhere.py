"""``jackrf web`` beside a real desk: a page of its own, which hears that one by RTSP."""

import asyncio
import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest

from jackrf.commands.qr import Leads, address_of
from jackrf.control import request
from jackrf.testing import DummyJack
from tests.system.browsing import Tab, chromium
from tests.system.instruments import Player, wait_for
from tests.system.music import tone
from tests.system.running import Program, Running, jackrf_command, server_port

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

SESSION = """\
format = 2
name = "Sunday"
[inputs.kick]
name = "Kick"
connect = ["player:out_1"]
[mixes.left]
name = "Choir"
limiter = false
sends = {{ kick = {{ gain = 0.0, pan = -1.0 }} }}
[mixes.right]
name = "Band"
encoding = "L24"
limiter = false
sends = {{ kick = {{ gain = 0.0, pan = 1.0 }} }}
[listen]
port = {rtsp}
[osc]
port = {osc}
"""
NAME = "far"


class Repeater(Program):
    """``jackrf web`` of a host on loopback.

    Attributes:
        http: its port.
    """

    def __init__(self, *urls: str) -> None:
        self.http = server_port()
        ports = ["--port", str(self.http), "--https-port", str(server_port())]
        super().__init__(jackrf_command("web", *urls, *ports, "--name", NAME))

    def become_ready(self) -> None:
        """Wait until it serves."""
        self.wait_until(lambda: "stop with Ctrl-C" in self.said())

    def link(self, mix: str | None = None) -> str:
        """Return the link that it gives out."""
        return str(request(NAME, {"do": "link"} | ({} if mix is None else {"mix": mix})))


async def hear(link: str, seconds: float) -> "np.ndarray[Any, Any]":
    """Return what a page hears, shape (2, frames), full scale 1, from the last of some seconds."""
    base, _, token = link.partition("/#t=")
    found: list[bytes] = []
    async with aiohttp.ClientSession() as session:
        page = await session.ws_connect(f"{base}/ws/listen", headers={"Origin": base})
        await page.send_json({"token": token})
        hello = await page.receive_json(timeout=10.0)
        assert (hello["rate"], hello["period"]) == (48000, 128)
        began = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() - began < seconds:
            message = await page.receive(timeout=10.0)
            if message.type is aiohttp.WSMsgType.BINARY:
                found.append(message.data)
        await page.close()
    width = found[-1][5]
    raw = np.frombuffer(b"".join(one[24:] for one in found), np.uint8).reshape(-1, width)
    whole = np.zeros((len(raw), 4), np.uint8)
    whole[:, :width] = raw
    return (whole.view(">i4")[:, 0] / 2.0**31).reshape(-1, 2).T[:, -4096:]


async def hear_out(link: str) -> float:
    """Return the greatest sample of the right side that a page hears until it is sent away."""
    base, _, token = link.partition("/#t=")
    greatest = 0.0
    async with aiohttp.ClientSession() as session:
        page = await session.ws_connect(f"{base}/ws/listen", headers={"Origin": base})
        await page.send_json({"token": token})
        async for message in page:
            if message.type is aiohttp.WSMsgType.BINARY:
                assert message.data[5] == 2
                right = np.frombuffer(message.data[24:], ">i2")[1::2]
                greatest = max(greatest, float(np.abs(right / 32768.0).max()))
    return greatest


def peaks(link: str) -> list[float]:
    """Return the greatest sample of each side of what a page hears now."""
    return [float(one) for one in np.abs(asyncio.run(hear(link, 1.0))).max(axis=1)]


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, int]:
    """Return the text of a session, and its port of RTSP."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    rtsp = server_port()
    return SESSION.format(rtsp=rtsp, osc=server_port()), rtsp


def test_a_host_is_all_that_it_has_to_be_told(
    dummy_jack: DummyJack, tmp_path: Path, session: tuple[str, int]
) -> None:
    """Each mix is heard under its link, is fetched while it is, and is back when the desk is."""
    text, rtsp = session
    with ExitStack() as stack:
        stack.enter_context(Player(dummy_jack.name)).play(tone(), loop=True)
        with Running(tmp_path, text, dummy_jack.name) as running:
            far = stack.enter_context(Repeater(f"rtsp://127.0.0.1:{rtsp}/"))
            assert re.search(r"  left +http://127\.0\.0\.1:\d+/#t=\S+\n", far.said())
            assert "serves the mixes of 127.0.0.1 (Sunday) to browsers" in far.said()
            assert address_of("left", Leads.PAGE, NAME) == far.link("left")
            assert not running.status()["mixes"]["left"]["listeners"]
            left, right = peaks(far.link("left"))
            assert (left > 0.05, right) == (True, 0.0)
            left, right = peaks(far.link("right"))
            assert (left, right > 0.05) == (0.0, True)
            wait_for(lambda: not running.status()["mixes"]["left"]["listeners"], 10.0)
        with Running(tmp_path, text, dummy_jack.name):
            wait_for(lambda: peaks(far.link("left"))[0] > 0.05, 15.0)
        assert far.stop().code == 0


def test_a_desk_that_is_started_anew_may_have_other_mixes(
    dummy_jack: DummyJack, tmp_path: Path, session: tuple[str, int]
) -> None:
    """One has come, and one is sent in another way: nobody hears noise, and both are heard."""
    text, rtsp = session
    new = '[mixes.middle]\nname = "New"\nlimiter = false\nsends = { kick = { gain = 0.0 } }\n'
    anew = text.replace("[mixes.right]", f"{new}[mixes.right]")
    anew = anew.replace('name = "Choir"\n', 'name = "Choir"\nencoding = "L24"\n')
    with ExitStack() as stack:
        stack.enter_context(Player(dummy_jack.name)).play(tone(), loop=True)
        pool = stack.enter_context(ThreadPoolExecutor(1))
        with Running(tmp_path, text, dummy_jack.name) as running:
            far = stack.enter_context(Repeater(f"rtsp://127.0.0.1:{rtsp}/"))
            link = far.link("left")
            heard = pool.submit(lambda: asyncio.run(hear_out(link)))
            wait_for(lambda: running.status()["mixes"]["left"]["listeners"], 10.0)
        with Running(tmp_path, anew, dummy_jack.name):
            far.wait_until(lambda: re.search(r"  middle +http://127\.0\.0\.1:\d+/#t=", far.said()))
            assert "there is something else to be heard of 127.0.0.1 now" in far.said()
            # The mix is on the left alone; what is read in the wrong way is everywhere.
            assert heard.result(10.0) == 0.0
            assert far.link("left") == link
            left, right = peaks(link)
            assert (left > 0.05, right) == (True, 0.0)
            assert min(peaks(far.link("middle"))) > 0.05


def test_a_pin_opens_its_mix_and_stays_unsaid(
    dummy_jack: DummyJack, tmp_path: Path, session: tuple[str, int]
) -> None:
    """Without it a line says what to write; another one ends the program before it serves."""
    text, rtsp = session
    with Running(tmp_path, text, dummy_jack.name) as running:
        pin = running.ask("pin", mix="right")
        host = f"127.0.0.1:{rtsp}"
        with Repeater(f"rtsp://{host}/") as far:
            assert f"mix right wants its PIN: add rtsp://right:PIN@{host}/right" in far.said()
            assert [*request(NAME, {"do": "status"})["elsewhere"]] == ["left"]
        with Repeater(f"rtsp://right:{pin}@{host}/right", f"rtsp://{host}/") as far:
            assert [*request(NAME, {"do": "status"})["elsewhere"]] == ["right", "left"]
            asyncio.run(hear(far.link("right"), 0.5))
            assert pin not in far.said() + far.said(1)
            assert pin not in str(request(NAME, {"do": "status"}))
        wrong = Program(jackrf_command("web", f"rtsp://right:000000@{host}/right"))
        with wrong:
            ended = wrong.wait()
        assert (ended.code, "takes another PIN" in ended.line) == (2, True)


def test_a_browser_is_told_that_faders_are_elsewhere(
    dummy_jack: DummyJack, tmp_path: Path, session: tuple[str, int]
) -> None:
    """It hears, and the engineer's page says who does; there is no fader to be moved in vain."""
    text, rtsp = session
    with ExitStack() as stack:
        stack.enter_context(Player(dummy_jack.name)).play(tone(), loop=True)
        stack.enter_context(Running(tmp_path, text, dummy_jack.name))
        far = stack.enter_context(Repeater(f"rtsp://127.0.0.1:{rtsp}/"))
        browser = stack.enter_context(chromium())
        choir = Tab(browser, far.link("left"))
        stack.callback(choir.close)
        choir.listen()
        wait_for(lambda: choir.levels(100.0)[0] > -40.0, 10.0)
        note = choir.page.get_by_role("note").inner_text()
        assert note == (
            "This page is for listening. It repeats what jackrf on 127.0.0.1 sends: faders are on "
            "the page there."
        )
        assert choir.page.get_by_role("slider").count() == 0
        engineer = Tab(browser, far.link())
        stack.callback(engineer.close)
        engineer.page.wait_for_selector("td:has-text('page, WebTransport')")
        engineer.page.get_by_role("button", name="Band").click()
        assert not [*choir.problems, *engineer.problems]
        seen = Path(os.environ.get("JACKRF_ARTIFACTS", "artifacts")) / "web"
        seen.mkdir(parents=True, exist_ok=True)
        choir.page.screenshot(path=seen / "elsewhere.png")
        engineer.page.screenshot(path=seen / "elsewhere-engineer.png")
