"""Compiled code has no bounds checks; here it has, and never needs them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def checked_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for what is compiled with bounds checks."""
    return tmp_path_factory.mktemp("checked")


def exercise(cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the exercise with bounds checks in a process of its own."""
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(cache)}
    program = [sys.executable, "-m", "tests.realtime.exercise", *arguments]
    return subprocess.run(
        program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_no_kernel_reaches_beyond_its_arrays(checked_cache: Path) -> None:
    """At every kind of period, table, packet and loss every index is within its array."""
    run = exercise(checked_cache)
    assert (run.returncode, run.stdout, run.stderr) == (0, "done\n", "")


def test_a_wrong_index_would_be_found(checked_cache: Path) -> None:
    """A listener of a mix that is not there makes the check speak: it is on."""
    run = exercise(checked_cache, "--break")
    assert run.returncode == 0
    assert "IndexError" in run.stderr
