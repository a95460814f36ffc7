"""`jackrf check` shows all that a session would open, in a terminal, a file or a pipe."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from jackrf.errors import SessionError
from jackrf.sessions import shipped
from jackrf.sessions.check import check, pan_text, report, send_text
from jackrf.sessions.session import Input, Mix, Send, Session, load
from jackrf.sessions.surfaces import Osc

STUDIO = Session(
    format=2,
    name="Studio [b]1[/b] :smile:",
    inputs={
        "vox": Input(
            name="Käthe", trim=3.0, connect=["ardour:Vox/audio_out 1", "system:capture_1"]
        ),
        "click": Input(name="Click :x:", mute=True),
    },
    mixes={
        "singer": Mix(
            name="Singer",
            gain=-6.0,
            ceiling=-3.5,
            encoding="L24",
            send_to=["udp://192.168.1.31:5004", "udp://[fe80::1]:5004"],
            sends={"vox": Send(gain=-3.0, pan=-0.25), "click": Send(gain=float("-inf"))},
        ),
        "room": Mix(
            name="Room",
            mute=True,
            limiter=False,
            sends={"vox": Send(gain=0.0, pan=1.0, mute=True, solo=True)},
        ),
    },
)


def printed(session: Session, width: int = 120, path: str = "x.toml") -> list[list[str]]:
    """The lines of a report that hold anything, cut into cells where there are two blanks."""
    console = Console(file=io.StringIO(), width=width, markup=False, emoji=False, highlight=False)
    with console.capture() as capture:
        console.print(report(session, Path(path), width))
    lines = [line.strip() for line in capture.get().split("\n")]
    return [line.split("  ") for line in lines if line and set(line) != {"─"}]


def cells(lines: list[list[str]]) -> list[list[str]]:
    """The same without the blanks that fill a column."""
    return [[cell.strip() for cell in line if cell.strip()] for line in lines]


def test_everything_that_would_be_opened_is_shown() -> None:
    """Ports, names and wishes; mixes, levels and destinations; sends in dB and pan."""
    assert cells(printed(STUDIO, width=200)) == [
        [
            (
                "Studio [b]1[/b] :smile:: x.toml is a valid session with 2 inputs, 2 mixes, "
                "2 destinations."
            )
        ],
        ["Inputs"],
        ["port", "id", "name", "trim", "takes its sound from"],
        ["in_01", "vox", "Käthe", "+3.0 dB", "ardour:Vox/audio_out 1"],
        ["system:capture_1"],
        ["in_02", "click", "Click :x:", "0.0 dB muted", "what you connect"],
        ["Mixes"],
        ["ports", "id", "name", "gain", "limit", "code", "sent to"],
        ["mix_01_l/r", "singer", "Singer", "-6.0 dB", "-3.5 dB", "L24", "udp://192.168.1.31:5004"],
        ["udp://[fe80::1]:5004"],
        ["mix_02_l/r", "room", "Room", "0.0 dB muted", "none", "L16", "its ports only"],
        ["Sends (dB, pan)"],
        ["input", "singer", "room"],
        ["vox", "-3.0 L25", "0.0 R100 muted solo"],
        ["click", "off"],
        [
            (
                "Listeners: tune in by RTSP on 127.0.0.1 port 8554, at most 256, 16 of a host. "
                'Only this machine\'s players get in; address = "0.0.0.0" under [listen] lets in '
                "its networks."
            )
        ],
        [
            (
                "OSC: listens on 127.0.0.1 port 9955, UDP and TCP. Only programs on this machine "
                'are heard, as the engineer; listen = "0.0.0.0" lets in its networks.'
            )
        ],
    ]


def test_surfaces_with_a_name_stand_in_a_table() -> None:
    """Below who gets in; without any there is no table."""
    tablet = {"host": "192.168.1.31", "mix": "singer"}
    osc = Osc.model_validate({"listen": "192.168.1.2", "surfaces": [tablet]})
    session = STUDIO.model_copy(update={"osc": osc})
    lines = cells(printed(session, width=200))
    assert lines[-3:] == [
        ["Surfaces"],
        ["is told at", "role", "of", "faders"],
        ["192.168.1.31:9000", "musician", "mix singer", "follow"],
    ]


def test_mixes_that_do_not_fit_beside_each_other_stand_below() -> None:
    """A desk of 32 mixes is readable in a terminal of 80 characters."""
    mixes = {f"m{number}": Mix(name="x", sends={"vox": Send(gain=-1.0)}) for number in range(32)}
    session = Session(format=2, name="x", inputs={"vox": Input(name="x")}, mixes=mixes)
    heads = [line[1:] for line in cells(printed(session, width=80)) if line[0] == "input"]
    assert [len(head) for head in heads] == [4] * 8
    assert [key for head in heads for key in head] == list(mixes)


@pytest.mark.parametrize("width", [1, 20, 40])
def test_a_narrow_terminal_is_no_error(width: int) -> None:
    """It folds; nothing is left out for good."""
    assert printed(STUDIO, width=width)


@pytest.mark.parametrize(
    ("pan", "text"),
    [(0.0, "C"), (-0.0, "C"), (0.004, "C"), (-0.5, "L50"), (1.0, "R100"), (-1.0, "L100")],
)
def test_a_pan_is_written_as_on_a_desk(pan: float, text: str) -> None:
    """Percent of the way to the side."""
    assert pan_text(pan) == text


def test_a_send_is_written_short() -> None:
    """Only what differs from the usual is in words."""
    assert send_text(None) == ""
    assert send_text(Send(gain=-6.0)) == "-6.0 C"
    assert send_text(Send(gain=-90.1, pan=0.5)) == "off"
    assert send_text(Send(gain=2.25, pan=0.5, mute=True)) == "+2.2 R50 muted"


@pytest.mark.parametrize(
    "path", sorted(shipped.folder().glob("*.toml")), ids=lambda path: path.stem
)
def test_every_session_that_comes_with_jackrf_is_shown(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With each of its ids, names, wishes and destinations, and without colours in a pipe."""
    check(path)
    output = capsys.readouterr().out
    session = load(path)
    strips, mixes = session.inputs, session.mixes
    wanted = [*strips, *mixes, str(path)]
    wanted += [strip.name for strip in strips.values()] + [mix.name for mix in mixes.values()]
    wanted += [peer for strip in strips.values() for peer in strip.connect]
    wanted += [url for mix in mixes.values() for url in mix.send_to]
    assert [text for text in wanted if text not in output] == []
    assert "\x1b" not in output


def test_a_wrong_session_is_an_error_and_shows_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown is what would be opened."""
    path = tmp_path / "x.toml"
    path.write_text("format = 2")
    with pytest.raises(SessionError, match="inputs: missing"):
        check(path)
    assert capsys.readouterr().out == ""


def run_check(path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `jackrf check` as a person does."""
    return subprocess.run(
        [sys.executable, "-m", "jackrf", "check", str(path)],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_output_that_knows_only_ascii_gets_ascii(tmp_path: Path) -> None:
    """Names lose their accents there, and nothing fails."""
    path = tmp_path / "x.toml"
    text = (shipped.folder() / "band.toml").read_text().replace('"Vox"', '"Käthe"')
    path.write_text(text, encoding="utf-8")
    answer = run_check(path, PYTHONIOENCODING="ascii")
    assert answer.returncode == 0
    assert "K?the" in answer.stdout
    assert answer.stdout.isascii()
    assert answer.stderr == ""


def test_mistakes_go_to_standard_error_with_exit_code_2(tmp_path: Path) -> None:
    """One line for each."""
    path = tmp_path / "x.toml"
    path.write_text("format = 2\nname = 3\n")
    answer = run_check(path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    lines = answer.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"jackrf: {path}: inputs: missing")


def test_an_encrypted_mix_is_shown_as_such() -> None:
    """Beside its encoding."""
    mixes = {**STUDIO.mixes, "singer": STUDIO.mixes["singer"].model_copy(update={"encrypt": True})}
    lines = cells(printed(STUDIO.model_copy(update={"mixes": mixes})))
    codes = {line[1]: line[5] for line in lines if line[0].startswith("mix_")}
    assert codes == {"singer": "L24 SRTP", "room": "L16"}
