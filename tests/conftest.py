"""What all tests share: a JACK server of their own, a short runtime folder, and two strict rules.

Rule 1: where the environment variable CI is set, everything is installed, so a skip is a failure.
Rule 2: no process outlives the tests that started it.
"""

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import psutil
import pytest

from jackrf.testing import DummyJack

LEAVE_SECONDS = 5.0
"""How long a process that was told to stop may take to be gone."""


def pytest_configure(config: pytest.Config) -> None:
    """Mark the environment of every process that the tests will start, however far down."""
    os.environ["JACKRF_TEST_RUN"] = str(os.getpid())
    # Fixtures of a whole module run before `short_runtime_dir`: they do not meet another jackrf
    # of this machine either.
    folder = tempfile.mkdtemp(prefix="jrf-")
    os.environ["XDG_RUNTIME_DIR"] = folder
    config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    # A client that finds no server must not start one with the settings of the machine's owner.
    os.environ["JACK_NO_START_SERVER"] = "1"
    # Whoever runs jackrf on this machine keeps the port that sessions have by default.
    os.environ["JACKRF_OSC_PORT"] = str(_free_port())
    # Nor does a test run join the session of whoever started it.
    os.environ.pop("NSM_URL", None)
    # A run in the background of a script ignores SIGINT, and so would all that it starts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _free_port() -> int:
    """Return a port that is free, of those that the kernel hands out to nobody by itself."""
    for port in range(32000 + os.getpid() % 600, 32768):
        with socket.socket(type=socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            try:
                udp.bind(("127.0.0.1", port))
                tcp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free below those that the kernel hands out")


def _fail_a_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not report.skipped or hasattr(report, "wasxfail") or not os.environ.get("CI"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
    report.outcome = "failed"
    report.longrepr = f"{reason}\nIn CI everything is installed: a skip is a failure."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a test's skip into a failure in CI."""
    report = yield
    _fail_a_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a whole module's skip into a failure in CI."""
    report = yield
    _fail_a_skip(report)
    return report


def _started_here() -> list[psutil.Process]:
    """Return the living processes that carry the mark of this test run, without this one."""
    found = []
    for process in psutil.process_iter():
        try:
            mark = process.environ().get("JACKRF_TEST_RUN")
            alive = process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            continue
        if alive and mark == str(os.getpid()) and process.pid != os.getpid():
            found.append(process)
    return found


@pytest.fixture(scope="session", autouse=True)
def no_stray_process() -> Iterator[None]:
    """Fail the run when a process that a test started outlives it, and end that process."""
    yield
    _, stray = psutil.wait_procs(_started_here(), timeout=LEAVE_SECONDS)
    lines = []
    for process in stray:
        lines.append(f"{process.pid} {' '.join(process.cmdline())}")
        process.kill()
    psutil.wait_procs(stray, timeout=LEAVE_SECONDS)
    assert not lines, "left behind by the tests:\n" + "\n".join(lines)


@pytest.fixture(scope="session")
def dummy_jack(no_stray_process: None) -> Iterator[DummyJack]:  # noqa: ARG001 - it ends last
    """A JACK server on the dummy driver for the whole run: 48 kHz, 128 frames, own server name."""
    if shutil.which("jackd") is None:
        pytest.skip("jackd is not installed: make test, or apt install jackd2")
    with DummyJack() as server:
        yield server


@pytest.fixture(autouse=True)
def short_runtime_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """XDG_RUNTIME_DIR of its own for each test, short enough for the path of a Unix socket."""
    folder = Path(tempfile.mkdtemp(prefix="jrf-"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
