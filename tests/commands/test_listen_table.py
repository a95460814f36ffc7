"""The commands for hearing a mix: what is refused before anything is opened."""

import pytest
from typer.testing import CliRunner

from jackrf.cli import app
from jackrf.errors import InputError


def test_listen_needs_an_address() -> None:
    """Unless it is only to list the sound cards: one line, with an example."""
    answer = CliRunner().invoke(app, ["listen"])
    assert isinstance(answer.exception, InputError)
    assert str(answer.exception).endswith("jackrf listen udp://0.0.0.0:5004")


@pytest.mark.parametrize(
    "arguments",
    [
        ("listen", "udp://0.0.0.0:5004", "udp://0.0.0.0:5006"),
        ("identify",),
        ("identify", "drums", "--seconds", "61"),
    ],
)
def test_a_wrong_command_line_exits_with_2(arguments: tuple[str, ...]) -> None:
    """Too few, too many, out of range."""
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exit_code == 2
    assert "Traceback" not in answer.output
