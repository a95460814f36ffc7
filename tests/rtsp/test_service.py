"""RTSP beside a running session: where it listens, and what status shows."""

import asyncio
import socket
from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.lan.pins import PinFile
from jackrf.rtsp.service import RtspService, Settings
from tests.osc.desks import small_desk
from tests.waiting import until


def service(folder: Path, settings: Settings, said: list[str]) -> RtspService:
    """For the small desk, with its PINs in a folder."""
    pins = PinFile(folder / "secrets.toml")
    return RtspService(small_desk(), settings, pins, lambda line, _: said.append(line))


def test_it_reports_where_it_listens_and_what_it_refused(tmp_path: Path) -> None:
    """And the sentence that mends it."""

    async def work() -> None:
        one = service(tmp_path, Settings(port=0), [])
        await one.start()
        port = one.report()["port"]
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"DESCRIBE /guitar RTSP/1.0\r\nCSeq: 1\r\n\r\n")
        await until(lambda: one.report()["refused"]["unknown"])
        found = one.report()
        assert (found["connections"], found["refused"]["unknown"]) == (1, 1)
        assert "jackrf status shows the mixes" in found["remedies"][0]
        writer.close()
        await one.close()
        assert one.report()["port"] is None

    asyncio.run(work())


def test_a_taken_port_ends_only_a_session_that_names_it(tmp_path: Path) -> None:
    """Another one goes on, and says that nobody can tune in."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said: list[str] = []
        with pytest.raises(InputError, match="RTSP cannot listen"):
            asyncio.run(service(tmp_path, Settings(port=port, wanted=True), said).start())
        assert said == []
        one = service(tmp_path, Settings(port=port), said)
        asyncio.run(one.start())
        assert said[0].startswith("nobody can tune in: RTSP cannot listen on 127.0.0.1")
        assert one.report()["port"] is None


@pytest.mark.parametrize("same", [True, False])
def test_who_hears_one_session_goes_over_to_the_next(tmp_path: Path, same: bool) -> None:
    """On the same connection, at the same port; not where they would have to show another PIN."""
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    if not same:
        PinFile(folders[1] / "secrets.toml").make("drums")

    async def work() -> None:
        settings = Settings(port=0)
        before, after = (service(folder, settings, []) for folder in folders)
        assert not after.may_take_over(before)
        await before.start()
        port = before.report()["port"]
        reader, writer = await asyncio.open_connection("127.0.0.1", port)

        async def answer(number: int) -> bytes:
            writer.write(b"OPTIONS * RTSP/1.0\r\nCSeq: %d\r\n\r\n" % number)
            return await reader.readuntil(b"\r\n") if not reader.at_eof() else b""

        assert await answer(1) == b"RTSP/1.0 200 OK\r\n"
        await reader.readuntil(b"\r\n\r\n")
        assert after.may_take_over(before) == same
        if same:
            after.take_over(before)
            assert not after.may_take_over(before)
        await before.close()
        await after.start()
        assert (after.report()["port"] == port) == same
        assert after.report()["connections"] == int(same)
        if same:
            assert await answer(2) == b"RTSP/1.0 200 OK\r\n"
        else:
            assert await reader.read() == b""
        writer.close()
        await after.close()
        assert after.report()["port"] is None

    asyncio.run(work())


def test_a_file_of_pins_in_disorder_is_told_at_the_start(tmp_path: Path) -> None:
    """Not when somebody wants to hear."""
    (tmp_path / "secrets.toml").write_text("nonsense")
    (tmp_path / "secrets.toml").chmod(0o600)
    with pytest.raises(InputError, match="TOML"):
        asyncio.run(service(tmp_path, Settings(port=0), []).start())
