"""A session is taken up where it was left, or as its file says, or muted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from jackrf.parameters import Place
from jackrf.running.keeper import Keeper
from jackrf.running.making import make_desk
from jackrf.running.resuming import Resuming, resume
from jackrf.sessions import backups
from jackrf.sessions.journal import Journal, journal_of
from jackrf.sessions.opening import open_session
from jackrf.sessions.store import Changes

SESSION = b"""\
format = 2
name = "Band"
[inputs.kick]
name = "Kick"
[mixes.drums]
name = "Drums"
[mixes.vox]
name = "Vox"
"""
KICK = Place("drums", "kick", "gain")
DRUMS, VOX = Place("drums", None, "mute"), Place("vox", None, "mute")
BEFORE, AFTER = 1e9, 3e9
"""Times before and after the file was written."""


class Taken:
    """What came of taking a session up."""

    def __init__(self, path: Path, how: Resuming) -> None:
        self.said: list[str] = []
        opened = open_session(path, recover=how.recover)
        self.desk = make_desk(opened.session)
        self.keeper: Keeper = resume(
            self.desk, path, opened, how, lambda line, _: self.said.append(line)
        )
        self.keeper._journal.close()  # as the end of a process does

    @property
    def changes(self) -> Changes:
        """What is not saved."""
        return self.keeper.changes


@pytest.fixture
def band(tmp_path: Path) -> Path:
    """A session's file."""
    path = tmp_path / "band.toml"
    path.write_bytes(SESSION)
    return path


def left(path: Path, *gains: float, of: bytes = SESSION, at: float = AFTER) -> None:
    """Leave a journal behind, as a crash does."""
    journal = Journal(path, of)
    for gain in gains:
        journal.append(Changes({KICK: gain}), at)
    journal.close()


@pytest.fixture(autouse=True)
def own_time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Messages name a time of day."""
    monkeypatch.setenv("TZ", "UTC")
    return iter([None])


def test_a_session_that_was_left_saved_is_as_its_file(band: Path) -> None:
    """Nothing is said, nothing is made."""
    taken = Taken(band, Resuming())
    assert (taken.said, taken.changes) == ([], Changes())
    assert [entry.name for entry in band.parent.iterdir()] == ["band.toml"]


def test_what_was_not_saved_is_back(band: Path) -> None:
    """And said, with the time of the last change."""
    left(band, -7.0, -8.0)
    taken = Taken(band, Resuming())
    assert taken.changes == Changes({KICK: -8.0})
    [line] = taken.said
    assert line.startswith(f"1 change is back that {band} has not, the last of ")
    assert line.endswith(": jackrf save")
    assert Taken(band, Resuming()).changes == Changes({KICK: -8.0})


def test_what_is_in_the_file_already_is_not_worth_a_word(band: Path) -> None:
    """A journal that says what the file says."""
    left(band, float("-inf"))
    taken = Taken(band, Resuming())
    assert (taken.said, taken.changes) == ([], Changes())


def test_as_saved_puts_the_rest_aside(band: Path) -> None:
    """It can be looked at, and does not come back."""
    left(band, -7.0)
    taken = Taken(band, Resuming(as_saved=True))
    aside = journal_of(band).with_name("band.journal.old")
    assert taken.said == [f"what was not saved is put aside: {aside}"]
    assert taken.changes == Changes()
    assert Taken(band, Resuming()).changes == Changes()
    assert Taken(band, Resuming(as_saved=True)).said == []


def test_a_file_that_was_edited_later_wins(band: Path) -> None:
    """What is older than it is put aside; what is younger comes back."""
    left(band, -7.0, of=b"another content", at=BEFORE)
    taken = Taken(band, Resuming())
    [line] = taken.said
    assert line.startswith("what was not saved is put aside, as the file is newer: ")
    assert taken.changes == Changes()
    left(band, -8.0, of=b"another content", at=AFTER)
    assert Taken(band, Resuming()).changes == Changes({KICK: -8.0})


def test_a_muted_start_mutes_all(band: Path) -> None:
    """What was not saved is back nevertheless."""
    left(band, -7.0)
    taken = Taken(band, Resuming(muted=True))
    assert taken.changes == Changes({KICK: -7.0, DRUMS: True, VOX: True})


def test_a_recovered_file_starts_muted_and_with_what_was_not_saved(band: Path) -> None:
    """The copy is what was saved last, and the journal goes on from there."""
    backups.keep(band, SESSION)
    left(band, -7.0)
    band.write_bytes(b"oops")
    taken = Taken(band, Resuming(recover=True))
    assert taken.changes == Changes({KICK: -7.0, DRUMS: True, VOX: True})
    assert "is again as it was" in taken.said[0]
    assert "1 change is back" in taken.said[1]
    assert Taken(band, Resuming(recover=True)).said[0].startswith("1 change is back")


@pytest.mark.parametrize("how", [Resuming(), Resuming(as_saved=True)])
def test_a_session_that_is_open_elsewhere_is_left_to_the_other(band: Path, how: Resuming) -> None:
    """Its journal belongs to that one."""
    other = Journal(band, SESSION)
    other.append(Changes({KICK: -7.0}), AFTER)
    taken = Taken(band, how)
    assert taken.changes == Changes()
    [line] = taken.said
    assert "in use: another jackrf has this session open; what is changed here" in line
    other.close()
    assert Taken(band, Resuming()).changes == Changes({KICK: -7.0})


def test_saving_at_the_end_is_handed_on(band: Path) -> None:
    """To the one who does it."""
    assert Taken(band, Resuming(save_at_end=True)).keeper.save_at_end
    assert not Taken(band, Resuming()).keeper.save_at_end
