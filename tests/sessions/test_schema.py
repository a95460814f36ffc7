"""The schema that editors take is the one that jackrf holds a session to."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from jackrf.sessions import shipped
from jackrf.sessions.schema import NAME, schema_text


def test_the_schema_beside_the_sessions_is_fresh() -> None:
    """After a change of the schema: python -m jackrf.sessions.schema."""
    assert (shipped.folder() / NAME).read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize(
    "path", sorted(shipped.folder().glob("*.toml")), ids=lambda path: path.stem
)
def test_sessions_that_come_with_jackrf_name_it(path: Path) -> None:
    """In their first line, where editors look for it."""
    assert path.read_text(encoding="utf-8").startswith(f"#:schema {NAME}\n")


def test_keys_of_anybody_are_no_mistakes_to_an_editor() -> None:
    """Every table lets x- keys pass and no other unknown ones."""
    schema = json.loads(schema_text())
    tables = [schema, *schema["$defs"].values()]
    assert [table["patternProperties"] for table in tables] == [{"^x-": True}] * len(tables)
    assert [table["additionalProperties"] for table in tables] == [False] * len(tables)


def test_it_is_written_by_a_command(tmp_path: Path) -> None:
    """To any file."""
    path = tmp_path / "any.json"
    command = [sys.executable, "-m", "jackrf.sessions.schema", str(path)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert answer.stdout == f"{path}\n"
    assert path.read_text(encoding="utf-8") == schema_text()
