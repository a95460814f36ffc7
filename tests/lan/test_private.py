"""Files that hold secrets are whole, and nobody else's to read."""

from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.lan import private
from tests.sessions.disks import file_size_limit


def test_what_is_written_is_read_and_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever stood there before; and nothing else stays in the folder."""
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(0o644)
    private.write(path, b"new")
    assert private.read(path) == b"new"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_what_others_may_read_or_write_is_not_read(tmp_path: Path, mode: int) -> None:
    """One line says what mends it."""
    path = tmp_path / "secret"
    private.write(path, b"new")
    path.chmod(mode)
    with pytest.raises(InputError, match=f"chmod 600 {path}"):
        private.read(path)


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """And nothing beside it."""
    path = tmp_path / "secret"
    private.write(path, b"old")
    with file_size_limit(10), pytest.raises(OSError, match="large"):
        private.write(path, bytes(100))
    assert private.read(path) == b"old"
    assert list(tmp_path.iterdir()) == [path]
