"""`jackrf listen` through its life: restarts at both ends, a sound card, files, and reports."""

import contextlib
import itertools
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import termios
import threading
import time
from pathlib import Path
from typing import Self

import numpy as np
import pytest
import soundfile
from matplotlib.image import imread

from jackrf.rtp.packet import Packet
from jackrf.rtp.rtcp import Goodbye, ReceiverReport, SourceDescription, parse_compound
from jackrf.testing import DummyJack
from tests.system.instruments import Player, Recorder, wait_for
from tests.system.music import TONE_LEVEL, level, one_voice, tone, wait_until_heard
from tests.system.running import Listening, Program, Running, free_port, jackrf, jackrf_command

pytestmark = pytest.mark.system

WITHIN_SECONDS = 0.3
"""From the moment that both ends are there to audio, as the issue asks."""
L24 = '[mixes.ear]\nencoding = "L24"'
TRIES = 4
"""On a machine that others use, the best of some restarts is judged."""


def first_sound(recorder: Recorder, since: float) -> float:
    """Return how many s after a moment the tone was heard."""
    wait_for(lambda: level(recorder, 0.02) > TONE_LEVEL / 2, 5.0)
    return time.monotonic() - since


@pytest.mark.parametrize("change", ["nothing", "encoding and SSRC"])
def test_audio_is_back_within_300_ms_after_the_sender_restarts(
    dummy_jack: DummyJack, tmp_path: Path, change: str
) -> None:
    """Counted from the first packet of the new sender, also where that sends L24 in place of L16
    and, having another name, with another SSRC; the listener keeps its ports.
    """
    port = free_port()
    session = one_voice(port)
    other = session.replace("One voice", "Another").replace("[mixes.ear]", L24)
    took = []
    with (
        Player(dummy_jack.name) as player,
        Listening(port, dummy_jack.name) as listening,
        Recorder(dummy_jack.name, listening.ports) as recorder,
    ):
        player.play(tone(), loop=True)
        with Running(tmp_path, session, dummy_jack.name):
            wait_until_heard(recorder)
        for turn in range(TRIES):
            wanted = other if change != "nothing" and turn % 2 == 0 else session
            with Running(tmp_path, wanted, dummy_jack.name) as running:
                wait_for(lambda: running.status()["mixes"]["ear"]["listeners"][0]["sent"] > 0)
                took.append(first_sound(recorder, time.monotonic()))
                assert recorder.client.connections("in_1") == listening.ports[:1]
            if took[-1] < WITHIN_SECONDS:
                break
    assert min(took) < WITHIN_SECONDS, took


def test_a_terminal_has_a_live_view(dummy_jack: DummyJack) -> None:
    """On a terminal of 100 by 24 the delay, its maximum, drift and both meters are in it; Ctrl-C
    gives the terminal back, and one line says what became of the stream.
    """
    port = free_port()
    near, far = pty.openpty()
    termios.tcsetwinsize(far, (24, 100))
    url = f"udp://127.0.0.1:{port}"
    command = jackrf_command("listen", url, "--server", dummy_jack.name, "--connect", "")
    shown = b""
    with (
        Sender(port),
        subprocess.Popen(
            command, stdin=far, stdout=far, stderr=far, env=os.environ | {"TERM": "xterm"}
        ) as listening,
    ):
        os.close(far)
        told = False
        # Reading fails when the last of the other end is closed: the program has ended.
        with contextlib.suppress(OSError):
            while data := os.read(near, 65536):
                shown += data
                if not told and set(words(shown)) >= SEEN:
                    told = True
                    listening.send_signal(signal.SIGINT)
    os.close(near)
    assert set(words(shown)) >= SEEN
    assert listening.returncode == 0
    assert b"jackrf: playing: " in shown[shown.rindex(b"\x1b[?1049l") :]


SEEN = {"playing", "delay", "most", "20", "drift", "network", "concealed", "left", "right"}


def words(shown: bytes) -> list[str]:
    """What a terminal shows, word by word, without its escapes."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", " ", shown.decode(errors="replace")).split()


class Sender:
    """A stream of a tone, on a thread of its own and without JACK: libjack cannot be a client of
    two servers in one process.

    Args:
        port: UDP port of 127.0.0.1.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._send)

    def _send(self) -> None:
        cycle = np.rint(tone()[0] * 32768).astype(">i2")
        began = time.monotonic()
        with socket.socket(type=socket.SOCK_DGRAM) as sending:
            for number in itertools.count():
                frames = np.arange(128 * number, 128 * (number + 1)) % len(cycle)
                samples = np.repeat(cycle[frames], 2).tobytes()
                data = Packet(96, number % 2**16, 128 * number, 0x1234, samples).serialise()
                sending.sendto(data, ("127.0.0.1", self._port))
                due = began + 128 * (number + 1) / 48000
                if self._stopped.wait(max(0.0, due - time.monotonic())):
                    return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()


def test_it_outlives_its_server_with_the_same_ports_and_connections() -> None:
    """Jackd is killed under the listener and starts again: the same client name, the same ports,
    connected as before, and audio within 300 ms after the server is there.
    """
    port = free_port()
    server = DummyJack(f"jackrf-{os.getpid()}-hears")
    took = []
    with (
        server,
        Sender(port),
        Listening(port, server.name, connect=("system:playback_2",)) as listening,
    ):
        for number in range(1, TRIES + 1):
            server.stop(kill=True)
            listening.wait_until(lambda n=number: listening.said().count("went away") == n)
            ear = Program(
                [sys.executable, "-m", "tests.system.ear", server.name, listening.ports[0]]
            )
            with ear:
                ear.wait_until(lambda e=ear: "ready" in e.said())
                server.start()
                there = time.monotonic()
                _, heard, *peers = ear.wait().output.split()
            took.append(float(heard) - there)
            assert sorted(peers) == ["ear:in_1", "system:playback_2"]
            if took[-1] < WITHIN_SECONDS:
                break
        assert listening.stop().code == 0
    assert min(took) < WITHIN_SECONDS, took


def test_a_sound_card_plays_without_jack_clients_of_ours(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """PortAudio calls the compiled callback; here its way to the ear is JACK, so that it can be
    recorded, and no sound card is needed.
    """
    port = free_port()
    environment = dummy_jack.environment
    listed = Program(jackrf_command("listen", "--device", "list"), environment)
    with listed:
        assert "system, JACK Audio Connection Kit: 2 channels, 48000 Hz" in listed.wait().output
    with (
        Player(dummy_jack.name) as player,
        Running(tmp_path, one_voice(port), dummy_jack.name),
    ):
        player.play(tone(), loop=True)
        command = jackrf_command("listen", f"udp://127.0.0.1:{port}", "--device", "system")
        with Program(command, environment) as listening:
            listening.wait_until(lambda: "plays on system" in listening.said())
            with Recorder(dummy_jack.name, ["PortAudio:out_0"]) as recorder:
                wait_until_heard(recorder)
            ended = listening.stop()
        assert (ended.code, ended.errors) == (0, "")
        assert "playing: " in ended.output


def test_json_a_recording_and_a_plot(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """A line of JSON a second and one at the end; a WAV with the tone in it; a picture."""
    port = free_port()
    wav, png = tmp_path / "heard.wav", tmp_path / "heard.png"
    sdp = tmp_path / "ear.sdp"
    with (
        Player(dummy_jack.name) as player,
        Running(tmp_path, one_voice(port), dummy_jack.name),
    ):
        player.play(tone(), loop=True)
        assert jackrf("sdp", "ear", "-o", str(sdp)).code == 0
        files = ("--record", str(wav), "--plot", str(png))
        options = ("--server", dummy_jack.name, "--connect", "", "--json", *files)
        with Program(jackrf_command("listen", str(sdp), *options)) as listening:
            listening.wait_until(lambda: listening.said().count("\n") >= 3)
            ended = listening.stop()
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.output.splitlines()]
    assert [line.get("summary", False) for line in lines] == [False] * (len(lines) - 1) + [True]
    assert lines[-1]["state"] == "playing"
    assert lines[-1]["packets"] > lines[0]["packets"] > 0
    assert lines[-1]["peak_db"][0] == pytest.approx(20 * np.log10(TONE_LEVEL), abs=0.2)
    audio, rate = soundfile.read(wav, dtype="float32")
    assert rate == 48000
    assert len(audio) > 2 * rate
    assert np.abs(audio[-rate:, 0]).max() == pytest.approx(TONE_LEVEL, abs=0.01)
    assert imread(png).shape[:2] == (1200, 1800)


def test_a_mix_is_tuned_in_to_by_rtsp(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """The mix that nobody is sent: the listener asks for it, hears it, and leaves it again."""
    rtsp = free_port()
    session = one_voice() + f"\n[listen]\nport = {rtsp}\n"
    with (
        Player(dummy_jack.name) as player,
        Running(tmp_path, session, dummy_jack.name) as running,
    ):
        player.play(tone(), loop=True)
        url = f"rtsp://127.0.0.1:{rtsp}/ear"
        options = ("--server", dummy_jack.name, "--connect", "")
        with Program(jackrf_command("listen", url, *options)) as listening:
            listening.wait_until(lambda: f"listens on {url}" in listening.said())
            with Recorder(dummy_jack.name, ["jackrf-listen:out_1"]) as recorder:
                wait_until_heard(recorder)
            assert len(running.status()["mixes"]["ear"]["listeners"]) == 1
            assert listening.stop().code == 0
        wait_for(lambda: not running.status()["mixes"]["ear"]["listeners"])


def test_the_sender_gets_reports(dummy_jack: DummyJack) -> None:
    """A stream from any sender: reports come to the port above its own within two seconds, name
    the stream and this listener, and a goodbye comes at the end.
    """
    port, own = free_port(), free_port()
    with (
        socket.socket(type=socket.SOCK_DGRAM) as rtp,
        socket.socket(type=socket.SOCK_DGRAM) as rtcp,
        Listening(port, dummy_jack.name) as listening,
    ):
        rtp.bind(("127.0.0.1", own))
        rtcp.bind(("127.0.0.1", own + 1))
        rtcp.settimeout(0.002)
        found = []
        for number in range(2000):
            header = b"\x80\x60" + number.to_bytes(2, "big") + (128 * number).to_bytes(4, "big")
            rtp.sendto(header + b"\0\0\x12\x34" + bytes(512), ("127.0.0.1", port))
            try:
                found.append(parse_compound(rtcp.recv(2048)))
            except TimeoutError:
                continue
            if len(found) == 2:
                break
        report, description = found[-1]
        assert isinstance(report, ReceiverReport)
        assert isinstance(description, SourceDescription)
        assert [block.ssrc for block in report.blocks] == [0x1234]
        assert description.names[0][1] == f"jackrf@{socket.gethostname()}"
        rtcp.settimeout(2.0)
        assert listening.stop().code == 0
        while not isinstance(parse_compound(rtcp.recv(2048))[-1], Goodbye):
            pass
