"""A broken file is told with its line, and with the copy from which it goes on."""

from pathlib import Path

import pytest

from jackrf.errors import SessionError
from jackrf.sessions import backups
from jackrf.sessions.opening import newest_good_copy, open_session

GOOD = b"""\
format = 2
name = "Good"
[inputs.kick]
name = "Kick"
[mixes.drums]
name = "Drums"
"""
BROKEN = GOOD + b"oops [\n"


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """A session's file, broken, with three copies: a good one, a newer good one, a broken one."""
    path = tmp_path / "band.toml"
    path.write_bytes(BROKEN)
    for data in (GOOD, GOOD.replace(b"Good", b"Newer"), b"torn"):
        backups.keep(path, data)
    return path


def refused(path: Path, *, recover: bool = False) -> list[str]:
    """The lines that say why a session is not opened."""
    with pytest.raises(SessionError) as caught:
        open_session(path, recover=recover)
    return str(caught.value).splitlines()


def test_a_good_file_is_opened_as_it_is(tmp_path: Path) -> None:
    """With its bytes, by which a journal knows it; --recover changes nothing."""
    path = tmp_path / "band.toml"
    path.write_bytes(GOOD)
    for recover in (False, True):
        opened = open_session(path, recover=recover)
        assert (opened.session.name, opened.data, opened.restored) == ("Good", GOOD, "")
        assert opened.changed_at == path.stat().st_mtime
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_file_is_told_with_line_and_column_and_the_good_copy(session: Path) -> None:
    """The newest that can be opened, and the command that starts from it. It is not written."""
    what, offer = refused(session)
    assert what.startswith(f"{session}:7:6: not TOML: ")
    copy = newest_good_copy(session)
    assert copy == backups.folder_of(session) / "band.0002.toml"
    assert offer.startswith(f"{session}: as it was on ")
    assert offer.endswith(
        f" it is in {copy}; to start from that, with all mixes muted: "
        f"jackrf run --recover {session}"
    )
    assert session.read_bytes() == BROKEN


def test_a_file_that_is_gone_is_offered_too(session: Path) -> None:
    """As long as there are copies of it."""
    session.unlink()
    what, offer = refused(session)
    assert "no such file" in what
    assert "jackrf run --recover" in offer


def test_without_a_good_copy_there_is_nothing_to_offer(tmp_path: Path) -> None:
    """Nor to recover."""
    path = tmp_path / "band.toml"
    path.write_bytes(BROKEN)
    assert len(refused(path)) == len(refused(path, recover=True)) == 1
    backups.keep(path, b"torn")
    assert len(refused(path)) == 1


def test_recovering_puts_the_copy_in_its_place(session: Path) -> None:
    """And keeps the broken file for good: somebody's work of an hour may be in it."""
    opened = open_session(session, recover=True)
    newer = GOOD.replace(b"Good", b"Newer")
    assert (opened.session.name, opened.data) == ("Newer", newer)
    assert session.read_bytes() == newer
    broken = backups.named(session, "broken")
    assert broken.read_bytes() == BROKEN
    assert opened.restored.endswith(f"; the broken one is {broken}; all mixes are muted")
    session.unlink()
    assert "it was gone" in open_session(session, recover=True).restored
    assert session.read_bytes() == newer


@pytest.mark.parametrize("recover", [False, True])
def test_a_file_of_a_newer_jackrf_is_left_alone(session: Path, *, recover: bool) -> None:
    """It is not broken, whatever copies there are."""
    session.write_bytes(GOOD.replace(b"format = 2", b"format = 3"))
    [line] = refused(session, recover=recover)
    assert "newer than this jackrf" in line
    assert b"format = 3" in session.read_bytes()


@pytest.mark.parametrize("recover", [False, True])
def test_what_is_no_file_is_left_alone(session: Path, *, recover: bool) -> None:
    """A folder, or a link that leads nowhere, is no broken session."""
    session.unlink()
    session.mkdir()
    assert len(refused(session, recover=recover)) == 1
    session.rmdir()
    session.symlink_to("nowhere.toml")
    assert len(refused(session, recover=recover)) == 1
    assert session.is_symlink()
