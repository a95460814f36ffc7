"""Writing a file so that no power cut, full disk or crash leaves half of one.

What is new goes to a temporary file in the same folder, is forced to the disk, read back and
compared; then it takes the old file's name in one step, and the folder is forced to the disk too.
Until that step the old file is untouched; after it the new one is whole.
"""

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from jackrf.errors import StorageError

_REMEDIES = {
    errno.ENOSPC: "the disk is full: free some space",
    errno.EDQUOT: "your disk quota is used up: free some space",
    errno.EFBIG: "the file would be larger than this process may write: raise ulimit -f",
    errno.EROFS: "the disk is read-only: write to another folder",
    errno.EACCES: "you may not write in {folder}: chmod u+w it, or write to another folder",
    errno.EPERM: "you may not write in {folder}: chmod u+w it, or write to another folder",
    errno.ENOENT: "there is no folder {folder}: make it, or write to another folder",
    errno.ENAMETOOLONG: "the name is too long: take a shorter one",
}


_UNKNOWN = (errno.EINVAL, errno.ENOTSUP, errno.ENOLCK)
"""What a file system answers that cannot do something: some network shares, some of FUSE's."""


def write(path: Path, data: bytes) -> None:
    """Write a whole file, or leave the old one as it was.

    A symbolic link stays one: what it leads to is written. Mode and owner stay.

    Args:
        path: of the file; its folder must be there.
        data: all that is to be in it.

    Raises:
        StorageError: it cannot be written; one line with the reason and the remedy.
    """
    real = Path(os.path.realpath(path))
    try:
        _check_replaceable(real)
        with _temporary(real) as (file, new):
            _fill(file, new, data)
            new.replace(real)
            sync_folder(real.parent)
    except OSError as error:
        raise trouble(path, error) from error


def trouble(path: Path, error: OSError) -> StorageError:
    """Return a file's error as a person is told of it."""
    reason = _REMEDIES.get(error.errno or 0, error.strerror or str(error))
    folder = Path(os.path.realpath(path)).parent
    return StorageError(f"{path} cannot be written: {reason.format(folder=folder)}")


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk; a share that does so by itself may refuse it."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise
    finally:
        os.close(handle)


def lock(file: int, how: int) -> None:
    """Lock an open file, as flock(2) does; where there are no locks, nobody is kept out.

    Raises:
        BlockingIOError: somebody else has locked it, and nobody is to wait.
    """
    try:
        fcntl.flock(file, how)
    except OSError as error:
        if error.errno not in _UNKNOWN:
            raise


def make_folders(folder: Path) -> None:
    """Make a folder that is not there, and those above it, and force their names to the disk.

    Raises:
        OSError: it cannot be made, or something else is there.
    """
    if folder.is_dir():
        return
    make_folders(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_all(file: int, data: bytes) -> None:
    """Write to an open file until all is written; a full disk takes only a part at first."""
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _check_replaceable(real: Path) -> None:
    if not real.exists():
        return
    if not real.is_file():
        raise OSError(errno.EINVAL, "not a regular file: give the path of a file")
    # Replacing needs only the folder's permission; a file that its owner closed stays closed.
    if not os.access(real, os.W_OK, effective_ids=True):
        raise OSError(errno.EINVAL, "the file is read-only: chmod u+w it, or write to another file")


@contextlib.contextmanager
def _temporary(real: Path) -> Iterator[tuple[int, Path]]:
    """Open the temporary file of a file; of two processes, one waits for the other.

    Its name is always the same, so that what a killed process left is used again, not piled up.
    """
    new = real.with_name(f".{real.name}.new")
    file = _open_locked(new)
    try:
        yield file, new
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    finally:
        os.close(file)


def _open_locked(new: Path) -> int:
    while True:
        file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            lock(file, fcntl.LOCK_EX)
            # Whoever held the lock before has renamed or removed the file that was opened here.
            with contextlib.suppress(FileNotFoundError):
                if new.lstat().st_ino == os.fstat(file).st_ino:
                    return file
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _fill(file: int, new: Path, data: bytes) -> None:
    real = new.with_name(new.name.removeprefix(".").removesuffix(".new"))
    with contextlib.suppress(FileNotFoundError):
        old = real.stat()
        # Where all files have the same mode, as on a memory stick, none may be set.
        if os.fstat(file).st_mode != old.st_mode:
            os.fchmod(file, stat.S_IMODE(old.st_mode))
        with contextlib.suppress(PermissionError):
            os.fchown(file, old.st_uid, old.st_gid)
    os.ftruncate(file, 0)
    write_all(file, data)
    os.fsync(file)
    if new.read_bytes() != data:
        raise OSError(errno.EIO, "what was written cannot be read back: check the disk")
