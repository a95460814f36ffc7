"""Scenes on the disk: names that lead nowhere else, files that are whole, and how one is found."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.errors import InputError, StorageError
from jackrf.sessions.scene_files import (
    LARGEST,
    Entry,
    SceneFiles,
    check_name,
    found,
    free_slug,
    ordered,
    slug_of,
)
from jackrf.sessions.scenes import Scene
from tests.sessions.disks import as_nobody, open_folder

EMPTY = Scene("Verse", None, ("vox",), ("keys",), {})


def named(name: str, mix: str | None = None) -> Scene:
    """A scene of a name, and nothing more."""
    return Scene(name, mix, (), (), {})


def shelf(*names: str) -> dict[str, Entry]:
    """Scenes of these names."""
    return dict(ordered({slug_of(n): Entry(slug_of(n), None, named(n)) for n in names}))


@given(st.text())
def test_a_slug_is_a_safe_file_name(name: str) -> None:
    """Whatever a scene is called, its file is in the folder, and on every disk another one."""
    slug = slug_of(name)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= 48
    assert slug_of(slug) == slug
    assert slug_of(name.casefold()) == slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Verse", "verse"),
        ("../../etc/passwd", "etc-passwd"),
        ("Strophe für Jürgen", "strophe-fur-jurgen"),
        ("  Verse / 2 ", "verse-2"),
        ("CON.toml", "con-toml"),
    ],
)
def test_a_slug_can_be_read(name: str, slug: str) -> None:
    """It is made of the name."""
    assert slug_of(name) == slug


def test_names_without_latin_letters_are_told_apart() -> None:
    """They have no letters in a slug, and are not the same file all the same."""
    assert (
        len({slug_of(name) for name in ("サビ", "歌", "Verse 歌", "Verse サビ", "...", "/")}) >= 5
    )
    assert slug_of("サビ").startswith("scene-")
    assert slug_of("x" * 60) != slug_of("x" * 61)


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "\x00", "x" * 65, None, 3, ["a"]])
def test_what_no_scene_may_be_called(name: object) -> None:
    """A name is one line of 1 to 64 characters."""
    with pytest.raises(InputError, match="1 to 64 characters"):
        check_name(name)


def test_blanks_around_a_name_are_dropped() -> None:
    """Nobody sees them."""
    assert check_name("  Verse ") == "Verse"


def test_a_scene_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    """The folder is made; the scenes of a mix are in the mix's own."""
    files = SceneFiles(tmp_path / "scenes")
    assert files.read(None) == {}
    files.save(EMPTY, "verse")
    files.save(named("Mine", "keys"), "mine")
    assert files.read(None) == {"verse": Entry("verse", None, EMPTY)}
    shelves = files.read_all(["keys", "drums"])
    assert {mix: list(one) for mix, one in shelves.items()} == {
        None: ["verse"],
        "keys": ["mine"],
        "drums": [],
    }
    assert (tmp_path / "scenes" / "keys" / "mine.toml").exists()


def test_what_a_file_held_before_is_kept(tmp_path: Path) -> None:
    """Saved over, renamed or deleted: the copy is in backup/, and is no scene."""
    files = SceneFiles(tmp_path)
    files.save(EMPTY, "verse")
    old = files.path("verse", None).read_bytes()
    files.save(Scene("Verse", None, (), (), {}), "verse")
    assert old in [copy.read_bytes() for copy in (tmp_path / "backup").glob("verse.*.toml")]
    (entry,) = files.read(None).values()
    files.delete(entry)
    files.delete(entry)
    assert files.read(None) == {}
    assert len(list((tmp_path / "backup").glob("verse.*.toml"))) == 2
    assert files.read("backup") == {}


def test_a_renamed_scene_keeps_its_comments(tmp_path: Path) -> None:
    """It has another file; the old one is gone."""
    files = SceneFiles(tmp_path)
    files.path("verse", None).write_text('# mine\nformat = 1\nname = "Verse"\n')
    (entry,) = files.read(None).values()
    files.rename(entry, named("Chorus"), "chorus")
    assert [one.name for one in files.read(None).values()] == ["Chorus"]
    assert files.path("chorus", None).read_text() == '# mine\nformat = 1\nname = "Chorus"\n'
    files.rename(files.read(None)["chorus"], named("CHORUS"), "chorus")
    assert list(files.read(None)) == ["chorus"]


def test_a_broken_scene_harms_no_other(tmp_path: Path) -> None:
    """It is listed with what is wrong; what is no scene's file is not listed."""
    files = SceneFiles(tmp_path)
    files.save(EMPTY, "verse")
    (tmp_path / "bad.toml").write_text("gain = = 3\n")
    (tmp_path / "huge.toml").write_bytes(b"#" * (LARGEST + 1))
    (tmp_path / "notes.txt").write_text("hello")
    (tmp_path / "verse.old.toml").write_text("hello")
    (tmp_path / "folder.toml").mkdir()
    entries = files.read(None)
    assert list(entries) == ["bad", "huge", "verse"]
    assert "bad.toml:1" in entries["bad"].error
    assert entries["bad"].name == "bad"
    assert "larger than any scene" in entries["huge"].error


def test_an_edited_file_is_read_anew(tmp_path: Path) -> None:
    """And one that was not is not."""
    files = SceneFiles(tmp_path)
    files.save(EMPTY, "verse")
    first = files.read(None)["verse"]
    assert files.read(None)["verse"] is first
    files.path("verse", None).write_text('format = 1\nname = "Other words"\n')
    assert files.read(None)["verse"].name == "Other words"


def test_a_disk_that_refuses_is_told() -> None:
    """In one line; there is nothing half-written."""
    with open_folder() as folder, as_nobody():
        folder_of_root = SceneFiles(folder / "scenes")
        with pytest.raises(StorageError, match="cannot be written"):
            folder_of_root.save(EMPTY, "verse")
        assert list(folder.iterdir()) == []


def test_a_scene_that_cannot_be_deleted_is_told() -> None:
    """It stays."""
    with open_folder() as folder:
        files = SceneFiles(folder)
        files.save(EMPTY, "verse")
        files.save(EMPTY, "verse")
        (entry,) = files.read(None).values()
        with as_nobody(), pytest.raises(StorageError):
            files.delete(entry)
        assert list(files.read(None)) == ["verse"]


def test_a_scene_is_found_by_name_file_or_number() -> None:
    """In any case; the name goes first, also where it is a number."""
    scenes = shelf("Verse", "Part 10", "Part 2", "7")
    assert [entry.name for entry in scenes.values()] == ["7", "Part 2", "Part 10", "Verse"]
    for wanted, name in (("VERSE", "Verse"), ("part-2", "Part 2"), (2, "Part 2"), ("4", "Verse")):
        assert found(scenes, wanted).name == name
    assert found(scenes, 7).name == found(scenes, 1).name == "7"


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ("vers", "did you mean Verse"),
        ("Bridge", "there are Chorus, Verse"),
        (0, "no scene"),
        (-1, "no scene"),
        (3, "no scene"),
        ("99999999999", "no scene"),
    ],
)
def test_a_scene_that_is_not_there_is_said_so(wanted: str | int, says: str) -> None:
    """The message names those that there are."""
    with pytest.raises(InputError, match=says):
        found(shelf("Verse", "Chorus"), wanted)


def test_without_any_scene_the_remedy_is_to_save_one() -> None:
    """Nobody searches for what never was."""
    with pytest.raises(InputError, match="save one first"):
        found({}, "Verse")


def test_no_scene_is_saved_over_another() -> None:
    """The same name in another case is the same scene; another name of the same slug is not."""
    scenes = shelf("Verse 1")
    assert free_slug(scenes, "VERSE 1") == "verse-1"
    assert free_slug(scenes, "Chorus") == "chorus"
    with pytest.raises(InputError, match='which is the scene "Verse 1": rename one'):
        free_slug(scenes, "Verse-1")
    with pytest.raises(InputError, match="which is a broken file"):
        free_slug({"chorus": Entry("chorus", None, None, "wrong")}, "Chorus")
