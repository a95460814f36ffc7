"""Under PipeWire's libjack: names, connections, audio on the wire, periods that change, the end."""

import shutil
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from jackrf.realtime.context import MAX_PACKET
from jackrf.rtp.stream import identify
from tests.quiet import best_of
from tests.system.capture import Capture, Captured
from tests.system.instruments import wait_for
from tests.system.music import TONE_LEVEL, one_voice
from tests.system.running import Program, Running, jackrf_command, with_osc_of_its_own
from tests.system.studio import PROGRAMS, PipeWire
from tests.system.test_periods import is_whole_tone
from tests.system.test_server_lost import assert_one_stream

pytestmark = pytest.mark.system

QUANTA = (64, 1024, 8192, 256)
NAMES = {"jackrf One voice", "audio-headphones", "Voice", "Inputs", "Ear left", "Mix 1 Ear"}
"""Of a client, its icon, its ports and their groups."""


@pytest.fixture
def pipewire(tmp_path: Path, short_runtime_dir: Path) -> Iterator[PipeWire]:  # noqa: ARG001
    """One that runs."""
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)}: not installed: scripts/setup test")
    with PipeWire(tmp_path) as server:
        yield server


def is_at(running: Running, frames: int) -> bool:
    """Say whether the period is of so many frames."""
    return bool(running.status()["period"] == frames)


class Guest(Running):
    """``pw-jack jackrf run``, on the default server."""

    def __init__(self, folder: Path, session: str, server: PipeWire) -> None:
        super().__init__(folder, session, "", environment=server.environment, before=("pw-jack",))


def playing(server: PipeWire) -> Program:
    """Play the tone."""
    command = ["pw-jack", sys.executable, "-m", "tests.system.playing"]
    return Program(command, server.environment)


def test_a_session_under_pipewire(pipewire: PipeWire, tmp_path: Path) -> None:
    """It opens, names its ports for people, is connected to who plays however late, sends what is
    played bit by bit at every quantum that is forced meanwhile, and ends in peace.
    """
    with Capture() as capture:
        session = one_voice(capture.port).replace("[mixes.ear]", '[mixes.ear]\nencoding = "L24"')
        with Guest(tmp_path, session, pipewire) as running:
            ports = pipewire.jack("jack_lsp", "jackrf:").split()
            assert sorted(ports) == ["jackrf:in_01", "jackrf:mix_01_l", "jackrf:mix_01_r"]
            told = pipewire.jack("jack_property", "-l")
            assert {name for name in NAMES if f"value: {name} type:" in told} == NAMES
            assert running.status()["inputs"][0]["missing"] == ["player:out_1"]
            with playing(pipewire) as player:
                running.wait_until(lambda: running.status()["inputs"][0]["connections"])

                def half_a_second() -> list[Captured]:
                    start = capture.count
                    time.sleep(0.5)
                    return capture.packets[start:]

                for frames in QUANTA:
                    pipewire.force_quantum(frames)
                    wait_for(partial(is_at, running, frames))
                    best_of(half_a_second, is_whole_tone)
                player.stop()
            running.wait_until(lambda: running.status()["inputs"][0]["missing"])
            status = running.status()
            assert (status["state"], status["refused_periods"]) == ("running", 0)
            end = running.stop()
    assert (end.code, end.errors) == (0, "")
    assert end.seconds < 2.0
    packets = capture.packets
    assert {one.packet.ssrc for one in packets} == {identify("One voice", "ear")[0]}
    assert max(one.size for one in packets) <= MAX_PACKET


def test_pipewire_itself_goes_and_comes_back(pipewire: PipeWire, tmp_path: Path) -> None:
    """Killed and started again: the same process goes on with the same ports and levels, and the
    same stream.
    """
    with Capture() as capture, Guest(tmp_path, one_voice(capture.port), pipewire) as running:
        wait_for(lambda: capture.count > 20)
        for gain in (-6.0, -12.0):
            level = round(10 ** (gain / 20) * TONE_LEVEL * 2**15)
            pipewire.stop(signal.SIGKILL)
            running.wait_until(lambda: running.status()["state"] == "waiting for JACK", 15.0)
            running.ask("set", mix="ear", input="voice", gain=gain)
            pipewire.start()
            with playing(pipewire):
                running.wait_until(partial(is_heard, capture, level), 15.0)
            ports = pipewire.jack("jack_lsp", "jackrf:").split()
            assert sorted(ports) == ["jackrf:in_01", "jackrf:mix_01_l", "jackrf:mix_01_r"]
        end = running.stop()
    assert (end.code, end.errors) == (0, "")
    assert_one_stream(capture.packets)


def is_heard(capture: Capture, level: int) -> bool:
    """Say whether the largest of the last samples is of this level, within 1 LSB."""
    last = [int(abs(one.samples).max()) for one in capture.packets[-20:]]
    return abs(max(last) - level) <= 1


def test_without_pipewire_it_says_what_to_do(tmp_path: Path) -> None:
    """No PipeWire: the line and the exit code are those of a JACK server that is not there."""
    session = tmp_path / "session.toml"
    session.write_text(with_osc_of_its_own(one_voice()))
    with Program(["pw-jack", *jackrf_command("run", str(session))]) as program:
        end = program.wait()
    assert end.code == 1
    assert "is not running" in end.line
