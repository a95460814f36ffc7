"""VLC as Debian builds it hears a mix, by its SDP."""

import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from jackrf.testing import DummyJack
from tests.system.instruments import Player
from tests.system.music import TONE_LEVEL, one_voice, tone
from tests.system.running import Program, Running, free_port

pytestmark = pytest.mark.system

RATE = 48000
NOBODY = 65534
HEAD = 44
"""Bytes of a WAV file before its samples."""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may write to."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def vlc(sdp: Path, out: Path) -> list[str]:
    """Its command line, as docs/players.md writes it, with a file for a sound card."""
    to = f"#transcode{{acodec=s16l}}:std{{access=file,mux=wav,dst={out}}}"
    command = ["cvlc", "-q", "-I", "dummy", "--demux=avformat", "--network-caching=50", str(sdp)]
    if os.geteuid() == 0:
        # It refuses to be root.
        other = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
        command = ["setpriv", *other, *command]
    return [*command, "--sout", to]


def test_vlc_plays_the_mix(dummy_jack: DummyJack, tmp_path: Path, open_folder: Path) -> None:
    """By avformat: VLC's own reader of SDP is not built in Debian. What it plays is the tone."""
    port, out = free_port(), open_folder / "heard.wav"
    sdp = open_folder / "mix.sdp"
    with ExitStack() as stack:
        player = stack.enter_context(Player(dummy_jack.name))
        player.play(tone(), loop=True)
        running = stack.enter_context(Running(tmp_path, one_voice(port), dummy_jack.name))
        sdp.write_text(str(running.ask("sdp", mix="ear")))
        program = stack.enter_context(Program(vlc(sdp, out), {"HOME": str(open_folder)}))
        program.wait_until(lambda: out.exists() and out.stat().st_size > 4 * RATE * 4)
        program.stop(signal.SIGINT)
    samples = np.frombuffer(out.read_bytes()[HEAD : HEAD + 16 * RATE], "<i2").reshape(-1, 2)
    heard = samples[-2 * RATE :, 0] / 2**15
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    # Two seconds long: 100 Hz is the line 200.
    assert abs(int(spectrum.argmax()) - 200) <= 2
    assert np.abs(heard).max() == pytest.approx(TONE_LEVEL, abs=0.01)
