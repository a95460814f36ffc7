"""The server, or jackrf itself, is suspended and resumed: the same client goes on."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from jackrf.control import socket_path
from jackrf.testing import DummyJack
from tests.system.capture import Capture, steps
from tests.system.instruments import Player, wait_for
from tests.system.music import one_voice, tone
from tests.system.running import Program, Running, jackrf_command, with_osc_of_its_own

pytestmark = pytest.mark.system

STOPPED_SECONDS = 2.5


def same(status: dict[str, Any]) -> list[Any]:
    """Return what a suspend does not change."""
    voice = status["inputs"][0]
    return [status["client"], voice["port"], voice["connections"], voice["missing"]]


def test_a_suspended_server_goes_on(tmp_path: Path) -> None:
    """The server is stopped for some seconds: jackrf answers and says what is the matter; when the
    server goes on, the same client sends the same stream within 2 s, and is not opened again.
    """
    with (
        DummyJack(f"jackrf-{os.getpid()}-suspended") as server,
        Capture() as capture,
        Player(server.name) as player,
        Running(tmp_path, one_voice(capture.port), server.name) as running,
    ):
        assert server.process is not None
        player.play(tone(), loop=True)
        wait_for(lambda: capture.count > 100)
        before = running.status()
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            running.wait_until(lambda: running.status()["state"] == "JACK stands still", 10.0)
            running.ask("set", mix="ear", input="voice", gain=-6.0)
            time.sleep(STOPPED_SECONDS)
            stopped, count = running.status(), capture.count
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
        wait_for(lambda: capture.count > count + 20, 2.0)
        running.wait_until(lambda: running.status()["state"] == "running", 10.0)
        after = running.status()
        assert same(stopped) == same(after) == same(before)
        assert after["cycles"] > stopped["cycles"] >= before["cycles"]
        assert set(steps(capture.packets, "sequence", 2**16)) == {1}
        assert len({one.packet.ssrc for one in capture.packets}) == 1
        end = running.stop()
    assert (end.code, end.errors) == (0, "")
    assert end.output.count("runs as jackrf at") == 1


def test_jackrf_itself_is_suspended(tmp_path: Path) -> None:
    """Stopped and continued, as by Ctrl-Z and fg: it sends again within 2 s, the frames that are
    gone stay gone, and the same client goes on.
    """
    with (
        DummyJack(f"jackrf-{os.getpid()}-ctrl-z") as server,
        Capture() as capture,
        Player(server.name) as player,
        Running(tmp_path, one_voice(capture.port), server.name) as running,
    ):
        player.play(tone(), loop=True)
        wait_for(lambda: capture.count > 100)
        before = running.status()
        running.process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(STOPPED_SECONDS)
            count = capture.count
        finally:
            running.process.send_signal(signal.SIGCONT)
        wait_for(lambda: capture.count > count + 20, 2.0)
        # Time for two looks of the watchdog.
        time.sleep(5.0)
        after = running.status()
        assert (after["state"], same(after)) == ("running", same(before))
        assert after["cycles"] > before["cycles"] + 100
        gap = max(steps(capture.packets, "timestamp", 2**32))
        assert gap == pytest.approx(STOPPED_SECONDS * 48000, rel=0.1)
        # jackd, which waited for its client, answers requests as late as half a minute later.
        server.stop(kill=True)
        end = running.stop()
    assert (end.code, end.errors) == (0, "")
    assert end.output.count("runs as jackrf at") == 1


def test_who_cannot_even_begin_can_be_ended(tmp_path: Path) -> None:
    """A server that hangs holds up whoever opens a client: Ctrl-C ends it all the same."""
    session = tmp_path / "session.toml"
    session.write_text(with_osc_of_its_own(one_voice()))
    with DummyJack(f"jackrf-{os.getpid()}-hung") as server:
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            with Program(jackrf_command("run", str(session), "--server", server.name)) as program:
                wait_for(lambda: socket_path("jackrf").exists())
                time.sleep(0.5)
                end = program.stop(signal.SIGINT)
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
            # It hears of the death of its client, and has to be told to end afterwards.
            time.sleep(0.5)
    assert (end.code, end.errors) == (0, "")
    assert end.seconds < 5.0


def test_it_ends_although_the_server_hangs(tmp_path: Path) -> None:
    """A server that answers nobody does not keep who is told to end."""
    with (
        DummyJack(f"jackrf-{os.getpid()}-hanging") as server,
        Running(tmp_path, one_voice(), server.name) as running,
    ):
        assert server.process is not None
        os.kill(server.process.pid, signal.SIGSTOP)
        try:
            end = running.stop()
        finally:
            os.kill(server.process.pid, signal.SIGCONT)
            # It hears of the death of its client, and has to be told to end afterwards.
            time.sleep(0.5)
    assert (end.code, end.errors) == (0, "")
    assert end.seconds < 5.0
    assert not socket_path("jackrf").exists()
