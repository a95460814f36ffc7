"""``jackrf status``, against a control socket that gives a sample status."""

import fcntl
import json
import os
import pty
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from jackrf.commands.status import status
from jackrf.errors import InputError, JackrfError
from tests.control.serving import serving
from tests.live.band import a_status, make_ill

COMMAND = [sys.executable, "-m", "jackrf", "status"]
LEAVE_ALT_SCREEN = b"\x1b[?1049l"


def a_rehearsal() -> dict[str, Any]:
    """A status in which something is wrong."""
    found = a_status(3, 2)
    found["inputs"][1] |= {"connections": [], "missing": ["system:capture_2"], "bad_samples": 17}
    found["inputs"][2]["peak_db"] = None
    found["inputs"][0]["name"] = "Ki\x1b[2Jck"
    found["mixes"]["mix-0"]["limit_db"] = -2.345
    found["mixes"]["mix-1"]["ports"] = [
        {"missing": ["amp:l"], "offered": {"amp:l": "amp-01:l"}},
        {"missing": ["amp:r"], "offered": {}},
    ]
    make_ill(found, "mix-1")
    return found


PLAIN = """\
jackrf: running, session Rehearsal
48000 Hz, 128 frames = 2.67 ms
282123 cycles, 0 xruns, load 4.2 %
callback: p50 22, p99 61, p99.9 87, max 143 µs

Inputs
id       name     port          peak dB  hears             trouble
input-0  Ki?[2Jck jackrf:in_01     -6.0  system:capture_1
input-1  Bass     jackrf:in_02    -13.0                    no system:capture_2, 17 bad samples
input-2  Keys     jackrf:in_03     -inf  system:capture_3

Mixes
id     name  gain dB  left dB  right dB  limiter dB  encoding  trouble
mix-0  Kick     -3.0     -9.0     -10.0        -2.3  L16
mix-1  Bass     -3.0    -10.0     -11.0         0.0  L16       no amp:l (like amp-01:l?), no amp:r

Listeners
mix    url                      state    queued ms    sent  dropped
mix-0  udp://192.168.1.20:5004  sending        1.2  637412  0
mix-1  udp://192.168.1.21:5004  refused        1.2  637412  12034: refused 11000, \
backoff 1003, full 31
"""


def test_where_listeners_tune_in_and_who_was_refused_is_shown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The port stands over the listeners, what mends a refusal below everything."""
    remedy = "listening from 10.0.0.5 refused: jackrf status shows the mixes (there is no such mix)"
    rtsp = {"address": "127.0.0.1", "port": 8554, "remedies": [remedy]}
    with serving({"status": lambda _: a_rehearsal() | {"rtsp": rtsp}}):
        status("jackrf", as_json=False, watch=False)
    told = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert "Listeners (RTSP 127.0.0.1 port 8554)" in told
    assert told[-1] == remedy


def test_what_receivers_tell_has_its_columns(capsys: pytest.CaptureFixture[str]) -> None:
    """Loss on the network and jitter, where at least one listener tells of them."""
    found = a_rehearsal()
    listener = found["mixes"]["mix-0"]["listeners"][0]
    listener["heard"] = {"loss": 0.0213, "lost": 9, "jitter_ms": 3.24, "round_trip_ms": 4.0}
    with serving({"status": lambda _: found}):
        status("jackrf", as_json=False, watch=False)
    told = [line.split() for line in capsys.readouterr().out.splitlines()]
    header = "mix url state queued ms net loss jitter ms sent dropped".split()  # noqa: SIM905
    start = told.index(header)
    assert told[start + 1][3:] == ["1.2", "2.1%", "3.2", "637412", "0"]
    assert told[start + 2][3:6] == ["1.2", "637412", "12034:"]


def test_surfaces_and_what_mends_a_refusal_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Each refusal is a line that can be pasted from; a name in it moves no terminal."""
    remedy = "OSC from 10.0.0.5 refused: jackrf pair 10.0.0.5 --mix drums (/\x1b[2J: 3 times)"
    tablet: dict[str, object] = {"mixes": ["drums"], "listens_to": ["/mix/drums"], "named": True}
    tablet |= {"from": "192.168.1.31:9000", "to": "192.168.1.31:9000", "role": "musician"}
    phone = tablet | {"to": "192.168.1.32:9000", "role": "observer", "mixes": []}
    surfaces = [
        tablet | {"received": 12, "sent": 345, "seen": 3.2},
        phone | {"received": 0, "sent": 7, "seen": None},
    ]
    osc = {"listen": "192.168.1.1", "port": 9955, "surfaces": surfaces, "refused": {}}
    found = a_rehearsal() | {"osc": osc | {"remedies": [remedy]}}
    with serving({"status": lambda _: found}):
        status("jackrf", as_json=False, watch=False)
    told = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    start = told.index("Surfaces (OSC 192.168.1.1 port 9955)")
    rows = [line.split() for line in told[start + 2 : start + 4]]
    assert rows[0] == ["192.168.1.31:9000", "musician", "drums", "3", "12", "345", "/mix/drums"]
    assert rows[1] == ["192.168.1.32:9000", "observer", "never", "0", "7", "/mix/drums"]
    assert told[-1] == remedy.replace("\x1b", "?")


def test_plain_text_is_for_people_and_pipes(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing cut, nothing wrapped, no escape, however wide it gets."""
    with serving({"status": lambda _: a_rehearsal()}):
        status("jackrf", as_json=False, watch=False)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert [line.split() for line in lines] == [line.split() for line in PLAIN.splitlines()]


def test_before_jack_is_there_what_is_not_known_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No rate, no callback, no inputs."""
    unknown = {"samplerate": 0, "period": 0, "callback_us": {}, "inputs": [], "mixes": {}}
    found = a_status() | unknown | {"state": "waiting for JACK"}
    with serving({"status": lambda _: found}):
        status("jackrf", as_json=False, watch=False)
    assert capsys.readouterr().out == (
        "jackrf: waiting for JACK, session Rehearsal\n282123 cycles, 0 xruns, load 4.2 %\n"
    )


def test_what_is_not_saved_is_told_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    """Behind the session's name; the reason on a line of its own."""
    found = a_status() | {"unsaved": 2, "save_error": "a.toml: the disk is\x1b full"}
    with serving({"status": lambda _: found}):
        status("jackrf", as_json=False, watch=False)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "jackrf: running, session Rehearsal, 2 not saved"
    assert second == "not saved: a.toml: the disk is? full"


def test_json_is_the_status_with_floats_to_two_places(capsys: pytest.CaptureFixture[str]) -> None:
    """Every key as it came; a silent meter stays null."""
    with serving({"status": lambda _: a_rehearsal() | {"drift": -0.001}}):
        status("jackrf", as_json=True, watch=False)
    text = capsys.readouterr().out
    found = json.loads(text)
    assert found["load"] == 4.23
    assert '"drift": 0.0' in text
    assert found["inputs"][2]["peak_db"] is None
    expected = a_rehearsal() | {"load": 4.23, "drift": 0.0}
    expected["mixes"]["mix-0"]["limit_db"] = -2.35
    assert found == expected


@pytest.mark.parametrize("as_json", [True, False])
def test_nobody_there_is_an_error(as_json: bool) -> None:
    """Once is once."""
    with pytest.raises(JackrfError, match=r"start one: jackrf run SESSION.toml"):
        status("jackrf", as_json=as_json, watch=False)


def test_to_watch_takes_a_terminal() -> None:
    """In a pipe there is --json --watch."""
    with pytest.raises(InputError, match="--watch needs a terminal: use --json --watch"):
        status("jackrf", as_json=False, watch=True)


def test_json_can_be_watched_through_a_pipe_while_jackrf_comes_and_goes() -> None:
    """A line each time; SIGINT ends it with 0."""
    command = [*COMMAND, "--json", "--watch"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        away = json.loads(process.stdout.readline())
        assert (away["client"], away["state"]) == ("jackrf", "away")
        assert away["error"].startswith('no jackrf named "jackrf"')
        with serving({"status": lambda _: a_status()}):
            states = {json.loads(process.stdout.readline())["state"] for _ in range(10)}
            assert "running" in states
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode == 0


@pytest.mark.parametrize("arguments", [["--json", "--watch"], ["--json"], []])
def test_a_reader_that_leaves_is_no_error(arguments: list[str]) -> None:
    """As `| head` does."""
    with serving({"status": lambda _: a_status(64, 32, listeners=4)}):
        with subprocess.Popen(
            [*COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
        assert process.returncode == 0


def test_a_terminal_without_unicode_is_no_error() -> None:
    """What it cannot show is a question mark."""
    with serving({"status": lambda _: a_status() | {"session": "Jürgen"}}):
        answer = subprocess.run(
            COMMAND, env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True
        )
    assert b"session J?rgen" in answer.stdout


class Terminal:
    """A pseudo-terminal, 80 by 24, with `jackrf status --watch` in it."""

    def __init__(self) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
        os.set_blocking(self._ours, False)
        self.seen = b""
        environment = os.environ | {"TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [*COMMAND, "--watch"], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
        )
        os.close(theirs)

    def shows(self, words: bytes) -> bool:
        """Whether these words appear from now on, within 10 s."""
        self.seen = b""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            self.read()
            if words in self.seen:
                return True
            time.sleep(0.02)
        return False

    def read(self) -> None:
        """Take what the terminal has been sent; at the end of the program, nothing."""
        try:
            self.seen += os.read(self._ours, 1 << 20)
        except OSError:
            return

    def close(self) -> None:
        """Kill what still runs."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)


@contextmanager
def watching() -> Iterator[Terminal]:
    """A terminal for the length of the block."""
    terminal = Terminal()
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_live_view_survives_a_jackrf_that_goes_and_comes_back(number: signal.Signals) -> None:
    """It waits, shows, waits, shows; a signal gives the terminal back and ends it with 0."""
    with watching() as terminal:
        assert terminal.shows("○ waiting for jackrf".encode())
        for _ in range(2):
            with serving({"status": lambda _: a_status()}):
                assert terminal.shows(b"LISTENERS")
                assert terminal.shows(b"-6.0")
            assert terminal.shows(b"start one: jackrf run SESSION.toml")
        terminal.process.send_signal(number)
        assert terminal.shows(LEAVE_ALT_SCREEN)
        assert terminal.process.wait(5) == 0


def test_a_watch_does_not_hold_back_a_jackrf_that_ends() -> None:
    """The watcher's connection is cut, not waited for."""
    with watching() as terminal:
        with serving({"status": lambda _: a_status()}):
            assert terminal.shows(b"LISTENERS")
            started = time.monotonic()
        assert time.monotonic() - started < 1.0
