"""Where compiled callbacks are kept: a folder that is never out of date, or none that lasts."""

import os
import shutil
import time
from pathlib import Path

import pytest

from jackrf.realtime import cache
from jackrf.realtime.process import process
from jackrf.realtime.receive import receive

DAY = 24 * 3600


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the environment names for caches."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    return tmp_path / "jackrf" / "compiled"


def test_the_environment_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base: Path
) -> None:
    """NUMBA_CACHE_DIR goes before XDG_CACHE_HOME, that before ~/.cache."""
    assert cache.cache_folder().parent == base
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.cache_folder().parent == tmp_path / "xdg/jackrf/compiled"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.cache_folder().parent == tmp_path / "home/.cache/jackrf/compiled"


@pytest.mark.usefixtures("base")
def test_a_change_of_any_source_means_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same sources give the same folder; one letter more in one of them gives another."""
    copy = tmp_path / "sources"
    shutil.copytree(Path(cache.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = cache.cache_folder()
    monkeypatch.setattr(cache, "__file__", str(copy / "cache.py"))
    assert cache.cache_folder() == before
    with (copy / "limit.py").open("a") as source:
        source.write("#")
    assert cache.cache_folder() != before


@pytest.mark.parametrize("module", ["numba", "llvmlite", "np"])
@pytest.mark.usefixtures("base")
def test_another_compiler_means_another_folder(
    monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """What one version of Numba, llvmlite or numpy compiled is not run with another one."""
    before = cache.cache_folder()
    monkeypatch.setattr(getattr(cache, module), "__version__", "0.0.1")
    assert cache.cache_folder() != before


def test_folders_unused_for_a_month_go(base: Path) -> None:
    """What nobody has used for 30 days is removed; what is younger stays, and so does our own."""
    old, young = base / "old", base / "young"
    for folder, days in ((old, 31), (young, 29)):
        folder.mkdir(parents=True)
        (folder / "callback.nbc").write_bytes(b"code")
        os.utime(folder, (time.time() - days * DAY,) * 2)
    own = cache.cache_folder()
    os.utime(own, (time.time() - 100 * DAY,) * 2)
    assert cache.cache_folder() == own
    assert sorted(path.name for path in base.iterdir()) == sorted([own.name, "young"])
    assert time.time() - own.stat().st_mtime < DAY


def test_a_folder_that_goes_meanwhile_is_no_error(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs may tidy up at the same time."""
    (base / "gone").mkdir(parents=True)
    found = list(base.iterdir())
    (base / "gone").rmdir()
    monkeypatch.setattr(Path, "iterdir", lambda _: iter(found))
    assert cache.cache_folder().parent == base


def test_where_nothing_can_be_kept_a_folder_of_our_own_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that cannot be made is replaced by a folder that nobody else uses."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    first, second = cache.cache_folder(), cache.cache_folder()
    assert first != second
    assert first.is_dir()
    assert first.parent == second.parent == tmp_path


def test_the_callbacks_lie_in_it() -> None:
    """Both of JACK's callbacks were kept: the next start loads them."""
    folder = cache.cache_folder()
    for function in (process, receive):
        name = function.__name__
        assert list(folder.rglob(f"{name}.{name}-*.nbc")), name
