"""The command that makes layouts, and the layouts that come with jackrf."""

import json
import zlib
from pathlib import Path

import pytest

from jackrf.commands.layout import READY, layout, main, ready
from jackrf.errors import InputError
from tests.osc.layout.touchosc import TouchOsc

SESSION = """
format = 2
name = "Evening"
[inputs.vox]
name = "Vox"
[mixes.anna]
name = "Anna"
[mixes.anna.sends]
vox = { gain = -6.0 }
"""
OPEN = '[osc]\nlisten = "192.0.2.7"\nport = 9966\n'


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session file that hears surfaces in the network."""
    path = tmp_path / "evening.toml"
    path.write_text(SESSION + OPEN)
    return path


def test_it_writes_the_page_and_says_what_to_set(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The line is as TouchOSC's page of connections asks for it."""
    out = tmp_path / "anna.tosc"
    layout(session, mix="anna", form="tosc", out=out, reply_port=9001, pin="1234")
    assert capsys.readouterr().out.splitlines() == [
        f"{out}: Anna",
        "Connection 1: UDP, host 192.0.2.7, send 9966, receive 9001",
    ]
    assert TouchOsc(out.read_bytes()).taken()[0].args == ("/mix/1", 9001)


def test_it_says_how_to_start_open_stage_control(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its own options, with the addresses of this session."""
    out = tmp_path / "anna.json"
    layout(session, mix="anna", form="open-stage-control", out=out)
    line = f"open-stage-control --load {out} --send 192.0.2.7:9966 --osc-port 9000"
    assert capsys.readouterr().out.splitlines()[1] == line
    assert json.loads(out.read_bytes())["type"] == "session"


def test_it_draws_a_picture(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For which nothing is to be set."""
    out = tmp_path / "anna.png"
    layout(session, mix="anna", form="png", out=out)
    assert out.read_bytes().startswith(b"\x89PNG")
    assert capsys.readouterr().out == f"{out}: Anna\n"


def test_it_says_when_no_tablet_would_get_in(
    session: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A session that says nothing of OSC hears this machine only."""
    session.write_text(SESSION)
    layout(session, mix="anna", form="tosc", out=tmp_path / "anna.tosc")
    assert 'listen = "0.0.0.0"' in capsys.readouterr().out.splitlines()[2]


def test_a_mix_that_is_not_there_is_named(session: Path, tmp_path: Path) -> None:
    """With those that are."""
    with pytest.raises(InputError, match=r"no mix 'bob' in .*: there are anna"):
        layout(session, mix="bob", form="tosc", out=tmp_path / "bob.tosc")


def test_a_file_that_cannot_be_written_is_one_line(session: Path, tmp_path: Path) -> None:
    """It says what to do."""
    with pytest.raises(InputError, match=r"cannot be written .*: name a file"):
        layout(session, mix="anna", form="tosc", out=tmp_path / "none" / "anna.tosc")


@pytest.mark.checkout
def test_the_layouts_that_come_with_jackrf_are_not_stale() -> None:
    """Whoever changes layouts or the session runs `python -m jackrf.commands.layout`."""
    names = []
    for name, content in ready():
        names.append(name)
        stored = (READY / name).read_bytes()
        if name.endswith(".tosc"):
            # Another zlib may pack the same layout into other bytes.
            assert zlib.decompress(stored) == zlib.decompress(content), name
        else:
            assert stored == content, name
    stored_names = {path.name for path in READY.iterdir()}
    assert stored_names == {*names, "drums.png"}


@pytest.mark.checkout
def test_they_are_written_by_a_command(tmp_path: Path) -> None:
    """With a picture of the first."""
    main(tmp_path / "layouts")
    assert {path.suffix for path in (tmp_path / "layouts").iterdir()} == {".tosc", ".json", ".png"}
