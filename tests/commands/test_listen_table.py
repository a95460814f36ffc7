"""The commands for hearing a mix: what is refused before anything is opened."""

import pytest
from typer.testing import CliRunner

from jackrf.cli import app


@pytest.mark.parametrize(
    "arguments",
    [
        ("listen",),
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
