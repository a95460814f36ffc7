"""A sound card without JACK: PortAudio through ALSA, on a PulseAudio sink of a clock of its own."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest

from jackrf.realtime.cache import cache_folder
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.instruments import Player, wait_for
from tests.system.music import TONE_LEVEL, one_voice, tone
from tests.system.running import Program, Running, free_port, jackrf_command

pytestmark = pytest.mark.system

RATE = 48000
BLOCK = 480
ASOUNDRC = "pcm.ear { type pulse }\nctl.ear { type pulse }\npcm.!default { type pulse }\n"


@contextmanager
def sound_card(folder: Path) -> Iterator[dict[str, str]]:
    """Run a PulseAudio server of our own with a sink; yield the environment that plays on it."""
    pulseaudio = shutil.which("pulseaudio")
    assert pulseaudio is not None, "apt install pulseaudio libasound2-plugins"
    socket = folder / "native"
    (folder / ".asoundrc").write_text(ASOUNDRC)
    environment = {
        "HOME": str(folder),
        # What is compiled lies in the home of before: to compile it anew takes up to a minute.
        "NUMBA_CACHE_DIR": str(cache_folder().parents[2]),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_RUNTIME_PATH": str(folder),
        "PULSE_SERVER": f"unix:{socket}",
        "JACK_NO_START_SERVER": "1",
        "JACK_DEFAULT_SERVER": "none-at-all",
    }
    modules = [
        f"module-null-sink sink_name=ear rate={RATE} channels=2 format=float32le",
        f"module-native-protocol-unix auth-anonymous=1 socket={socket}",
    ]
    loads = [word for module in modules for word in ("-L", module)]
    quietly = ["--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no"]
    with Program([pulseaudio, "-n", *quietly, *loads], environment) as server:
        server.wait_until(socket.exists)
        yield environment
        server.stop()


def heard(environment: dict[str, str], seconds: float) -> np.ndarray:
    """Return what the sink plays, float32, shape (frames, 2)."""
    command = ["parec", "-d", "ear.monitor", "--format=float32le", f"--rate={RATE}"]
    with tempfile.TemporaryFile() as file:
        with subprocess.Popen(
            [*command, "--channels=2", "--latency-msec=20"], stdout=file, env=environment
        ) as recording:
            time.sleep(seconds)
            recording.terminate()
        file.seek(0)
        octets = file.read()
    return np.frombuffer(octets[: len(octets) // 8 * 8], np.float32).reshape(-1, 2)


def is_whole(audio: np.ndarray) -> bool:
    """Whether the tone is there at its level, in all but a fifth of what was heard."""
    blocks = np.abs(audio[len(audio) // 3 // BLOCK * BLOCK :, 0])
    peaks = blocks[: len(blocks) // BLOCK * BLOCK].reshape(-1, BLOCK).max(axis=1)
    return len(peaks) > 100 and float(np.mean(np.abs(peaks - TONE_LEVEL) < 0.02)) > 0.8


def test_a_card_that_goes_is_waited_for() -> None:
    """As when it is unplugged: it says so, and plays again when it is back."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        url = f"udp://127.0.0.1:{free_port()}"
        with sound_card(folder) as environment:
            command = jackrf_command("listen", url, "--device", "ear", "--json")
            listening = stack.enter_context(Program(command, environment))
            listening.wait_until(lambda: '"waiting"' in listening.said(), 60.0)
        listening.wait_until(lambda: '"waiting for the sound card"' in listening.said(), 60.0)
        with sound_card(folder):
            listening.wait_until(lambda: "the sound card is back" in listening.said(1), 60.0)
            ended = listening.stop()
    assert ended.code == 0


def test_a_card_of_alsa_plays_a_mix(dummy_jack: DummyJack) -> None:
    """The tone is there, whole and at its level; the card's clock is followed, not the sender's."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, sound_card(Path(folder)) as environment:
        listed = Program(jackrf_command("listen", "--device", "list"), environment)
        with listed:
            assert "ear, ALSA: " in listed.wait().output
        url = f"udp://127.0.0.1:{port}"
        command = jackrf_command("listen", url, "--device", "ear", "--period", "512", "--json")
        with (
            Player(dummy_jack.name) as player,
            Running(Path(folder), one_voice(port), dummy_jack.name),
            Program(command, environment) as listening,
        ):
            player.play(tone(), loop=True)
            listening.wait_until(lambda: '"playing"' in listening.said())
            audio = best_of(lambda: heard(environment, 3.0), is_whole)
            wait_for(lambda: listening.said().count("\n") > 4)
            ended = listening.stop()
        last = json.loads(ended.output.splitlines()[-1])
    assert is_whole(audio)
    assert ended.code == 0
    assert last["state"] == "playing"
    assert not last["same_clock"]
    assert last["late"] < last["packets"] / 2
