"""Where compiled callbacks are kept between runs, and when a kept one is no longer true.

Numba stamps a cached function with the one file that it stands in; ours is made from many. So the
folder itself is named by a digest of every source of this package and of the compiler's version:
a change anywhere means a new folder, and folders unused for 30 days are removed.
"""

import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

import llvmlite
import numba
import numpy as np

STALE_SECONDS = 30 * 24 * 3600.0


def _base() -> Path:
    chosen = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    home = Path(chosen) if chosen else Path.home() / ".cache"
    return home / "jackrf" / "compiled"


def _digest() -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.read_bytes())
    digest.update(f"{numba.__version__} {llvmlite.__version__} {np.__version__}".encode())
    return digest.hexdigest()[:16]


def _remove_stale(base: Path, keep: Path) -> None:
    for folder in base.iterdir():
        try:
            if folder != keep and time.time() - folder.stat().st_mtime > STALE_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue


def cache_folder() -> Path:
    """Return the folder for compiled callbacks, made if it was not there.

    ``$NUMBA_CACHE_DIR``, else ``$XDG_CACHE_HOME``, else ``~/.cache``; where none can be written,
    a folder of this process alone, so that each start compiles anew.
    """
    base = _base()
    folder = base / _digest()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        _remove_stale(base, folder)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="jackrf-compiled-"))
    return folder
