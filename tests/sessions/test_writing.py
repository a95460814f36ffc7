"""A file is written whole or not at all."""

import errno
import fcntl
import os
import stat
import threading
from pathlib import Path

import pytest

from jackrf.errors import StorageError
from jackrf.sessions.writing import lock, make_folders, write
from tests.sessions.disks import as_nobody, file_size_limit, open_folder, small_disk


def refused(path: Path, data: bytes = b"new") -> str:
    """The line that says why a file cannot be written."""
    with pytest.raises(StorageError) as caught:
        write(path, data)
    text = str(caught.value)
    assert caught.value.exit_code == 1
    assert text.startswith(f"{path} cannot be written: ")
    assert "\n" not in text
    return text.removeprefix(f"{path} cannot be written: ")


def names(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(entry.name for entry in folder.iterdir())


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """With the mode that all new files of this user have; nothing else is left."""
    path = tmp_path / "a.toml"
    write(path, b"a = 1\n")
    other = tmp_path / "other"
    other.touch()
    assert path.read_bytes() == b"a = 1\n"
    assert path.stat().st_mode == other.stat().st_mode
    assert names(tmp_path) == ["a.toml", "other"]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o640])
def test_mode_and_owner_stay(tmp_path: Path, mode: int) -> None:
    """A session that nobody else may read is not opened to them by a save."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"old")
    path.chmod(mode)
    if os.geteuid() == 0:
        os.chown(path, 65534, 65534)
    before = path.stat()
    write(path, b"new")
    after = path.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (
        before.st_mode,
        before.st_uid,
        before.st_gid,
    )
    assert stat.S_IMODE(after.st_mode) == mode
    assert after.st_ino != before.st_ino


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What it leads to is written, in the folder where that is."""
    real = tmp_path / "git" / "band.toml"
    real.parent.mkdir()
    real.write_bytes(b"old")
    link = tmp_path / "now.toml"
    link.symlink_to("git/band.toml")
    write(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert (names(tmp_path), names(real.parent)) == (["git", "now.toml"], ["band.toml"])


def test_what_a_killed_process_left_is_used_again(tmp_path: Path) -> None:
    """However much of it there is."""
    path = tmp_path / "a.toml"
    (tmp_path / ".a.toml.new").write_bytes(b"x" * 1000)
    write(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(tmp_path) == ["a.toml"]


def test_two_that_write_at_once_both_write_all(tmp_path: Path) -> None:
    """The last one wins; nothing is mixed."""
    path = tmp_path / "a.toml"
    texts = [letter.encode() * 20_000 for letter in "abcd"]

    def work(data: bytes) -> None:
        for _ in range(20):
            write(path, data)

    threads = [threading.Thread(target=work, args=(data,)) for data in texts]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        if path.exists():
            assert path.read_bytes() in texts
    assert names(tmp_path) == ["a.toml"]


def test_a_file_that_would_be_too_large_leaves_the_old_one(tmp_path: Path) -> None:
    """Writing stops in the middle, as on a full disk."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"old")
    with file_size_limit(4096):
        text = refused(path, b"x" * 10_000)
    assert text == "the file would be larger than this process may write: raise ulimit -f"
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a.toml"]


def test_a_full_disk_leaves_the_old_file() -> None:
    """And nothing else: what was begun is removed. (Where a disk can be mounted: as root.)"""
    with small_disk(64) as folder:
        if folder is None:
            return
        path = folder / "a.toml"
        path.write_bytes(b"old")
        assert refused(path, b"x" * 100_000) == "the disk is full: free some space"
        assert path.read_bytes() == b"old"
        assert names(folder) == ["a.toml"]


def test_a_folder_that_may_not_be_written_is_named() -> None:
    """With the command that opens it."""
    with open_folder() as folder:
        path = folder / "a.toml"
        path.write_bytes(b"old")
        path.chmod(0o666)
        folder.chmod(0o555)
        with as_nobody():
            text = refused(path)
        assert text == f"you may not write in {folder}: chmod u+w it, or write to another folder"
        assert path.read_bytes() == b"old"


def test_a_file_that_its_owner_closed_stays_closed() -> None:
    """Though the folder would let it be replaced."""
    with open_folder() as folder:
        path = folder / "a.toml"
        path.write_bytes(b"old")
        path.chmod(0o444)
        folder.chmod(0o777)
        with as_nobody():
            text = refused(path)
        assert text == "the file is read-only: chmod u+w it, or write to another file"
        assert path.read_bytes() == b"old"


def test_what_cannot_be_written_at_all_is_told(tmp_path: Path) -> None:
    """A folder, a pipe, a folder that is not there, a name that is too long."""
    assert refused(tmp_path) == "not a regular file: give the path of a file"
    os.mkfifo(tmp_path / "pipe")
    assert refused(tmp_path / "pipe") == "not a regular file: give the path of a file"
    nowhere = tmp_path / "nowhere"
    assert refused(nowhere / "a.toml") == (
        f"there is no folder {nowhere}: make it, or write to another folder"
    )
    assert refused(tmp_path / ("x" * 260)) == "the name is too long: take a shorter one"


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP, errno.ENOLCK])
def test_a_share_that_knows_neither_locks_nor_modes_takes_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """Nor fsync of a folder: what such a disk cannot do is no reason not to save."""
    real = os.fsync

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    def fsync(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode):
            refuse()
        real(file)

    path = tmp_path / "a.toml"
    write(path, b"old")
    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("os.fchmod", refuse)
    monkeypatch.setattr("fcntl.flock", refuse)
    write(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_that_cannot_be_forced_to_the_disk_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails is another matter, and so is a lock that somebody has."""

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", fail)
        assert refused(tmp_path / "a.toml") == "Input/output error"
    with (tmp_path / "b").open("w") as first, (tmp_path / "b").open("w") as second:
        lock(first.fileno(), fcntl.LOCK_EX)
        with pytest.raises(BlockingIOError):
            lock(second.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_folders_are_made_and_forced_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each by the one that it is in; what is there is left alone."""
    synced: list[Path] = []
    monkeypatch.setattr("jackrf.sessions.writing.sync_folder", synced.append)
    for _ in range(2):
        make_folders(tmp_path / "scenes" / "anna")
    assert synced == [tmp_path, tmp_path / "scenes"]
    (tmp_path / "file").touch()
    for name in ("file", "file/inside"):
        with pytest.raises(OSError, match="exists"):
            make_folders(tmp_path / name)


def test_what_cannot_be_read_back_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that lies is caught before the old file is gone."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"old")
    monkeypatch.setattr("jackrf.sessions.writing.write_all", lambda *_: None)
    assert refused(path) == "what was written cannot be read back: check the disk"
    assert path.read_bytes() == b"old"
