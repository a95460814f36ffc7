"""Files that hold secrets: their owner alone may read them, and no power cut leaves half of one."""

import os
import tempfile
from pathlib import Path

from jackrf.errors import InputError


def read(path: Path) -> bytes:
    """Return what is in a file that its owner alone may read.

    Raises:
        InputError: others may, too.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_mode & 0o077:
            raise InputError(f"{path} can be read by others: chmod 600 {path}")
        return file.read()


def write(path: Path, body: bytes) -> None:
    """Write a whole file that its owner alone may read, or leave the old one as it was.

    Raises:
        OSError: it cannot be written.
    """
    descriptor, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except OSError:
        Path(fresh).unlink(missing_ok=True)
        raise
