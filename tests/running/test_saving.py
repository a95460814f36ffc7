"""`jackrf save` and `jackrf show`, asking a jackrf over its control socket."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jackrf.control import ControlServer, request
from jackrf.errors import InputError, JackrfError
from jackrf.parameters import Place
from jackrf.running.keeper import Keeper
from jackrf.running.making import make_desk
from jackrf.running.saving import handlers, save, show
from jackrf.sessions.session import load
from jackrf.sessions.store import content

NAME = "jackrf-saving"
SESSION = """\
format = 2
name = "Band"

[inputs.kick]
name = "Kick"

[inputs.vox]
name = "Vox"

[mixes.drums]
name = "Drums"

[mixes.drums.sends]
kick = { gain = -6.0 }
"""


@pytest.fixture
def band(tmp_path: Path) -> Path:
    """A session's file."""
    path = tmp_path / "band.toml"
    path.write_text(SESSION)
    return path


@contextmanager
def running(path: Path) -> Iterator[None]:
    """A desk whose kick was moved to -7 dB, and which answers, without JACK."""
    ready, stop = threading.Event(), threading.Event()

    async def live() -> None:
        desk = make_desk(load(path))
        keeper = Keeper(desk, path, content(path), lambda *_: None)
        server = ControlServer(NAME, handlers(keeper))
        await keeper.start()
        await server.start()
        desk.change({Place("drums", "kick", "gain"): -7.0})
        ready.set()
        while not stop.is_set():  # noqa: ASYNC110 - set by another thread
            await asyncio.sleep(0.01)
        await server.close()
        await keeper.close()
        desk.close()

    thread = threading.Thread(target=lambda: asyncio.run(live()))
    thread.start()
    try:
        assert ready.wait(10)
        yield
    finally:
        stop.set()
        thread.join()


def test_save_says_what_it_did(band: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Once there is something to save, then not."""
    with running(band):
        save(NAME, None)
        assert capsys.readouterr().out == f"saved: {band}\n"
        assert band.read_text() == SESSION.replace("-6.0", "-7.0")
        save(NAME, None)
        assert capsys.readouterr().out == f"nothing to save: {band} has it all\n"


def test_what_the_file_has_no_longer_is_told(
    band: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An input that a person removed meanwhile."""
    with running(band):
        text = SESSION.replace('[inputs.kick]\nname = "Kick"\n\n', "")
        band.write_text(text.replace("kick = { gain = -6.0 }\n", ""))
        save(NAME, None)
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"left out, as {band} has it no longer: mixes.drums.sends.kick.gain"
    )


def test_save_to_another_file(
    band: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its path is taken from where one stands, not from where jackrf was started."""
    monkeypatch.chdir(band.parent)
    with running(band):
        save(NAME, Path("copy.toml"))
        copy = band.with_name("copy.toml")
        assert capsys.readouterr().out == f"saved: {copy}\n"
        assert copy.read_text() == SESSION.replace("-6.0", "-7.0")
        assert band.read_text() == SESSION
        with pytest.raises(JackrfError, match="is there already"):
            save(NAME, Path("copy.toml"))


@pytest.mark.parametrize("to", [3, "copy.toml", ""])
def test_a_path_that_is_not_whole_is_refused(band: Path, to: object) -> None:
    """The one who asks stands elsewhere."""
    with running(band), pytest.raises(JackrfError, match="the whole path of a new file"):
        request(NAME, {"do": "save", "to": to})


def test_show_of_a_running_jackrf_has_what_is_not_saved(
    band: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The desk as it is, and below it what the file has not."""
    with running(band):
        show(None, client=NAME, as_toml=False)
        shown = capsys.readouterr().out
        assert "kick   -7.0 C" in shown
        assert shown.endswith("\nNot saved:\n  mixes.drums.sends.kick.gain: -6.0 dB -> -7.0 dB\n")
        show(None, client=NAME, as_toml=True)
        assert capsys.readouterr().out == SESSION.replace("-6.0", "-7.0")
        save(NAME, None)
        capsys.readouterr()
        show(None, client=NAME, as_toml=False)
        assert "Not saved" not in capsys.readouterr().out


def test_show_of_a_file_needs_nobody(band: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a table, or as it stands."""
    show(band, client=NAME, as_toml=False)
    shown = capsys.readouterr().out
    assert "kick   -6.0 C" in shown
    assert "Not saved" not in shown
    show(band, client=NAME, as_toml=True)
    assert capsys.readouterr().out == SESSION


def test_what_is_no_session_is_not_shown(band: Path) -> None:
    """With the line that is wrong; and where nobody runs, how to start one."""
    band.write_text("oops")
    with pytest.raises(InputError, match=r"band.toml:1:5: not TOML"):
        show(band, client=NAME, as_toml=True)
    with pytest.raises(JackrfError, match="start one: jackrf run"):
        show(None, client=NAME, as_toml=False)
    with pytest.raises(JackrfError, match="start one: jackrf run"):
        save(NAME, None)
