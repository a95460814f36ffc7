"""The schema that editors take is the one that jackrf holds a session to."""

import subprocess
import sys

import pytest

from jackrf.sessions import shipped
from jackrf.sessions.schema import NAME, schema_text


def test_the_schema_beside_the_sessions_is_fresh() -> None:
    """After a change of the schema: python -m jackrf.sessions.schema."""
    assert (shipped.folder() / NAME).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    "path", sorted(shipped.folder().glob("*.toml")), ids=lambda path: path.stem
)
def test_sessions_that_come_with_jackrf_name_it(path: str) -> None:
    """In their first line, where editors look for it."""
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - the parameter may be any path
        assert file.readline() == f"#:schema {NAME}\n"


def test_keys_of_anybody_are_no_mistakes_to_an_editor() -> None:
    """Every table lets x- keys pass and no other unknown ones."""
    assert schema_text().count('"^x-": true') == schema_text().count(
        '"additionalProperties": false,\n      "description"'
    ) + schema_text().count('"additionalProperties": false,\n  "description"')


def test_it_is_written_by_a_command() -> None:
    """To the folder of the sessions."""
    command = [sys.executable, "-m", "jackrf.sessions.schema"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == f"{shipped.folder() / NAME}\n"
