"""The whole demo, as a person runs it: one command, no sound card, no JACK server."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import matplotlib.image
import numpy as np
import psutil
import pytest
import soundfile

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

SECONDS = 6
DEMO = [sys.executable, "-m", "jackrf", "demo", "--seconds", str(SECONDS), "--out"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo of this module writes."""
    return tmp_path_factory.mktemp("demo") / "artifacts"


@pytest.fixture(scope="module")
def printed(folder: Path) -> str:
    """What a demo of six seconds prints into a pipe."""
    ended = subprocess.run(
        [*DEMO, str(folder)], capture_output=True, text=True, timeout=280, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def test_the_latency_is_one_period(printed: str) -> None:
    """It is printed in frames, periods and milliseconds: 128, 1.00 and 2.67."""
    found = re.search(
        r"^latency +(\d+) frames = ([\d.]+) periods = ([\d.]+) ms", printed, re.MULTILINE
    )
    assert found
    assert found.groups() == ("128", "1.00", "2.67")


def test_drops_and_xruns_are_printed(printed: str) -> None:
    """About 2250 packets of 128 frames in six seconds, with the drops by cause."""
    found = re.search(r"^packets +([\d,]+) sent, ([\d,]+) dropped \((.*)\)$", printed, re.MULTILINE)
    assert found
    assert 1500 < int(found[1].replace(",", "")) < 2400
    assert {"full", "refused", "unreachable"} <= set(re.findall(r"(\w+) \d+", found[3]))
    assert re.search(r"^xruns +\d+ in [\d,]+ periods$", printed, re.MULTILINE)


def test_the_live_view_is_shown_a_few_times_in_a_pipe(printed: str) -> None:
    """Three times, not thirty times a second, and without colours."""
    assert printed.count("jackrf-demo") == 3
    assert "\x1b" not in printed


def test_it_says_where_the_files_are_and_how_to_go_on(printed: str, folder: Path) -> None:
    """The next command is on the last lines."""
    assert f"{folder / 'demo.wav'}, {folder / 'demo.png'}" in printed
    assert "jackrf run" in printed.split("files", 1)[1]


def test_the_wav_is_what_the_listener_heard(printed: str, folder: Path) -> None:
    """Six seconds of stereo in 24 bits, loud enough and not clipped."""
    assert printed
    info = soundfile.info(folder / "demo.wav")
    assert (info.samplerate, info.channels, info.subtype) == (48000, 2, "PCM_24")
    assert info.duration == pytest.approx(SECONDS, rel=0.1)
    audio, _ = soundfile.read(folder / "demo.wav")
    assert 0.05 < np.abs(audio).max() < 0.9


def test_the_picture_is_drawn(printed: str, folder: Path) -> None:
    """A PNG of 1800 by 1350 pixels."""
    assert printed
    assert matplotlib.image.imread(folder / "demo.png").shape[:2] == (1350, 1800)


def test_ctrl_c_in_a_terminal_ends_it_and_all_it_started(tmp_path: Path) -> None:
    """On a terminal the view is live; Ctrl-C ends jackd, band, jackrf and listener in seconds."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [*DEMO, str(tmp_path)], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
    )
    os.close(slave)
    output = b""
    deadline = time.monotonic() + 150
    while b"drums" not in output.lower() and time.monotonic() < deadline:
        if select.select([master], [], [], 0.1)[0]:
            output += os.read(master, 65536)
    assert b"drums" in output.lower()
    started = psutil.Process(process.pid).children(recursive=True)
    assert len(started) >= 4
    process.send_signal(signal.SIGINT)
    with_output_until_end(process, master)
    assert process.returncode != 0
    _, alive = psutil.wait_procs(started, timeout=1)
    assert not alive


def with_output_until_end(process: subprocess.Popen[bytes], terminal: int) -> None:
    """Read a terminal until its process ends, for a full one would hold it up."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 65536)
            except OSError:  # the other end is closed
                break
    process.wait(10)
    os.close(terminal)
