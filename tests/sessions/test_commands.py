"""Session files are made, listed, and brought to the present format."""

from pathlib import Path

import pytest

from jackrf.errors import InputError, SessionError
from jackrf.parameters import Place
from jackrf.sessions import backups, shipped
from jackrf.sessions.commands import list_sessions, migrate, new
from jackrf.sessions.difference import differences
from jackrf.sessions.journal import Journal
from jackrf.sessions.session import load
from jackrf.sessions.store import Changes, content

OLD = """\
format = 1
name = "Old"   # how it was
[inputs.kick]
name = "Kick"
[mixes.drums]
name = "Drums"
"""


def make(path: Path, like: str | None = None, name: str | None = None) -> None:
    """Make a session of 3 inputs and 2 mixes, or like another one."""
    new(path, like=like, name=name, inputs=3, mixes=2)


def test_a_new_session_is_silent_and_opens(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its name is made from the file's; the ending is added."""
    make(tmp_path / "friday_gig-2")
    path = tmp_path / "friday_gig-2.toml"
    session = load(path)
    assert session.name == "friday gig 2"
    assert (len(session.inputs), len(session.mixes)) == (3, 2)
    assert not session.to_mixer().matrix().any()
    assert capsys.readouterr().out == (
        f"{path} is made. Edit it; jackrf check {path} says what it opens\n"
    )


@pytest.mark.parametrize("like", ["band", "studio", "two-mics"])
def test_a_session_like_one_that_comes_with_jackrf(tmp_path: Path, like: str) -> None:
    """All but its name, and the line that leads to a schema that is not there."""
    path = tmp_path / "gig.toml"
    make(path, like, 'Käthes "Gig"')
    model = load(shipped.shipped_session(like))
    [difference] = differences(model, load(path))
    assert difference.location == ("name",)
    text = path.read_text()
    assert load(path).name == 'Käthes "Gig"'
    assert not text.startswith("#:")
    assert text.count("#") == shipped.shipped_session(like).read_text().count("#") - 2


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    """Nor what a name stands for that leads nowhere."""
    path = tmp_path / "gig.toml"
    path.write_text("mine")
    with pytest.raises(InputError, match="is there already: give the path of a new file"):
        make(tmp_path / "gig")
    assert path.read_text() == "mine"
    path.unlink()
    path.symlink_to("nowhere")
    with pytest.raises(InputError, match="is there already"):
        make(path)


def test_a_name_that_no_session_may_have_is_refused(tmp_path: Path) -> None:
    """Nothing is made then."""
    with pytest.raises(InputError, match="choose band"):
        make(tmp_path / "gig.toml", "orchestra")
    with pytest.raises(SessionError, match="name = "):
        make(tmp_path / "gig.toml", "band", "two\nlines")
    assert list(tmp_path.iterdir()) == []


def listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> list[list[str]]:
    """The rows of the list of sessions, without its head and foot."""
    list_sessions(folder)
    rows = capsys.readouterr().out.splitlines()
    return [row.split() for row in rows if ".toml" in row]


def test_sessions_are_listed_with_their_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files that are no sessions are not; broken sessions are told with their line."""
    (tmp_path / "a.toml").write_text(OLD)
    (tmp_path / "b.toml").write_text(OLD.replace('"Kick"', "Kick"))
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "image.toml").write_bytes(b"\xff")
    (tmp_path / "c.toml").write_text(OLD)
    backups.keep(tmp_path / "c.toml", b"x")
    journal = Journal(tmp_path / "c.toml", content(tmp_path / "c.toml"))
    journal.append(Changes({Place("drums", None, "gain"): -3.0}), 1.0)
    journal.close()
    first, second, third = listed(tmp_path, capsys)
    assert first[:4] == ["a.toml", "Old", "1", "1"]
    assert first[-2:] == ["0", "good"]
    assert second[0] == "b.toml"
    assert second[4:8] == ["broken:", "line", "4:8:", "not"]
    assert third[-4:] == ["1", "changes", "not", "saved"]


def test_an_empty_folder_says_how_to_begin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the sessions that come with jackrf."""
    list_sessions(tmp_path)
    text = " ".join(capsys.readouterr().out.split())
    assert "jackrf new NAME makes one" in text
    assert "--like: band, studio, two-mics" in text
    with pytest.raises(InputError, match="no such folder"):
        list_sessions(tmp_path / "nowhere")


def test_an_old_session_is_migrated_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The old file is kept for good; comments stay."""
    path = tmp_path / "old.toml"
    path.write_text(OLD)
    migrate(path)
    assert path.read_text() == OLD.replace("format = 1", "format = 2")
    kept = backups.named(path, "format-1")
    assert kept.read_text() == OLD
    assert capsys.readouterr().out == f"{path} is of format 2 now; as it was it is in {kept}\n"
    before = path.stat()
    migrate(path)
    assert path.stat() == before
    assert capsys.readouterr().out == f"{path} is of format 2 already: nothing to do\n"


@pytest.mark.parametrize("text", [OLD.replace("format = 1", "format = 3"), OLD + "oops", ""])
def test_what_cannot_be_migrated_is_left_alone(tmp_path: Path, text: str) -> None:
    """A newer format, a broken file, an empty one."""
    path = tmp_path / "old.toml"
    path.write_text(text)
    with pytest.raises(SessionError):
        migrate(path)
    assert path.read_text() == text
    assert list(tmp_path.iterdir()) == [path]
