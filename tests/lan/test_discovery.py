"""The network is told of jackrf: what is announced, and what happens without zeroconf."""

import asyncio
import gc
import sys

import pytest
from zeroconf import ServiceInfo
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from jackrf.lan.discovery import Discovery, Service, instance_name, reachable
from jackrf.lan.interfaces import own_addresses
from tests.waiting import until

OSC = Service("_osc._udp.local.", 9955, {"txtvers": "1", "types": "ifsbTFN"})
RTSP = Service("_rtsp._tcp.local.", 8554, {"path": "/drums"})


async def looked_up(discovery: Discovery, *services: Service) -> list[ServiceInfo | None]:
    """What a program on this machine finds while something is announced."""
    await discovery.start()
    other = AsyncZeroconf(interfaces=["127.0.0.1"])
    found: list[ServiceInfo | None] = []
    try:
        for service in services:
            info = AsyncServiceInfo(service.kind, f"jackrf Evening.{service.kind}")
            there = await info.async_request(other.zeroconf, 8000)
            found.append(info if there else None)
    finally:
        await other.async_close()
        await discovery.close()
        await discovery.close()
    return found


def test_programs_find_what_is_announced() -> None:
    """By the session's name, each service with its address, its port and its text."""
    discovery = Discovery("Evening", ["127.0.0.1"], [OSC, RTSP])
    osc, rtsp = asyncio.run(looked_up(discovery, OSC, RTSP))
    assert osc is not None
    assert rtsp is not None
    assert (osc.port, rtsp.port) == (9955, 8554)
    assert osc.parsed_addresses() == ["127.0.0.1"]
    assert osc.properties == {b"txtvers": b"1", b"types": b"ifsbTFN"}
    assert rtsp.properties == {b"path": b"/drums"}


def test_without_zeroconf_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is an extra, and its absence is no news."""
    monkeypatch.setitem(sys.modules, "zeroconf.asyncio", None)
    discovery = Discovery("Evening", ["127.0.0.1"], [OSC])

    async def work() -> None:
        await discovery.start()
        await discovery.close()

    asyncio.run(work())
    assert caplog.text == ""


# zeroconf leaves its socket to the garbage collector when it fails.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_address_that_is_not_ours_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    """OSC goes on without being announced."""
    discovery = Discovery("Evening", ["192.0.2.99"], [OSC])

    async def work() -> None:
        await discovery.start()
        await until(lambda: caplog.text)
        await discovery.close()

    asyncio.run(work())
    gc.collect()
    assert "the network is not told of jackrf" in caplog.text


@pytest.mark.parametrize(
    ("session", "name"),
    [
        ("Evening (late)", "jackrf Evening (late)"),
        ("St. Mary", "jackrf St  Mary"),
        ("ü" * 64, "jackrf " + "ü" * 28),
    ],
)
def test_a_name_is_one_label(session: str, name: str) -> None:
    """Of at most 63 bytes, without dots, and without half a letter at its end."""
    assert instance_name(session) == name
    assert instance_name(session, "Vox").startswith(name[:20])
    assert len(instance_name(session).encode()) <= 63


def test_only_what_others_reach_is_announced() -> None:
    """Nothing of loopback."""
    assert reachable("127.0.0.1") == []
    assert reachable("::1") == []
    assert reachable("192.168.1.5") == ["192.168.1.5"]
    assert reachable("0.0.0.0") == own_addresses()  # noqa: S104 - nothing is bound
