"""The commands for session files do what they are called."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from jackrf.cli import app
from jackrf.sessions.session import load


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*arguments: str) -> tuple[int, str]:
    """The exit code and the output of a command."""
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


def test_a_session_from_its_making_to_its_comparison() -> None:
    """New, check, show, list, diff, migrate: as a person would go through them."""
    assert ask("new", "gig", "--like", "two-mics", "--name", "Friday")[0] == 0
    assert ask("new", "other", "--inputs", "3", "--mixes", "1")[0] == 0
    assert len(load(Path("other.toml")).inputs) == 3
    code, text = ask("check", "gig.toml")
    assert (code, "Friday: gig.toml is a valid session" in text) == (0, True)
    assert "Anna" in ask("show", "gig.toml")[1]
    assert ask("show", "gig.toml", "--toml")[1] == Path("gig.toml").read_text()
    assert "gig.toml" in ask("list")[1]
    assert ask("diff", "gig.toml", "gig.toml") == (0, "")
    code, text = ask("diff", "gig.toml", "other.toml")
    assert (code, "- inputs.anna" in text) == (1, True)
    assert "of format 2 already" in ask("migrate", "gig.toml")[1]


@pytest.mark.parametrize(
    "arguments",
    [("new",), ("new", "x", "--inputs", "65"), ("diff", "gig.toml"), ("show", "a", "b")],
)
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    """Too few, too many, out of range."""
    assert ask(*arguments)[0] == 2
