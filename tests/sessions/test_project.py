"""A session in a folder of a session manager's: made, read, saved, and never lost."""

import asyncio
import shutil
from pathlib import Path

import pytest

from jackrf.sessions import backups
from jackrf.sessions.nsm import ErrorCode, NsmError
from jackrf.sessions.project import Project
from jackrf.sessions.writing import write
from tests.sessions.disks import file_size_limit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What nsmd gives to a new client: a path, where there is nothing yet."""
    return tmp_path / "t1" / "jackrf.nYPLM"


@pytest.fixture
def spare(tmp_path: Path) -> Path:
    """A folder on another disk."""
    place = tmp_path / "spare"
    place.mkdir()
    return place


@pytest.fixture
def opened(folder: Path, spare: Path) -> Project:
    """A new project."""
    project = Project(folder, spare)
    project.open("t1")
    return project


def test_a_folder_without_a_session_gets_one(folder: Path, spare: Path) -> None:
    """It has the host's name for the session, and is written at once."""
    opened = Project(folder, spare).open("Saturday")
    assert opened.session.name == "Saturday"
    assert opened.data == (folder / "session.toml").read_bytes()


def test_a_session_that_is_there_is_opened(opened: Project, spare: Path) -> None:
    """Byte by byte as it is, whatever the host calls it now."""
    before = opened.path.read_bytes()
    assert Project(opened.path.parent, spare).open("another name").session.name == "t1"
    assert opened.path.read_bytes() == before


def test_a_broken_file_is_left_alone(opened: Project, spare: Path) -> None:
    """Error -9 with file, line and problem in one line; nothing is written over it."""
    text = opened.path.read_text().replace('"t1"', "7")
    for number in range(2, 6):
        text = text.replace(f"[inputs.in-{number}]", f"[inputs.IN-{number}]")
    opened.path.write_text(text)
    before = opened.path.read_bytes()
    wrong = r"session\.toml:6: name = 7.*; 3 more: jackrf check .*; .*IN-5"
    with pytest.raises(NsmError, match=wrong) as caught:
        Project(opened.path.parent, spare).open("t1")
    assert caught.value.code == ErrorCode.BAD_PROJECT
    assert "\n" not in str(caught.value)
    assert opened.path.read_bytes() == before


def test_a_newer_format_is_left_alone(opened: Project, spare: Path) -> None:
    """It is for a newer jackrf."""
    opened.path.write_text("format = 99\n")
    with pytest.raises(NsmError, match="update jackrf") as caught:
        Project(opened.path.parent, spare).open("t1")
    assert caught.value.code == ErrorCode.BAD_PROJECT


def test_a_file_that_has_gone_is_not_made_anew(opened: Project, spare: Path) -> None:
    """Where there are copies of it, the session was not empty: the newest copy is named."""
    backups.keep(opened.path, opened.path.read_bytes())
    opened.path.unlink()
    with pytest.raises(NsmError, match=r"backup/session\.0001\.toml") as caught:
        Project(opened.path.parent, spare).open("t1")
    assert caught.value.code == ErrorCode.BAD_PROJECT
    assert not opened.path.exists()


def test_a_link_that_leads_nowhere_is_no_new_session(folder: Path, spare: Path) -> None:
    """What it led to may be on a disk that is away."""
    folder.mkdir(parents=True)
    (folder / "session.toml").symlink_to("/no/such/disk/session.toml")
    with pytest.raises(NsmError):
        Project(folder, spare).open("t1")
    assert (folder / "session.toml").is_symlink()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, spare: Path) -> None:
    """As an error of the host's kind, in one line."""
    (tmp_path / "t1").write_text("a file where a folder should be")
    with pytest.raises(NsmError, match="cannot be written") as caught:
        Project(tmp_path / "t1" / "jackrf.nYPLM", spare).open("t1")
    assert caught.value.code == ErrorCode.GENERAL


async def save_copy(place: Path) -> None:
    """Write a copy, as a keeper does."""
    write(place, b"all of it\n")


def keep_copy(project: Project) -> str:
    """Let a save have failed."""
    return asyncio.run(project.keep_emergency_copy(save_copy))


def test_the_emergency_copy_stands_beside_the_file(opened: Project) -> None:
    """And the text says where."""
    copy = opened.path.parent / "session.emergency-1.toml"
    assert keep_copy(opened) == f"all is in {copy}"
    assert copy.read_text() == "all of it\n"


def test_the_newest_emergency_copy_replaces_the_one_before(opened: Project) -> None:
    """While saves fail there is one; when one does not, there is none."""
    for _ in range(3):
        keep_copy(opened)
        assert list(opened.path.parent.glob("session.emergency-*")) == [opened.emergency]
    opened.forget_emergency_copy()
    assert not list(opened.path.parent.glob("session.emergency-*"))
    assert opened.emergency is None
    opened.forget_emergency_copy()


def test_the_copy_of_an_earlier_run_is_kept(opened: Project) -> None:
    """Somebody may still want it."""
    earlier = opened.path.parent / "session.emergency-1.toml"
    earlier.write_text("from a crash\n")
    keep_copy(opened)
    opened.forget_emergency_copy()
    assert earlier.read_text() == "from a crash\n"


def test_the_copy_goes_elsewhere_if_it_must(opened: Project, spare: Path) -> None:
    """A folder that is gone takes no copy; another disk does."""
    shutil.rmtree(opened.path.parent)
    assert keep_copy(opened) == f"all is in {spare / 'session.emergency-1.toml'}"


def test_where_there_is_no_room_it_is_said(opened: Project) -> None:
    """A disk that is full takes no copy; one that is there already stays."""
    with file_size_limit(5):
        assert keep_copy(opened) == "there is no copy either"
    keep_copy(opened)
    with file_size_limit(5):
        assert keep_copy(opened) == f"all is in {opened.emergency}"
    assert opened.emergency is not None
    assert opened.emergency.read_text() == "all of it\n"
