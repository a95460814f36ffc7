"""What a file held before is there again: ten times, and for good where the format changed."""

from pathlib import Path

import pytest

from jackrf.errors import StorageError
from jackrf.sessions import backups
from tests.sessions.disks import as_nobody, open_folder


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """The path of a session."""
    return tmp_path / "my.band.toml"


def contents(session: Path) -> list[bytes]:
    """What the copies hold, newest first."""
    return [copy.read_bytes() for copy in backups.copies(session)]


def test_the_last_ten_are_kept(session: Path) -> None:
    """Under numbers that go up, in a folder that git ignores."""
    assert backups.copies(session) == []
    for number in range(25):
        backups.keep(session, b"%d" % number)
    assert contents(session) == [b"%d" % number for number in range(24, 14, -1)]
    folder = session.parent / "backup"
    assert backups.copies(session)[0] == folder / "my.band.0025.toml"
    assert (folder / ".gitignore").read_text() == "*\n"


def test_the_same_is_kept_once(session: Path) -> None:
    """But a content that comes back after another is kept again."""
    for data in (b"a", b"a", b"b", b"b", b"a"):
        backups.keep(session, data)
    assert contents(session) == [b"a", b"b", b"a"]


def test_sessions_beside_each_other_have_copies_of_their_own(session: Path) -> None:
    """However alike their names are; a name without an ending is a name too."""
    others = [session.with_name(name) for name in ("band.toml", "my.band", "my.band.2.toml")]
    for number, path in enumerate([session, *others]):
        backups.keep(path, b"%d" % number)
    for number, path in enumerate([session, *others]):
        assert contents(path) == [b"%d" % number]


def test_a_number_beyond_four_digits_goes_on(session: Path) -> None:
    """Newest is who has the highest number, not whose name sorts last."""
    backups.keep(session, b"a")
    backups.copies(session)[0].rename(backups.named(session, "9999"))
    backups.keep(session, b"b")
    backups.keep(session, b"c")
    assert contents(session) == [b"c", b"b", b"a"]


def test_copies_of_a_link_are_beside_the_real_file(tmp_path: Path) -> None:
    """Where they are found by whoever finds the file."""
    (tmp_path / "git").mkdir()
    real, link = tmp_path / "git" / "band.toml", tmp_path / "now.toml"
    real.touch()
    link.symlink_to(real)
    backups.keep(link, b"a")
    assert backups.copies(real) == backups.copies(link) == [real.parent / "backup/band.0001.toml"]


def test_a_copy_for_good_is_not_pushed_out(session: Path) -> None:
    """The same content is kept once, another one beside it."""
    first = backups.keep_for_good(session, "format-1", b"old")
    assert backups.keep_for_good(session, "format-1", b"old") == first
    second = backups.keep_for_good(session, "format-1", b"older")
    for number in range(25):
        backups.keep(session, b"%d" % number)
    assert (first.name, first.read_bytes()) == ("my.band.format-1.toml", b"old")
    assert (second.name, second.read_bytes()) == ("my.band.format-1-2.toml", b"older")


def test_the_folder_is_forced_to_the_disk(session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name too, or a power cut takes all that is in it."""
    synced: list[Path] = []
    monkeypatch.setattr("jackrf.sessions.backups.sync_folder", synced.append)
    for _ in range(2):
        backups.make_folder(session)
    assert synced == [session.parent]


def test_a_folder_that_cannot_be_made_is_told() -> None:
    """In one line."""
    with open_folder() as folder:
        folder.chmod(0o555)
        with as_nobody(), pytest.raises(StorageError, match="cannot be written: you may not"):
            backups.keep(folder / "a.toml", b"a")
