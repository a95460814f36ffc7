"""A session of an older format is read, and becomes one of the present format."""

import tomllib
from pathlib import Path

from jackrf.sessions.migration import FORMAT, OLDEST, STEPS, migrated
from jackrf.sessions.session import load

OLD = """\
# from the days of format 1
name = "Old"
format   = 1      # the first

[inputs.kick]
name = "Kick"

[mixes.drums]
name = "Drums"
sends.kick = { gain = -6.0 }
"""


def test_every_format_has_a_way_to_the_next() -> None:
    """From the oldest that is known to the one that is written, without a gap."""
    assert list(STEPS) == list(range(OLDEST, FORMAT))


def test_format_1_becomes_format_2() -> None:
    """Its number goes up; comments and everything else stay as they are."""
    assert migrated(OLD, tomllib.loads(OLD)) == OLD.replace("= 1 ", "= 2 ")


def test_the_present_format_stays_as_it_is() -> None:
    """And so does what is no format at all: the validation tells what is wrong with it."""
    for number in (str(FORMAT), "0", "true", '"1"', "1.0"):
        text = OLD.replace("= 1 ", f"= {number} ")
        assert migrated(text, tomllib.loads(text)) == text
    assert migrated("", {}) == ""


def test_an_old_session_opens_as_it_is(tmp_path: Path) -> None:
    """The file is read, not written."""
    path = tmp_path / "old.toml"
    path.write_text(OLD)
    session = load(path)
    assert session.format == FORMAT
    assert session.mixes["drums"].sends["kick"].gain == -6.0
    assert path.read_text() == OLD
