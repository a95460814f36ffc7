"""A session in a folder of a session manager's: made, read, saved, and never lost."""

import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jackrf.errors import JackrfError
from jackrf.parameters import Place
from jackrf.sessions.nsm import ErrorCode, NsmError
from jackrf.sessions.project import Project
from jackrf.sessions.session import load
from jackrf.sessions.store import Changes

GAIN = Place("mix-1", "in-1", "gain")
LOUDER = Changes({GAIN: -6.0})


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


@contextmanager
def full_disk(size: int = 100) -> Iterator[None]:
    """Let no file grow beyond some bytes, as if the disk were full there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def in_the_way(project: Project) -> Path:
    """Put something where the file is written first, so that a save fails."""
    obstacle = project.path.with_name(f".{project.path.name}.new")
    obstacle.mkdir()
    return obstacle


def test_a_folder_without_a_session_gets_one(folder: Path, spare: Path) -> None:
    """It has the host's name for the session, and is written at once."""
    session = Project(folder, spare).open("Saturday")
    assert session.name == "Saturday"
    assert load(folder / "session.toml") == session


def test_a_session_that_is_there_is_opened(opened: Project, spare: Path) -> None:
    """Byte by byte as it is, whatever the host calls it now."""
    before = opened.path.read_bytes()
    assert Project(opened.path.parent, spare).open("another name").name == "t1"
    assert opened.path.read_bytes() == before


def test_a_broken_file_is_left_alone(opened: Project, spare: Path) -> None:
    """Error -9 with file, line and problem in one line; nothing is written over it."""
    text = opened.path.read_text().replace('"t1"', "7").replace("[inputs.in-2]", "[inputs.Kick]")
    opened.path.write_text(text)
    before = opened.path.read_bytes()
    wrong = r"session\.toml:6: name = 7.*1 more: jackrf check"
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
    opened.save(LOUDER)
    opened.path.unlink()
    with pytest.raises(NsmError, match=r"is gone, and .*backup/session\.0002\.toml") as caught:
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


def test_a_save_writes_what_changed(opened: Project) -> None:
    """The gain, and no other line."""
    before = opened.path.read_text().splitlines()
    opened.save(LOUDER)
    after = opened.path.read_text().splitlines()
    assert set(after) - set(before) == {"in-1 = { gain = -6.0 }"}
    assert load(opened.path).mixes["mix-1"].sends["in-1"].gain == -6.0


def test_a_failed_save_leaves_a_copy_beside(opened: Project) -> None:
    """The file is as it was, the copy has everything, and the text says where it is."""
    before = opened.path.read_bytes()
    in_the_way(opened)
    with pytest.raises(JackrfError, match=r"all is in .*session\.emergency-1\.toml"):
        opened.save(LOUDER)
    assert opened.path.read_bytes() == before
    assert opened.emergency == opened.path.parent / "session.emergency-1.toml"
    assert load(opened.emergency).mixes["mix-1"].sends["in-1"].gain == -6.0


def test_the_copy_goes_when_the_save_comes_true(opened: Project) -> None:
    """While saves fail there is one copy, the newest; after one that does not, there is none."""
    obstacle = in_the_way(opened)
    for gain in (-6.0, -7.0, -8.0):
        with pytest.raises(JackrfError):
            opened.save(Changes({GAIN: gain}))
        [copy] = opened.path.parent.glob("session.emergency-*")
        assert copy == opened.emergency
        assert load(copy).mixes["mix-1"].sends["in-1"].gain == gain
    obstacle.rmdir()
    opened.save(Changes({GAIN: -8.0}))
    assert load(opened.path).mixes["mix-1"].sends["in-1"].gain == -8.0
    assert not list(opened.path.parent.glob("session.emergency-*"))
    assert opened.emergency is None


def test_the_copy_of_an_earlier_run_is_kept(opened: Project) -> None:
    """Somebody may still want it."""
    earlier = opened.path.parent / "session.emergency-1.toml"
    earlier.write_text("from a crash\n")
    obstacle = in_the_way(opened)
    with pytest.raises(JackrfError):
        opened.save(LOUDER)
    obstacle.rmdir()
    opened.save(LOUDER)
    assert earlier.read_text() == "from a crash\n"


def test_the_copy_goes_elsewhere_if_it_must(opened: Project, spare: Path) -> None:
    """A folder that is gone takes no copy; another disk does."""
    shutil.rmtree(opened.path.parent)
    with pytest.raises(JackrfError, match="spare"):
        opened.save(LOUDER)
    assert opened.emergency == spare / "session.emergency-1.toml"
    assert load(opened.emergency).mixes["mix-1"].sends["in-1"].gain == -6.0


def test_a_full_disk_harms_nothing(opened: Project) -> None:
    """Nowhere is there room for a copy: that is said, the file is whole, and a later save works."""
    before = opened.path.read_bytes()
    with full_disk(), pytest.raises(JackrfError, match="no copy either; it is tried again"):
        opened.save(LOUDER)
    assert opened.path.read_bytes() == before
    assert opened.emergency is None
    opened.save(LOUDER)
    assert load(opened.path).mixes["mix-1"].sends["in-1"].gain == -6.0
