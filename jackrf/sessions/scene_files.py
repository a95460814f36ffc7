"""Where scenes are: ``scenes/SLUG.toml`` beside the session, ``scenes/MIX/SLUG.toml`` of a mix.

A file's name is made once from the scene's, so that no name leads out of the folder, and none is
two files on one disk and one on another. What a file held before it was written anew, or deleted,
is kept in ``backup/`` beside it, as a session's is.
"""

import contextlib
import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from jackrf.errors import InputError, JackrfError
from jackrf.parameters import Place, checked
from jackrf.sessions import backups
from jackrf.sessions.reading import document_of, place, raw
from jackrf.sessions.scene_text import renamed, scene_of, text_of
from jackrf.sessions.scenes import Scene
from jackrf.sessions.store import content
from jackrf.sessions.tables import nearest, quoted
from jackrf.sessions.writing import make_folders, sync_folder, trouble, write

FOLDER = "scenes"
"""Beside the session's file."""
ENDING = ".toml"
MOST_LETTERS = 48
"""Of a slug."""
LARGEST = 1 << 20
"""Bytes of a file: a scene of 64 inputs in 32 mixes has a tenth."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A scene's file.

    Attributes:
        slug: its name without ``.toml``.
        mix: whose folder it is in; None for the whole desk.
        scene: what it says; None where it is broken.
        error: what is wrong with it, its first line; empty if nothing is.
    """

    slug: str
    mix: str | None
    scene: Scene | None
    error: str = ""

    @property
    def name(self) -> str:
        """What people call it; a broken one has only its slug."""
        return self.slug if self.scene is None else self.scene.name


Shelf = Mapping[str, Entry]
"""The scenes of the desk, or of one mix, by slug, in the order in which they are numbered."""


def slug_of(name: str) -> str:
    """Return how a scene's file is called: a-z, 0-9 and single hyphens, never empty.

    Names that are the same but for case and punctuation share one. Where letters would be lost, a
    few digits keep different names apart.
    """
    folded = unicodedata.normalize("NFKD", name.casefold())
    plain = re.sub(r"[^a-z0-9]+", "-", "".join(c for c in folded if not unicodedata.combining(c)))
    slug = plain.strip("-")
    is_lost = any(ord(letter) > 127 and letter.isalnum() for letter in folded)
    if not slug or is_lost or len(slug) > MOST_LETTERS:
        mark = hashlib.sha256(unicodedata.normalize("NFC", name.casefold()).encode()).hexdigest()
        slug = f"{slug[: MOST_LETTERS - 9].strip('-') or 'scene'}-{mark[:8]}"
    return slug


def found(shelf: Shelf, wanted: str | int) -> Entry:
    """Return the scene that somebody names: by its name, its file's name or its number from 1.

    A number is the name first: scenes saved as 1, 2 and 3 are recalled by these.

    Raises:
        InputError: there is none; the message names those that there are.
    """
    text = str(wanted)
    for entry in shelf.values():
        if entry.name.casefold() == text.casefold():
            return entry
    if text.lower() in shelf:
        return shelf[text.lower()]
    number = int(text) if re.fullmatch(r"[0-9]{1,4}", text) else 0
    if 0 < number <= len(shelf):
        return list(shelf.values())[number - 1]
    names = [entry.name for entry in shelf.values()]
    near = nearest(text, names) or f": there are {', '.join(names)}" * bool(names)
    raise InputError(f"no scene {quoted(text[:64])}{near or ': save one first'}")


class SceneFiles:
    """The scenes of one session on the disk. Every method blocks.

    Args:
        folder: ``scenes``; it may not be there yet.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[Path, tuple[tuple[int, int, int], Entry]] = {}

    def read(self, mix: str | None) -> Shelf:
        """Return the scenes of the desk, or of a mix; a broken one is an entry with an error."""
        files: list[Path] = []
        with contextlib.suppress(OSError):
            files = [file for file in self._folder(mix).iterdir() if _is_scene(file)]
        return ordered({file.stem: self._entry(file, mix) for file in files})

    def read_all(self, mixes: Collection[str]) -> dict[str | None, Shelf]:
        """Return all shelves: the desk's (None) and that of each mix."""
        return {mix: self.read(mix) for mix in (None, *mixes)}

    def path(self, slug: str, mix: str | None) -> Path:
        """Return where a scene is."""
        return self._folder(mix) / (slug + ENDING)

    def save(self, scene: Scene, slug: str) -> None:
        """Write a scene, in the place of the one that is there.

        Raises:
            StorageError: it cannot be written; what was there is untouched.
        """
        self._write(self.path(slug, scene.mix), text_of(scene).encode())

    def rename(self, entry: Entry, scene: Scene, slug: str) -> None:
        """Give a scene's file another name in it, and another slug; comments in it stay.

        Raises:
            StorageError: it cannot be written.
            SessionError: it is gone.
        """
        old, new = (self.path(one, entry.mix) for one in (entry.slug, slug))
        text = document_of(old, raw(old)).text
        self._write(new, renamed(text, scene.name).encode())
        if new != old:
            self._remove(old)

    def delete(self, entry: Entry) -> None:
        """Delete a scene; a copy stays in ``backup/``.

        Raises:
            StorageError: it cannot be deleted.
        """
        path = self.path(entry.slug, entry.mix)
        if path.exists():
            backups.keep(path, content(path))
            self._remove(path)

    def _folder(self, mix: str | None) -> Path:
        return self.folder if mix is None else self.folder / mix

    def _entry(self, file: Path, mix: str | None) -> Entry:
        try:
            stat = file.stat()
            if stat.st_size > LARGEST:
                raise InputError(f"{place(file)}: larger than any scene")
            state = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if self._known.get(file, (None, None))[0] != state:
                scene = scene_of(document_of(file, raw(file)), mix)
                self._known[file] = (state, Entry(file.stem, mix, scene))
            return self._known[file][1]
        except OSError as error:
            return Entry(file.stem, mix, None, f"{place(file)}: {error.strerror}")
        except JackrfError as error:
            return Entry(file.stem, mix, None, str(error).splitlines()[0])

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        try:
            make_folders(path.parent)
        except OSError as error:
            raise trouble(path, error) from error
        if path.exists():
            backups.keep(path, content(path))
            backups.keep(path, data)
        write(path, data)

    @staticmethod
    def _remove(path: Path) -> None:
        try:
            path.unlink()
            sync_folder(path.parent)
        except OSError as error:
            raise trouble(path, error) from error


def check_name(name: object) -> str:
    """Return a scene's name, without blanks around it.

    Raises:
        InputError: no scene may be called that.
    """
    text = name.strip() if isinstance(name, str) else name
    try:
        return str(checked(Place("scene", None, "name"), text))
    except InputError:
        raise InputError(
            f"scene {str(name)[:64]!r}: a name is one line of 1 to 64 characters"
        ) from None


def free_slug(shelf: Shelf, name: str) -> str:
    """Return the slug under which a scene of this name is saved.

    Raises:
        InputError: a scene of another name has it, or a file that cannot be read.
    """
    for entry in shelf.values():
        if entry.name.casefold() == name.casefold() and entry.scene is not None:
            return entry.slug
    slug = slug_of(name)
    if slug in shelf:
        other = shelf[slug]
        what = "a broken file" if other.scene is None else f"the scene {quoted(other.name)}"
        raise InputError(f"{quoted(name)} would be {slug}{ENDING}, which is {what}: rename one")
    return slug


def _is_scene(file: Path) -> bool:
    return file.suffix == ENDING and "." not in file.stem and file.is_file()


def ordered(shelf: Shelf) -> Shelf:
    """Return scenes in the order in which they are numbered: 2 stands before 10."""
    return {slug: shelf[slug] for slug in sorted(shelf, key=_order)}


def _order(slug: str) -> list[tuple[bool, int, str]]:
    parts = re.findall(r"[0-9]+|[^0-9]+", slug)
    numbers = [int(part) if part[0] in "0123456789" else -1 for part in parts]
    return [(number < 0, number, part) for number, part in zip(numbers, parts, strict=True)]
