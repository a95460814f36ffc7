"""OSCQuery and its announcement beside a running OSC."""

import asyncio
import json
import socket
import urllib.request

import pytest
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from jackrf.osc import finding as module
from jackrf.osc.admission import Admission
from jackrf.osc.finding import OSC_SERVICE, Finding
from jackrf.osc.namespace import Namespace
from jackrf.osc.settings import Settings
from tests.osc.desks import small_desk


def finding(port: int) -> Finding:
    """For the small desk on loopback."""
    desk = small_desk()
    admission = Admission([], list(desk.mixer.mix_number), lambda _: None, b"secret")
    return Finding(desk, Namespace(desk), admission, Settings(port=port))


def free_port() -> int:
    """A TCP port above which there is a free one too."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port - 1


def host_info(port: int) -> dict[str, object]:
    """What OSCQuery says of itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/?HOST_INFO", timeout=5) as answer:
        found: dict[str, object] = json.load(answer)
        return found


def test_oscquery_is_on_the_port_above_osc() -> None:
    """And names the port of OSC."""

    async def work() -> dict[str, object]:
        port = free_port()
        one = finding(port)
        await one.start()
        try:
            found = await asyncio.to_thread(host_info, port + 1)
            assert found["OSC_PORT"] == port
            return found
        finally:
            await one.close()
            await one.close()

    assert asyncio.run(work())["NAME"] == "jackrf Evening"


def test_a_network_that_is_joined_later_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that is switched on before its Wi-Fi: who looks finds it when it is there."""
    addresses: list[str] = []
    monkeypatch.setattr(module, "reachable", lambda _: list(addresses))

    async def is_found(zeroconf: AsyncZeroconf) -> bool:
        info = AsyncServiceInfo(OSC_SERVICE, f"jackrf Evening.{OSC_SERVICE}")
        return await info.async_request(zeroconf.zeroconf, 3000)

    async def work() -> None:
        one = finding(free_port())
        one.look_again()  # before the start there is nothing to tell
        await one.start()
        addresses.append("127.0.0.1")
        one.look_again()
        one.look_again()
        other = AsyncZeroconf(interfaces=["127.0.0.1"])
        try:
            assert await is_found(other)
        finally:
            await other.async_close()
            addresses.clear()
            one.look_again()
            await one.close()
        one.look_again()

    asyncio.run(work())


def test_a_port_that_is_taken_costs_only_oscquery(caplog: pytest.LogCaptureFixture) -> None:
    """It is a warning, not the end of OSC."""

    async def work() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            one = finding(taken.getsockname()[1] - 1)
            await one.start()
            await one.close()

    asyncio.run(work())
    assert "OSCQuery cannot listen" in caplog.text
