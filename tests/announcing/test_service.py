"""What helps to find the mixes of a running desk, together."""

import asyncio
import socket
import urllib.request
from pathlib import Path

import pytest

from jackrf.announcing.service import AnnouncingService
from jackrf.errors import InputError
from jackrf.lan.pins import PinFile
from jackrf.testing import DummyJack
from tests.announcing.stage import stage
from tests.system.running import free_port

pytestmark = pytest.mark.system


def fetched(url: str) -> str:
    """What is got there."""
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - of ours
        found: str = answer.read().decode()
        return found


def test_a_mix_has_addresses(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """By RTSP, and, where it is sent anywhere, an SDP on the port above it."""

    async def work() -> None:
        port = free_port()
        with stage(dummy_jack) as desk:
            pins = PinFile(tmp_path / "secrets.toml")
            one = AnnouncingService(desk, "127.0.0.1", port, pins, ["choir"], lambda *_: None)
            await one.start()
            try:
                places = one.places({"mix": "drums"})
                assert places["rtsp"] == f"rtsp://127.0.0.1:{port}/drums"
                assert places["sdp"] == f"http://127.0.0.1:{port + 1}/mix/drums.sdp"
                assert "m=audio 50300" in await asyncio.to_thread(fetched, places["sdp"])
                assert one.places({"mix": "anna"})["sdp"] is None
                assert one.report() == {"http_port": port + 1, "sap": ["choir"]}
                for wrong in ({"mix": "guitar"}, {}):
                    with pytest.raises(InputError, match="there are drums, choir, anna"):
                        one.places(wrong)
            finally:
                await one.close()
                await one.close()

    asyncio.run(work())


def test_a_taken_port_is_a_line(tmp_path: Path) -> None:
    """The show goes on."""
    said: list[str] = []

    async def work() -> None:
        with stage(None) as desk, socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1] - 1
            pins = PinFile(tmp_path / "secrets.toml")
            tell = lambda line, _: said.append(line)  # noqa: E731
            one = AnnouncingService(desk, "127.0.0.1", port, pins, [], tell)
            await one.start()
            assert one.places({"mix": "drums"})["sdp"] is None
            await one.close()

    asyncio.run(work())
    assert said[0].startswith("the SDP of mixes cannot listen on 127.0.0.1 port")
