"""The command line: its table of commands, its help, and the exit codes that scripts rely on."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from jackrf import __version__
from jackrf.cli import app, main
from jackrf.errors import InputError, JackrfError

MAIN = (
    "run",
    "listen",
    "fanout",
    "identify",
    "latency",
    "web",
    "status",
    "sdp",
    "qr",
    "pin",
    "pair",
    "layout",
    "doctor",
    "demo",
)
SESSIONS = ("new", "check", "show", "save", "diff", "list", "migrate", "recall", "scene")
COMMANDS = MAIN + SESSIONS

SESSION = """\
format = 1
name = "Test"

[inputs.kick]
name = "Kick"

[mixes.drums]
name = "Drums"

[mixes.drums.sends]
kick = { gain = -6.0 }
"""


def jackrf(*arguments: str, **environment: object) -> subprocess.CompletedProcess[str]:
    """Run jackrf as a person does, in a process of its own."""
    command = [sys.executable, "-m", "jackrf", *arguments]
    more = {name: str(value) for name, value in environment.items()}
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=os.environ | more
    )


def the_one_line(answer: subprocess.CompletedProcess[str]) -> str:
    """The message of a command that failed: one line on standard error, and no traceback."""
    lines = answer.stderr.splitlines()
    assert len(lines) == 1, answer.stderr
    assert lines[0].startswith("jackrf: ")
    return lines[0]


def app_commands() -> list[str]:
    """The names of all commands that there are."""
    group = get_command(app)
    assert isinstance(group, TyperGroup)
    return list(group.commands)


@pytest.fixture
def session_file(tmp_path: Path) -> Path:
    """A session of one input and one mix, without destinations."""
    path = tmp_path / "session.toml"
    path.write_text(SESSION)
    return path


def test_help_lists_every_command() -> None:
    """`jackrf --help` exits 0 and names all there is."""
    answer = CliRunner().invoke(app, ["--help"])
    assert answer.exit_code == 0
    assert [name for name in COMMANDS if name not in answer.output] == []


def test_the_table_holds_no_other_command() -> None:
    """A command that is added is added here, and to the README where people look for it."""
    assert set(app_commands()) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """`jackrf COMMAND --help` exits 0 and opens with a sentence of what it is for."""
    answer = CliRunner().invoke(app, [command, "--help"])
    assert answer.exit_code == 0
    assert "Usage:" in answer.output


def test_version() -> None:
    """`jackrf --version` prints name and version, and nothing else."""
    answer = jackrf("--version")
    assert (answer.returncode, answer.stdout) == (0, f"jackrf {__version__}\n")


@pytest.mark.parametrize("command", ["run", "listen", "web"])
@pytest.mark.parametrize(
    "error", ["JACK library not found", "libjack.so.0 cannot be loaded: no such file"]
)
def test_a_machine_without_libjack_is_told_what_to_install(
    session_file: Path, command: str, error: str
) -> None:
    """Also where no JACK server is needed; the words are those of JACK-Client, and our own."""
    (session_file.parent / "jack.py").write_text(f"raise OSError({error!r})\n")
    url = {"listen": "udp://127.0.0.1:50990", "web": "rtsp://127.0.0.1:50991/"}
    answer = jackrf(command, url.get(command, str(session_file)), PYTHONPATH=session_file.parent)
    assert the_one_line(answer).endswith(": apt install libjack-jackd2-0")
    assert answer.returncode == 1


def test_help_is_quick() -> None:
    """The table of commands loads neither the compiler nor JACK: each command does when called."""
    program = (
        "import sys, jackrf.cli; "
        "print([name for name in ('numba', 'jack', 'pydantic') if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dance",),
        ("run",),
        ("check", "a.toml", "b.toml"),
        ("listen", "--loud"),
        ("demo", "--seconds", "1"),
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    """An unknown command or option, too few or too many arguments: usage, and exit code 2."""
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("error", "code"),
    [(JackrfError("no JACK server here"), 1), (InputError("gain of 40 dB"), 2)],
)
def test_an_error_is_one_line_and_its_exit_code(
    error: JackrfError,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Whatever a command raises as JackrfError becomes `jackrf: message` and its code."""

    def fail() -> None:
        raise error

    monkeypatch.setattr("jackrf.cli.app", fail)
    with pytest.raises(SystemExit) as exit_info:
        main()
    assert exit_info.value.code == code
    assert capsys.readouterr().err == f"jackrf: {error}\n"


def test_a_good_session_is_checked_with_0(session_file: Path) -> None:
    """`jackrf check` says what would be opened, and exits 0 without JACK."""
    answer = jackrf("check", str(session_file))
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "Kick" in answer.stdout
    assert "Drums" in answer.stdout


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_session_that_is_not_there_exits_with_2(command: str, tmp_path: Path) -> None:
    """A missing file is named in one line."""
    answer = jackrf(command, str(tmp_path / "nowhere.toml"))
    assert answer.returncode == 2
    assert "nowhere.toml" in the_one_line(answer)


def test_a_wrong_session_exits_with_2(session_file: Path) -> None:
    """A gain above the fader's top is told with file, key, what was found and what is allowed."""
    session_file.write_text(SESSION.replace("-6.0", "40.0"))
    answer = jackrf("run", str(session_file))
    assert answer.returncode == 2
    line = the_one_line(answer)
    assert [word for word in ("session.toml", "kick", "gain", "40", "10") if word not in line] == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:5004", "udp://127.0.0.1", "nonsense"])
def test_a_wrong_address_exits_with_2(url: str) -> None:
    """What cannot be listened to is quoted, with the form that is allowed."""
    answer = jackrf("listen", url)
    assert answer.returncode == 2
    line = the_one_line(answer)
    assert url in line
    assert "udp://" in line


@pytest.mark.system
@pytest.mark.parametrize("command", ["run", "listen"])
def test_without_a_server_it_says_how_to_start_one(command: str, session_file: Path) -> None:
    """No JACK server: one line that names it and how to start it, and exit code 1."""
    what = str(session_file) if command == "run" else "udp://127.0.0.1:50040"
    answer = jackrf(command, what, "--server", "jackrf-no-such-server")
    assert answer.returncode == 1
    line = the_one_line(answer)
    assert "jackrf-no-such-server" in line
    assert "jackd" in line


def test_status_of_nobody_says_how_to_start_one() -> None:
    """Where no client of that name runs, status says so in one line and exits with 1."""
    answer = jackrf("status", "--client", "nobody-of-this-name")
    assert answer.returncode == 1
    line = the_one_line(answer)
    assert "nobody-of-this-name" in line
    assert "jackrf run" in line
