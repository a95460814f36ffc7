"""The two strict rules of this test suite bite: no skip in CI, and no process left behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

# Once is enough: these rules are the same whatever package is tested.
pytestmark = pytest.mark.checkout

SKIPS_ITSELF = """
import pytest
def test_it():
    pytest.skip("no sound card")
"""
SKIPS_ITS_MODULE = """
import pytest
pytest.importorskip("no_such_module")
"""
FAILS_AS_EXPECTED = """
import pytest
@pytest.mark.xfail
def test_it():
    assert False
"""
LEAVES_A_PROCESS = """
import pathlib, subprocess
def test_it():
    pathlib.Path("pid").write_text(str(subprocess.Popen(["sleep", "300"]).pid))
"""


def suite(folder: Path, text: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a suite of one test module under the rules of tests/conftest.py."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_it.py").write_text(text)
    root = str(Path(__file__).parent.parent)
    inherited = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=folder,
        env=inherited | {"PYTHONPATH": root} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("text", [SKIPS_ITSELF, SKIPS_ITS_MODULE])
def test_a_skip_fails_in_ci_only(tmp_path: Path, text: str) -> None:
    """On a laptop something may be missing; in CI the reason is printed and the run fails."""
    assert suite(tmp_path, text, {}).returncode in (
        pytest.ExitCode.OK,
        pytest.ExitCode.NO_TESTS_COLLECTED,
    )
    strict = suite(tmp_path, text, {"CI": "true"})
    assert strict.returncode in (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED)
    assert "In CI everything is installed: a skip is a failure." in strict.stdout
    assert "no sound card" in strict.stdout or "no_such_module" in strict.stdout


def test_an_expected_failure_is_no_skip(tmp_path: Path) -> None:
    """A test that is marked to fail, and fails, passes in CI too."""
    assert suite(tmp_path, FAILS_AS_EXPECTED, {"CI": "true"}).returncode == pytest.ExitCode.OK


def test_a_process_left_behind_fails_the_run_and_is_ended(tmp_path: Path) -> None:
    """Whatever a test starts has to be gone at the end; it is named, and killed."""
    answer = suite(tmp_path, LEAVES_A_PROCESS, {})
    assert answer.returncode == pytest.ExitCode.TESTS_FAILED
    assert "left behind by the tests:" in answer.stdout
    assert "sleep 300" in answer.stdout
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))
