"""A save brings the file up to the desk, and loses nothing of anybody."""

import subprocess
import sys
from pathlib import Path

import pytest

from jackrf.errors import InputError, SessionError, StorageError
from jackrf.parameters import Place
from jackrf.sessions import backups
from jackrf.sessions.session import load
from jackrf.sessions.store import Changes, Saved, content, digest, save, save_copy
from tests.sessions.disks import file_size_limit, small_disk

BAND = b"""\
format = 2
name = "Band"

[inputs.kick]
name = "Kick"

[inputs.vox]
name = "Vox"

[mixes.drums]
name = "Drums"  # the drummer

[mixes.drums.sends]
kick = { gain = -6.0 }
"""
LARGE_SAVE_SECONDS = 0.050
KICK = Place("drums", "kick", "gain")
VOX = Place("drums", "vox", "gain")


def moved(gain: float, place: Place = KICK) -> Changes:
    """One fader that moved."""
    return Changes({place: gain})


@pytest.fixture
def band(tmp_path: Path) -> Path:
    """A session's file."""
    path = tmp_path / "band.toml"
    path.write_bytes(BAND)
    return path


def test_a_save_writes_what_changed(band: Path) -> None:
    """And says what the file holds now."""
    saved = save(band, moved(-7.5), last=BAND)
    expected = BAND.replace(b"-6.0", b"-7.5")
    assert saved == Saved(expected, is_new=True, left_out=())
    assert band.read_bytes() == expected
    assert [copy.read_bytes() for copy in backups.copies(band)] == [expected, BAND]


def test_nothing_changed_is_nothing_written(band: Path) -> None:
    """Neither the file nor a copy of it."""
    before = band.stat()
    assert save(band, moved(-6.001), last=BAND) == Saved(BAND, is_new=False, left_out=())
    assert band.stat() == before
    assert not backups.folder_of(band).exists()


def test_what_is_about_to_be_written_is_told_first(band: Path) -> None:
    """While the file is still the old one: a journal can note it."""
    told = []
    saved = save(
        band, moved(-7.0), last=BAND, before=lambda data: told.append((data, band.read_bytes()))
    )
    assert told == [(saved.data, BAND)]


def test_what_a_person_wrote_meanwhile_stays(band: Path) -> None:
    """Unless the desk changed the very same value. Both texts are kept."""
    by_hand = BAND.replace(b"the drummer", b"Anna").replace(b'"Vox"', b'"Voice"\ntrim = 3.0')
    band.write_bytes(by_hand)
    saved = save(band, moved(-7.0), last=BAND)
    assert saved.data == by_hand.replace(b"-6.0", b"-7.0")
    assert [copy.read_bytes() for copy in backups.copies(band)] == [saved.data, by_hand]


def test_what_is_gone_from_the_file_is_left_out(band: Path) -> None:
    """And told: an input that a person removed does not come back as a send of nothing."""
    band.write_bytes(BAND.replace(b'[inputs.vox]\nname = "Vox"\n', b""))
    changes = Changes({KICK: -7.0, VOX: -8.0}, {Place(None, "vox", "connect"): ["a:b"]})
    saved = save(band, changes, last=BAND)
    assert saved.left_out == ("inputs.vox.connect", "mixes.drums.sends.vox.gain")
    assert load(band).mixes["drums"].sends["kick"].gain == -7.0


def test_a_file_that_is_gone_is_written_again(band: Path) -> None:
    """From what it held last."""
    band.unlink()
    saved = save(band, moved(-7.0), last=BAND)
    assert saved.is_new
    assert band.read_bytes() == BAND.replace(b"-6.0", b"-7.0")
    band.unlink()
    assert save(band, Changes(), last=saved.data).is_new
    assert band.read_bytes() == saved.data


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"format = 2\nname =\n", ":2:7: not TOML"),
        (BAND.replace(b"format = 2", b"format = 3"), ":1: format = 3: newer than this jackrf"),
        (BAND.replace(b"-6.0", b"60.0"), "kick.gain = 60.0: must be"),
        (b"\xff", ":1: byte 0xff is not UTF-8"),
        (b"", "format: missing"),
    ],
)
def test_what_is_no_session_any_more_is_left_alone(band: Path, text: bytes, words: str) -> None:
    """Somebody is in the middle of editing, or has a newer jackrf: one line says what to do."""
    band.write_bytes(text)
    with pytest.raises(SessionError) as caught:
        save(band, moved(-7.0), last=BAND)
    line = str(caught.value)
    assert words in line
    assert line.startswith(f"not saved, for somebody has changed the file: {band}:")
    assert line.endswith("jackrf save --to FILE")
    assert "\n" not in line
    assert band.read_bytes() == text


def test_line_ends_and_byte_order_mark_stay(band: Path) -> None:
    """As an editor on another system wrote them."""
    dos = b"\xef\xbb\xbf" + BAND.replace(b"\n", b"\r\n")
    band.write_bytes(dos)
    assert save(band, moved(-6.0), last=dos).data == dos
    assert save(band, moved(-7.0), last=dos).data == dos.replace(b"-6.0", b"-7.0")
    mixed = BAND.replace(b"\n", b"\r\n", 1)
    band.write_bytes(mixed)
    assert save(band, moved(-6.0), last=mixed).data == mixed
    assert save(band, moved(-7.0), last=mixed).data == BAND.replace(b"-6.0", b"-7.0")


def test_a_session_behind_a_link_is_saved_where_it_is(band: Path, tmp_path: Path) -> None:
    """The link stays, and the copies are beside the real file."""
    link = tmp_path / "links" / "tonight.toml"
    link.parent.mkdir()
    link.symlink_to(band)
    saved = save(link, moved(-7.0), last=BAND)
    assert link.is_symlink()
    assert band.read_bytes() == saved.data
    assert backups.copies(band) == backups.copies(link)
    assert [entry.name for entry in link.parent.iterdir()] == ["tonight.toml"]


def test_an_older_format_is_kept_for_good(band: Path) -> None:
    """When the first change makes it a file of the present format."""
    old = BAND.replace(b"format = 2", b"format = 1")
    band.write_bytes(old)
    save(band, moved(-6.0), last=old)
    assert band.read_bytes() == old
    saved = save(band, moved(-7.0), last=old)
    assert saved.data == BAND.replace(b"-6.0", b"-7.0")
    assert backups.named(band, "format-1").read_bytes() == old


def test_a_save_that_fails_leaves_the_file(band: Path) -> None:
    """On a disk that takes no more."""
    with file_size_limit(64), pytest.raises(StorageError, match=r"cannot be written: "):
        save(band, moved(-7.0), last=BAND)
    assert band.read_bytes() == BAND
    assert save(band, moved(-7.0), last=BAND).is_new


def test_a_full_disk_leaves_the_file_and_says_so() -> None:
    """A whole disk of 16 KiB: the copies alone would not fit. (Where one can be mounted.)"""
    with small_disk(16) as folder:
        if folder is None:
            return
        path = folder / "band.toml"
        path.write_bytes(BAND)
        (folder / "full").write_bytes(b"x" * 11_000)
        with pytest.raises(StorageError, match="the disk is full: free some space"):
            save(path, moved(-7.0), last=BAND)
        assert path.read_bytes() == BAND
        (folder / "full").unlink()
        assert save(path, moved(-7.0), last=BAND).is_new
        assert load(path).mixes["drums"].sends["kick"].gain == -7.0


def test_a_copy_elsewhere_leaves_the_session_as_it_is(band: Path) -> None:
    """It has the desk's levels, and never replaces a file."""
    copy = band.with_name("copy.toml")
    assert save_copy(copy, moved(-7.0), last=BAND) == copy.read_bytes()
    assert copy.read_bytes() == BAND.replace(b"-6.0", b"-7.0")
    assert band.read_bytes() == BAND
    with pytest.raises(InputError, match="is there already: give the path of a new file"):
        save_copy(copy, moved(-8.0), last=BAND)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """In one line."""
    with pytest.raises(StorageError, match="cannot be read: No such file"):
        content(tmp_path / "a.toml")


def test_contents_are_told_apart() -> None:
    """By a text that is short enough for a line."""
    assert digest(b"a") == digest(b"a") != digest(b"b")
    assert len(digest(b"")) == 32


def test_a_large_desk_is_saved_in_fifty_milliseconds(tmp_path: Path) -> None:
    """32 inputs, 16 mixes, all 512 sends moved: of the processor's time, as others use it too.

    In a process of its own: a tool that counts the lines that are run would be measured, too.
    """
    command = [sys.executable, "-m", "tests.sessions.large", str(tmp_path / "large.toml")]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    assert float(answer.stdout) <= LARGE_SAVE_SECONDS
