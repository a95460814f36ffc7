"""A PipeWire desktop hears of a mix by SAP, and has it as a source that programs record from."""

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest

from jackrf.testing import DummyJack
from tests.system.instruments import Player, wait_for
from tests.system.music import tone
from tests.system.pipewire import pipewire
from tests.system.running import Program, Running, free_port

pytestmark = [pytest.mark.system, pytest.mark.checkout]

RATE = 48000
SESSION = """\
format = 2
name = "Chapel"
[inputs.voice]
name = "Voice"
connect = ["player:out_1"]
[mixes.choir]
name = "Choir"
encoding = "L24"
announce = true
send_to = ["udp://239.69.1.1:PORT?interface=lo"]
sends = { voice = { gain = 0.0 } }
"""


def asked(environment: dict[str, str], *command: str) -> str:
    """What a small program of PipeWire's prints."""
    answer = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    return answer.stdout


def test_a_desktop_finds_the_mix_and_records_it(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Nothing but two lines of configuration names jackrf; what it records is the tone that plays,
    and the source goes when jackrf does.
    """
    out = tmp_path / "heard.wav"
    session = SESSION.replace("PORT", str(free_port()))
    with Player(dummy_jack.name) as player, pipewire(tmp_path) as environment:
        player.play(tone(), loop=True)

        def is_there() -> bool:
            return "jackrf: Choir" in asked(environment, "pw-cli", "ls", "Node")

        with Running(tmp_path, session, dummy_jack.name):
            wait_for(is_there)
            record = ["pw-record", "--target", "jackrf: Choir", "--rate", str(RATE)]
            command = [*record, "--channels", "2", "--format", "s16", str(out)]
            with Program(command, environment) as recording:
                wait_for(lambda: out.exists() and out.stat().st_size > 4 * RATE * 2)
                recording.stop(2)
        wait_for(lambda: not is_there())
    heard = np.frombuffer(out.read_bytes()[44:], "<i2").reshape(-1, 2)[-RATE:, 0] / 2**15
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    assert abs(int(spectrum.argmax()) - 100) <= 1
    assert 0.1 < np.abs(heard).max() < 0.3
