"""What changed since the last save is found again after a power cut."""

import fcntl
import json
import math
from pathlib import Path

import pytest

from jackrf.errors import StorageError
from jackrf.parameters import Place
from jackrf.sessions.journal import (
    LONGEST,
    Journal,
    Recovered,
    journal_of,
    put_aside,
    recovered,
)
from jackrf.sessions.store import Changes
from tests.sessions.disks import as_nobody, file_size_limit, open_folder

KICK = Place("drums", "kick", "gain")
CONNECT = Place(None, "kick", "connect")
LEFT = Place("drums", None, "connect_left")
MUTE = Place(None, "vox", "mute")
NAME = Place("drums", None, "name")
FILE = b"what the file holds"
LATER = 2e9
"""A time after all that is written here."""


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """The path of a session."""
    path = tmp_path / "band.toml"
    path.write_bytes(FILE)
    return path


def test_what_was_appended_is_recovered(session: Path) -> None:
    """Values of every kind, the last one of each place, and wishes."""
    journal = Journal(session, FILE)
    journal.append(Changes({KICK: -6.0, MUTE: True}), 1000.0)
    journal.append(Changes({NAME: "Käthe"}, {CONNECT: ["a:b"], LEFT: ["c:d"]}), 1001.5)
    journal.append(Changes({KICK: -math.inf}), 1002.25)
    journal.close()
    assert recovered(session, FILE, LATER) == Recovered(
        Changes({KICK: -math.inf, MUTE: True, NAME: "Käthe"}, {CONNECT: ["a:b"], LEFT: ["c:d"]}),
        1002.25,
    )


def test_nothing_is_written_before_there_is_a_change(session: Path) -> None:
    """A session that was only looked at leaves no trace."""
    journal = Journal(session, FILE)
    journal.mark(b"x", 1.0)
    journal.compact(Changes(), 1.0)
    journal.empty(FILE)
    journal.close()
    journal.close()
    assert [entry.name for entry in session.parent.iterdir()] == ["band.toml"]
    assert recovered(session, FILE, LATER) == Recovered()


def test_a_save_empties_it(session: Path) -> None:
    """What comes after is a change of the new file."""
    journal = Journal(session, FILE)
    journal.append(Changes({KICK: -6.0}), 1000.0)
    journal.mark(b"new", 1001.0)
    journal.empty(b"new")
    journal.append(Changes({MUTE: True}), 1002.0)
    journal.close()
    assert recovered(session, b"new", LATER).changes == Changes({MUTE: True})


def test_an_empty_one_is_removed(session: Path) -> None:
    """At the end of a run that saved."""
    journal = Journal(session, FILE)
    journal.append(Changes({KICK: -6.0}), 1000.0)
    journal.empty(b"new")
    journal.close()
    assert not journal_of(session).exists()


def test_what_was_recovered_goes_with_the_next_save(session: Path) -> None:
    """Though nothing was written to it since; that of another jackrf is left alone."""
    first = Journal(session, FILE)
    first.append(Changes({KICK: -6.0}), 1000.0)
    second = Journal(session, FILE)
    second.take()
    second.mark(b"new", 1001.0)
    second.empty(b"new")
    second.close()
    first.close()
    assert recovered(session, FILE, LATER).changes == Changes({KICK: -6.0})
    second = Journal(session, FILE)
    second.take()
    second.mark(b"new", 1001.0)
    assert recovered_now(second, session, b"new") == Changes()
    second.empty(b"new")
    second.close()
    assert not journal_of(session).exists()


def test_a_crash_between_save_and_emptying_brings_nothing_old_back(session: Path) -> None:
    """What stands before the save is in the file; a person may have changed it since."""
    journal = Journal(session, FILE)
    journal.append(Changes({KICK: -6.0}), 1000.0)
    journal.mark(b"new", 1001.0)
    journal.append(Changes({MUTE: True}), 1002.0)
    journal.close()
    assert recovered(session, b"new", LATER) == Recovered(Changes({MUTE: True}), 1002.0)
    assert recovered(session, FILE, LATER).changes == Changes({KICK: -6.0, MUTE: True})


def test_in_a_file_of_somebody_else_only_what_is_younger_comes_back(session: Path) -> None:
    """By the time of its last change, as the journal does not know its content."""
    journal = Journal(session, FILE)
    for number in range(4):
        journal.append(Changes({KICK: -6.0 - number}), 1000.0 + number)
    journal.close()
    assert recovered(session, b"by hand", 1001.5) == Recovered(
        Changes({KICK: -9.0}), 1003.0, older=2
    )
    assert recovered(session, b"by hand", LATER) == Recovered(older=4)


@pytest.mark.parametrize("cut", range(1, 52, 7))
def test_a_torn_last_line_is_ignored(session: Path, cut: int) -> None:
    """And what is appended after it is not glued to it."""
    journal = Journal(session, FILE)
    journal.append(Changes({MUTE: True}), 1000.0)
    journal.append(Changes({KICK: -6.0}), 1001.0)
    journal.close()
    whole = journal_of(session).read_bytes()
    journal_of(session).write_bytes(whole[:-cut])
    expected = Changes({MUTE: True, KICK: -6.0}) if cut == 1 else Changes({MUTE: True})
    assert recovered(session, FILE, LATER).changes == expected
    journal = Journal(session, FILE)
    journal.append(Changes({NAME: "x"}), 1002.0)
    journal.close()
    assert recovered(session, FILE, LATER).changes.values[NAME] == "x"


@pytest.mark.parametrize(
    "line",
    [
        "3",
        "[]",
        '{"at": 1}',
        '{"at": "x", "set": 3, "connect": 4}',
        '{"set": [1, [], ["drums"], ["drums", "kick", "gain", 99], ["a", "b", "c", 1]]}',
        '{"set": [[{}, [], "gain", 1]], "connect": {"kick": 3, "vox": [1]}}',
        "\x00\x00\x00",
        "NaN",
        "[" * 100_000,
        '{"at": 1e999, "set": []}',
    ],
)
def test_nonsense_in_it_is_left_out(session: Path, line: str) -> None:
    """A disk that was not synced may hold anything."""
    journal = Journal(session, FILE)
    journal.append(Changes({MUTE: True}), 1000.0)
    journal.close()
    with journal_of(session).open("a") as file:
        file.write(line + "\n")
    assert recovered(session, FILE, LATER).changes.values[MUTE] is True


def test_a_journal_of_another_version_is_not_read(session: Path) -> None:
    """Of a newer jackrf, or none at all."""
    journal = Journal(session, FILE)
    journal.append(Changes({MUTE: True}), 1000.0)
    journal.close()
    text = journal_of(session).read_text()
    journal_of(session).write_text(text.replace('"journal":1', '"journal":2'))
    assert recovered(session, FILE, LATER) == Recovered(older=2)


def test_two_jackrfs_do_not_write_to_one_journal(session: Path) -> None:
    """The second is told; the first one's changes are not taken for left-overs."""
    first, second = Journal(session, FILE), Journal(session, FILE)
    first.append(Changes({KICK: -6.0}), 1000.0)
    with pytest.raises(StorageError, match="in use: another jackrf has this session open"):
        second.append(Changes({KICK: -7.0}), 1001.0)
    with pytest.raises(StorageError, match="in use: another jackrf has this session open"):
        recovered(session, FILE, LATER)
    first.close()
    assert recovered(session, FILE, LATER).changes == Changes({KICK: -6.0})


def test_what_another_has_left_is_not_emptied(session: Path) -> None:
    """Who ran beside it and saves puts it aside with its own; until then both are there."""
    first, second = Journal(session, FILE), Journal(session, FILE)
    first.append(Changes({KICK: -6.0}), 1000.0)
    first.close()
    second.mark(b"new", 1001.0)
    second.empty(FILE)
    second.close()
    assert recovered(session, FILE, LATER).changes == Changes({KICK: -6.0})
    second.append(Changes({MUTE: True}), 1002.0)
    second.compact(Changes({MUTE: True}), 1002.0)
    assert recovered_now(second, session) == Changes({KICK: -6.0, MUTE: True})
    second.empty(b"new")
    assert b"kick" in journal_of(session).with_name("band.journal.old").read_bytes()
    second.append(Changes({NAME: "x"}), 1003.0)
    assert recovered_now(second, session, b"new") == Changes({NAME: "x"})
    second.empty(b"newer")
    second.close()
    assert not journal_of(session).exists()


def test_one_that_is_removed_while_it_is_opened_is_made_anew(
    session: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who had it until then has just ended: what is written goes where it is found."""
    first, second = Journal(session, FILE), Journal(session, FILE)
    first.append(Changes({KICK: -6.0}), 1000.0)
    first.empty(FILE)
    real = fcntl.flock

    def flock(file: int, how: int) -> None:
        monkeypatch.setattr("fcntl.flock", real)
        first.close()
        real(file, how)

    monkeypatch.setattr("fcntl.flock", flock)
    second.append(Changes({MUTE: True}), 1001.0)
    second.close()
    assert recovered(session, FILE, LATER).changes == Changes({MUTE: True})


def test_a_long_one_is_written_anew(session: Path) -> None:
    """With one line for all that it says; before that, never."""
    journal = Journal(session, FILE)
    journal.append(Changes({NAME: "x" * 64}), 1000.0)
    journal.compact(Changes({KICK: -6.0}), 1001.0)
    assert recovered_now(journal, session).values == {NAME: "x" * 64}
    while journal_of(session).stat().st_size <= LONGEST:
        journal.append(Changes({Place("m", f"s{n}", "gain"): -1.0 for n in range(4000)}), 1002.0)
    journal.compact(Changes({KICK: -6.0, MUTE: True}), 1003.0)
    assert len(journal_of(session).read_bytes()) < 200
    journal.append(Changes({KICK: -7.0}), 1004.0)
    assert recovered_now(journal, session) == Changes({KICK: -7.0, MUTE: True})


def test_a_disk_that_takes_no_new_one_leaves_the_long_one(session: Path) -> None:
    """And it is written to as before."""
    journal = Journal(session, FILE)
    many = Changes({Place("m", f"s{n}", "gain"): -1.0 for n in range(40_000)})
    journal.append(many, 1000.0)
    size = journal_of(session).stat().st_size
    with file_size_limit(20), pytest.raises(StorageError, match="cannot be written"):
        journal.compact(Changes({KICK: -6.0}), 1001.0)
    assert journal_of(session).stat().st_size == size
    journal.append(Changes({MUTE: True}), 1002.0)
    assert recovered_now(journal, session).values[MUTE] is True


def test_what_is_no_journal_is_told(session: Path) -> None:
    """A folder of that name."""
    journal_of(session).mkdir(parents=True)
    with pytest.raises(StorageError, match="cannot be read"):
        recovered(session, FILE, LATER)


def recovered_now(journal: Journal, session: Path, data: bytes = FILE) -> Changes:
    """What would be found if the process ended here."""
    copy = session.parent / "elsewhere" / session.name
    (copy.parent / "backup").mkdir(parents=True, exist_ok=True)
    journal_of(copy).write_bytes(journal.path.read_bytes())
    return recovered(copy, data, LATER).changes


def test_a_disk_that_takes_half_a_line_keeps_none_of_it(session: Path) -> None:
    """What comes after is whole again."""
    journal = Journal(session, FILE)
    journal.append(Changes({KICK: -6.0}), 1000.0)
    size = journal_of(session).stat().st_size
    with file_size_limit(size + 20), pytest.raises(StorageError, match="cannot be written"):
        journal.append(Changes({MUTE: True}), 1001.0)
    journal.append(Changes({NAME: "x"}), 1002.0)
    journal.close()
    lines = journal_of(session).read_text().splitlines()
    assert [json.loads(line).get("set") for line in lines] == [
        None,
        [["drums", "kick", "gain", -6.0]],
        [["drums", None, "name", "x"]],
    ]


def test_a_folder_that_may_not_be_written_is_told() -> None:
    """Nothing is kept then, and whoever asks for it hears so."""
    with open_folder() as folder:
        folder.chmod(0o555)
        journal = Journal(folder / "band.toml", FILE)
        with as_nobody(), pytest.raises(StorageError, match="you may not write in"):
            journal.append(Changes({KICK: -6.0}), 1000.0)
        journal.close()


def test_what_cannot_be_put_aside_is_told() -> None:
    """In a folder that may not be written."""
    with open_folder() as folder:
        journal = Journal(folder / "band.toml", FILE)
        journal.append(Changes({KICK: -6.0}), 1000.0)
        journal.close()
        (folder / "backup").chmod(0o555)
        with as_nobody(), pytest.raises(StorageError, match="you may not write in"):
            put_aside(folder / "band.toml")
        (folder / "backup").chmod(0o755)


def test_what_is_not_wanted_is_put_aside(session: Path) -> None:
    """It is not lost: under another name it can be looked at."""
    assert put_aside(session) is None
    journal = Journal(session, FILE)
    journal.append(Changes({KICK: -6.0}), 1000.0)
    journal.close()
    aside = put_aside(session)
    assert aside == session.parent / "backup" / "band.journal.old"
    assert b"kick" in aside.read_bytes()
    assert recovered(session, FILE, LATER) == Recovered()
