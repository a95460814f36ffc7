"""What the server does to its periods while jackrf runs: other sizes, and freewheel."""

import contextlib
import os
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from jackrf.errors import JackrfError
from jackrf.realtime.context import MAX_PACKET
from jackrf.rtp.stream import identify
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.capture import Capture, Captured
from tests.system.decoders import samples
from tests.system.instruments import Player, Recorder, wait_for
from tests.system.music import one_voice, tone, wait_until_heard
from tests.system.running import Listening, Running, free_port

pytestmark = pytest.mark.system


def set_period(server: DummyJack, frames: int) -> None:
    """Change the server's period as a person does."""
    subprocess.run(["jack_bufsize", str(frames)], env=server.environment, check=True, timeout=10)


def in_24_bits(session: str) -> str:
    """Return a session whose mix is sent as L24."""
    return session.replace("[mixes.ear]", '[mixes.ear]\nencoding = "L24"')


def is_whole_tone(packets: list[Captured]) -> bool:
    """Say whether L24 packets are one unbroken tone, frame by frame, within 1 LSB."""
    expected, audio = packets[0].packet.timestamp, []
    for number, one in enumerate(packets):
        if (packets[0].packet.sequence + number) % 2**16 != one.packet.sequence:
            return False
        if one.packet.timestamp != expected:
            return False
        audio.append(samples(one.packet.payload, "L24")[0])
        expected = (expected + len(audio[-1])) % 2**32
    heard = np.concatenate(audio)
    cycle = tone()[0].astype(np.float64) * 2**23
    place = min(range(480), key=lambda n: abs(heard[:480] - np.roll(cycle, n)).max())
    exact = np.resize(np.roll(cycle, place), len(heard))
    return bool(np.abs(heard - exact).max() <= 1.0)


def test_the_period_changes_while_it_runs(tmp_path: Path) -> None:
    """From 64 to 1024 to 96 frames by jack_bufsize: the same process sends the same stream, whole,
    in packets of 1280 bytes at the most, and the listener hears it.
    """
    port = free_port()
    with (
        DummyJack(f"jackrf-{os.getpid()}-bufsize", period=64) as server,
        Capture() as capture,
        Player(server.name) as player,
    ):
        session = in_24_bits(one_voice(port, capture.port))
        with (
            Running(tmp_path, session, server.name) as running,
            Listening(port, server.name) as listening,
            Recorder(server.name, listening.ports) as recorder,
        ):
            player.play(tone(), loop=True)
            wait_until_heard(recorder)

            def half_a_second() -> list[Captured]:
                start = capture.count
                time.sleep(0.5)
                return capture.packets[start:]

            for period in (64, 1024, 96):
                set_period(server, period)
                assert running.status()["period"] == period
                wait_until_heard(recorder)
                best_of(half_a_second, is_whole_tone)
            assert listening.running
            packets = capture.packets
    assert {one.packet.ssrc for one in packets} == {identify("One voice", "ear")[0]}
    assert {one.packet.payload_type for one in packets} == {97}
    assert max(one.size for one in packets) <= MAX_PACKET
    assert {len(one.packet.payload) // 6 for one in packets} == {64, 128, 96}


def test_freewheel_sends_nothing(tmp_path: Path) -> None:
    """While the graph runs freewheel no packet leaves; afterwards the listener hears again."""
    port = free_port()
    with (
        DummyJack(f"jackrf-{os.getpid()}-freewheel") as server,
        Capture() as capture,
        Player(server.name) as player,
        Running(tmp_path, one_voice(port, capture.port), server.name) as running,
        Listening(port, server.name) as listening,
        Recorder(server.name, listening.ports) as recorder,
    ):
        player.play(tone(), loop=True)
        wait_until_heard(recorder)
        player.client._client.set_freewheel(True)
        time.sleep(0.2)
        packets, cycles = capture.count, running.status()["cycles"]
        time.sleep(0.5)
        assert capture.count == packets
        assert running.status()["cycles"] - cycles > 10 * 0.5 * 48000 / 128
        player.client._client.set_freewheel(False)
        wait_until_heard(recorder)
        assert capture.count > packets
        assert running.running


class Starting(Running):
    """``jackrf run`` that may not mix yet when it answers."""

    def become_ready(self) -> None:
        """Wait until it answers."""
        self.wait_until(self.answers)

    def answers(self) -> bool:
        """Whether it does."""
        with contextlib.suppress(JackrfError):
            return bool(self.status())
        return False


def test_who_is_started_during_an_export_is_heard_after_it(tmp_path: Path) -> None:
    """Not a packet leaves meanwhile; then the listener hears, and what is wished is connected."""
    with (
        DummyJack(f"jackrf-{os.getpid()}-exporting") as server,
        Capture() as capture,
        Player(server.name) as player,
    ):
        player.play(tone(), loop=True)
        player.client._client.set_freewheel(True)
        session = in_24_bits(one_voice(capture.port))
        with Starting(tmp_path, session, server.name) as running:
            time.sleep(4.0)
            assert capture.count == 0
            player.client._client.set_freewheel(False)
            wait_for(lambda: capture.count > 50 and is_whole_tone(capture.packets[-20:]), 15.0)
            status = running.status()
            assert status["state"] == "running"
            assert status["inputs"][0]["connections"] == player.ports
            end = running.stop()
    assert (end.code, end.errors) == (0, "")
