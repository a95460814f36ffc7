"""The JACK server of the tests: it starts, answers, stops, and can be killed as a crash does."""

import os
import shutil
import subprocess
from pathlib import Path

import jack
import psutil
import pytest

from jackrf.errors import JackServerError
from jackrf.testing import DummyJack

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed: make test"),
]


def pid_of(server: DummyJack) -> int:
    """The process id of a server that runs."""
    assert server.process is not None
    return server.process.pid


def name_of(purpose: str) -> str:
    """A server name that no other test run of this machine uses."""
    return f"jackrf-test-{purpose}-{os.getpid()}"


def test_it_runs_as_it_was_asked_to() -> None:
    """A client that names the server finds its rate and its period, and it is gone afterwards."""
    with DummyJack(name_of("rate"), samplerate=44100, period=96) as server:
        client = jack.Client("visitor", servername=server.name, no_start_server=True)
        try:
            assert (client.samplerate, client.blocksize) == (44100, 96)
        finally:
            client.close()
        pid = pid_of(server)
    assert server.process is None
    assert not psutil.pid_exists(pid)


def test_its_environment_makes_it_the_default_server(dummy_jack: DummyJack) -> None:
    """A program that knows nothing of server names finds this one."""
    listing = subprocess.run(
        ["jack_wait", "-c"], env=dummy_jack.environment, capture_output=True, text=True, check=False
    )
    assert listing.stdout.strip() == "running"


def test_two_run_side_by_side(dummy_jack: DummyJack) -> None:
    """Servers of different names do not meet: each has a client of the same name."""
    with DummyJack(name_of("second")) as second:
        clients = [
            jack.Client("same", servername=server.name, no_start_server=True, use_exact_name=True)
            for server in (dummy_jack, second)
        ]
        assert [client.name for client in clients] == ["same", "same"]
        for client in clients:
            client.close()


def test_a_killed_server_can_be_started_again() -> None:
    """After SIGKILL, as after a crash, the same name starts afresh."""
    server = DummyJack(name_of("kill"))
    server.start()
    pid = pid_of(server)
    server.stop(kill=True)
    assert not psutil.pid_exists(pid)
    with server:
        client = jack.Client("visitor", servername=server.name, no_start_server=True)
        client.close()


def test_stopping_twice_is_harmless() -> None:
    """A server that does not run has nothing to stop."""
    server = DummyJack(name_of("never"))
    server.stop()
    server.stop(kill=True)


def test_an_impossible_server_says_how_to_see_why() -> None:
    """A jackd that gives up at once is reported with its code and the command to try."""
    server = DummyJack(name_of("impossible"), period=-1)
    with pytest.raises(JackServerError, match=r"ended at once with code \d+: run `jackd -n"):
        server.start()
    server.stop()


def test_without_jackd_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where there is no jackd the error names the package."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(JackServerError, match="apt install jackd2"):
        DummyJack(name_of("missing")).start()
