"""The tools of the tests: a JACK server that starts, stops and crashes; callbacks without one."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import jack
import numpy as np
import psutil
import pytest

from jackrf.engine import Engine
from jackrf.errors import JackServerError
from jackrf.testing import DummyJack, OfflineClient
from tests.offline import RATE, Ear, Wire, desk, noise, settle, streams
from tests.realtime.stream import START, codes, heard_codes, packet
from tests.system.instruments import wait_for

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed: make test"),
]


REGISTRY = Path("/dev/shm/jack-shm-registry")
"""Where libjack keeps the names of all servers of the machine."""


def pid_of(server: DummyJack) -> int:
    """The process id of a server that runs."""
    assert server.process is not None
    return server.process.pid


def runs(pid: int) -> bool:
    """Whether there is such a process; one that nobody has asked for its end does not run."""
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


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


def test_it_ends_with_a_process_that_is_killed() -> None:
    """And in order, so that its name is free again."""
    name = name_of("orphan")
    lines = "import os, signal", "from jackrf.testing import DummyJack"
    last = f"s = DummyJack({name!r}); s.start(); print(s.process.pid, flush=True)"
    program = "\n".join((*lines, last, "os.kill(os.getpid(), signal.SIGKILL)"))
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == -signal.SIGKILL
    wait_for(lambda: not runs(int(ran.stdout)))
    assert name.encode() not in REGISTRY.read_bytes()


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
    with DummyJack(name_of("kill")) as server:
        pid = pid_of(server)
        server.stop(kill=True)
        assert not psutil.pid_exists(pid)
        server.start()
        client = jack.Client("visitor", servername=server.name, no_start_server=True)
        client.close()


def test_a_killed_server_leaves_its_place_to_others() -> None:
    """JACK knows at most 8 servers, and one that crashed counts: not beyond its ``with`` block."""
    with DummyJack(name_of("place")) as server:
        assert server.name.encode() in REGISTRY.read_bytes()
        server.stop(kill=True)
        assert server.name.encode() in REGISTRY.read_bytes()
    assert server.name.encode() not in REGISTRY.read_bytes()


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


def test_an_offline_client_keeps_time() -> None:
    """Frame time counts frames, across its wrap; nanoseconds follow the rate."""
    client = OfflineClient(Engine(1, streams(1), RATE), frame_time=2**32 - 100, now=5)
    client.process(np.zeros((1, 480), np.float32))
    assert (client.frame_time, client.now) == (380, 5 + 10_000_000)
    client.process(np.zeros((1, 96), np.float32))
    assert (client.frame_time, client.now) == (476, 5 + 12_000_000)


def test_an_offline_client_runs_whole_periods() -> None:
    """A long input is done period by period; what is left over of it is not."""
    client = desk()
    settle(client, 1.0)
    sound = noise(1, 1, 1000)
    before = client.engine.cycles
    heard = client.run(sound, 128)
    assert client.engine.cycles - before == 7
    assert np.array_equal(heard, np.tile(sound[:, :896], (2, 1)))


def test_an_offline_client_sends_for_real() -> None:
    """What its listeners' sockets take are packets of its own time."""
    client = desk(frame_time=1000)
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.run(np.zeros((1, 256), np.float32), 128)
        first, second = ear.packets()
    offset = int(client.engine.mixes["timestamp_offset"][0])
    assert (first.timestamp, second.timestamp) == (offset + 1000, offset + 1128)


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        (np.zeros((2, 64)), r"are float64, shape \(2, 64\): this engine takes float32"),
        (np.zeros((3, 64), np.float32), r"shape \(3, 64\).*takes float32, shape \(2, frames\)"),
        (np.zeros(64, np.float32), r"shape \(64,\)"),
        (np.zeros((2, 0), np.float32), "a period of 0 frames: this engine holds 1 to 256"),
        (np.zeros((2, 257), np.float32), "a period of 257 frames"),
        (np.zeros((2, 128), np.float32)[:, ::2], "do not lie side by side"),
        (np.zeros((64, 2), np.float32).T, "do not lie side by side"),
    ],
)
def test_an_offline_client_refuses_what_would_be_misread(
    inputs: np.ndarray[tuple[int, ...], np.dtype[np.float32]], problem: str
) -> None:
    """Machine code has no bounds checks: another type, shape or layout is an error before it."""
    client = OfflineClient(Engine(2, streams(1), RATE, capacity=256))
    with pytest.raises(ValueError, match=problem):
        client.process(inputs)
    assert client.engine.cycles == 0


def test_an_offline_listener_hears_what_is_sent_to_its_socket() -> None:
    """Its socket is a real one; its frame time counts on across the wrap."""
    with Wire(frame_time=2**32 - 640) as wire:
        heard = []
        for number in range(40):
            wire.send(packet(number * 64, 64))
            heard.append(wire.play(64))
        assert wire.time == 40 * 64 - 640
        assert int(wire.receiver.reception["cycles"][0]) == 40
        offset = int(wire.receiver.reception["offset"][0])
        assert offset == (START + 640) % 2**32
        last = heard_codes(np.concatenate(heard[-5:], axis=1))
        assert np.array_equal(last, codes(np.arange(35 * 64, 40 * 64)))
