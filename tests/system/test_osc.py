"""OSC with a real JACK server: from a fader to the ear, in storms, and with surfaces of others."""

import contextlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from jackrf.osc.guard import parse
from jackrf.osc.messages import encode, of
from jackrf.testing import DummyJack
from tests.osc.storm import Pings, storm
from tests.quiet import best_of
from tests.system.capture import Capture
from tests.system.instruments import Player, wait_for
from tests.system.music import constant, one_voice
from tests.system.running import Program, Running, jackrf

pytestmark = pytest.mark.system

PERIOD_SECONDS = 128 / 48000
MOVES = 200
NODE = Path(__file__).parent.parent / "osc" / "node"

LARGE = "\n".join(
    [
        'format = 2\nname = "Large"',
        *(f'[inputs.in{strip}]\nname = "Input {strip}"' for strip in range(1, 33)),
        *(f'[mixes.mix{mix}]\nname = "Mix {mix}"' for mix in range(1, 17)),
    ]
)


def osc_port(running: Running) -> int:
    """The port on which it listens."""
    port: int = running.status()["osc"]["port"]
    return port


@contextlib.contextmanager
def surface(running: Running) -> Iterator[socket.socket]:
    """A UDP socket connected to its OSC."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.settimeout(5.0)
        plain.connect(("127.0.0.1", osc_port(running)))
        yield plain


def say(plain: socket.socket, path: str, *args: Any) -> None:
    """Send a message."""
    plain.send(encode(of(path, *args)))


def first_change(capture: Capture, since: float, start: int) -> float:
    """Wait for the first packet with another level than its first frame had; return when it came.

    Args:
        capture: of a constant.
        since: when the fader was moved, monotonic seconds.
        start: number of the first packet that may have it.
    """
    deadline = since + 2.0
    number = max(start - 2, 0)
    while time.monotonic() < deadline:
        packets = capture.packets
        while number < len(packets):
            one = packets[number]
            left = one.samples[0].astype(int)
            if one.at >= since and np.ptp(left) > 0:
                return one.at
            number += 1
        time.sleep(0.0005)
    raise TimeoutError("no packet had another level")


def test_from_a_fader_to_the_first_packet_with_its_gain(
    tmp_path: Path, dummy_jack: DummyJack
) -> None:
    """On loopback, at 128 frames: half of them within 2 periods, 99 of 100 within 10 ms."""
    with (
        Capture() as capture,
        Running(tmp_path, one_voice(capture.port), dummy_jack.name) as running,
        Player(dummy_jack.name) as player,
        surface(running) as plain,
    ):
        player.play(constant(), loop=True)
        wait_for(lambda: bool(running.status()["inputs"][0]["connections"]))
        wait_for(lambda: capture.count > 100 and capture.packets[-1].samples[0].min() > 10_000)
        waits = best_of(
            lambda: Waits(*np.quantile(moved(capture, plain), [0.5, 0.99])),
            lambda found: found.p50 <= 2 * PERIOD_SECONDS and found.p99 <= 0.010,
        )
        assert running.stop().errors == ""
    print(f"fader to packet: {waits}")


class Waits(NamedTuple):
    """From a message to the first packet with its gain, in seconds."""

    p50: float
    p99: float


def moved(capture: Capture, plain: socket.socket) -> list[float]:
    """Move a fader many times, at any time of a period; return how long each took to be heard."""
    waits = []
    chance = random.Random(1)  # noqa: S311 - to be repeated, not to be secret
    for number in range(MOVES):
        time.sleep(0.03 + chance.random() * PERIOD_SECONDS)  # the last glide is over
        start, since = capture.count, time.monotonic()
        say(plain, "/mix/ear/in/voice/gain", -6.0 if number % 2 else -12.0)
        waits.append(first_change(capture, since, start) - since)
    return waits


class Storm(NamedTuple):
    """What a storm did, beside as many idle seconds just before it.

    Attributes:
        idle: xruns without it.
        stormy: xruns with it.
        ping: the longest wait for an answer, in seconds.
        wrong: faders that are not where the storm left them.
        garbage: datagrams that were refused.
    """

    idle: int
    stormy: int
    ping: float
    wrong: int
    garbage: int


@pytest.mark.soak
def test_a_storm_is_not_heard(tmp_path: Path, dummy_jack: DummyJack) -> None:
    """5,000 messages a second, one second of them garbage: every valid last value is set, a ping is
    answered within 100 ms, and there are no more xruns than in an idle run of the same length.
    """
    seconds = float(os.environ.get("JACKRF_SOAK", "6"))
    with Running(tmp_path, LARGE, dummy_jack.name) as running, surface(running) as plain:
        found = best_of(lambda: after_a_storm(running, plain, seconds), is_unheard)
        callback = running.status()["callback_us"]
    print(f"{found}; {callback}")


def is_unheard(found: Storm) -> bool:
    """Say whether a storm was no trouble to anybody."""
    quick = found.ping < 0.1 and found.wrong == 0 and found.garbage > 4000
    return quick and found.stormy <= found.idle


def after_a_storm(running: Running, plain: socket.socket, seconds: float) -> Storm:
    """Be idle for a while, then have a storm for as long, and look what it did."""
    port, counts = osc_port(running), []
    pings = Pings(port)
    malformed = running.status()["osc"]["refused"]["malformed"]
    counts.append(running.status()["xruns"])
    time.sleep(seconds)
    counts.append(running.status()["xruns"])
    with pings:
        last = storm(port, seconds)
    counts.append(running.status()["xruns"])
    time.sleep(0.5)
    wrong = 0
    for path, position in last.items():
        say(plain, path)
        (told,) = parse(plain.recv(2048))
        wrong += told.args[0] != pytest.approx(position, abs=1e-4)
        time.sleep(0.006)
    garbage = running.status()["osc"]["refused"]["malformed"] - malformed
    assert len(last) > 400
    idle, stormy = np.diff(counts)
    return Storm(idle, stormy, max(pings.waits), wrong, garbage)


def test_a_taken_port_is_one_line_and_nothing_starts(tmp_path: Path, dummy_jack: DummyJack) -> None:
    """Exit code 2; no client of that name in JACK, no control socket, and the first one runs on."""
    with Running(tmp_path, one_voice(), dummy_jack.name) as running:
        port = osc_port(running)
        session = tmp_path / "second.toml"
        session.write_text(one_voice())
        arguments = ("--server", dummy_jack.name, "--name", "second", "--osc-port", str(port))
        answer = jackrf("run", str(session), *arguments)
        assert (answer.code, answer.output) == (2, "")
        assert f"port {port}" in answer.line
        assert not (Path(os.environ["XDG_RUNTIME_DIR"]) / "jackrf" / "second.sock").exists()
        with Player(dummy_jack.name) as player:
            assert not player.client.has_port("second:in_01")
        assert running.is_mixing()


def test_pin_and_pair_from_the_command_line(tmp_path: Path, dummy_jack: DummyJack) -> None:
    """The PIN's hash is beside the session; who is paired is in the status at once."""
    with Running(tmp_path, one_voice(), dummy_jack.name) as running:
        pin = jackrf("pin", "ear").output.split()[0]
        assert len(pin) == 6
        assert pin not in (tmp_path / "secrets.toml").read_text()
        told = jackrf("pair", "192.168.1.20", "--mix", "ear").output
        assert '[[osc.surfaces]]\nhost = "192.168.1.20"' in told
        (tablet,) = running.status()["osc"]["surfaces"]
        assert (tablet["to"], tablet["mixes"]) == ("192.168.1.20:9000", ["ear"])
        assert "no mix 'nose': there are ear" in jackrf("pair", "10.0.0.1", "--mix", "nose").line


def test_liblos_tools_drive_and_follow_a_mix(tmp_path: Path, dummy_jack: DummyJack) -> None:
    """``oscsend`` moves a fader, ``oscdump`` sees where it is, in dB and in words."""
    if shutil.which("oscsend") is None:
        pytest.skip("liblo's tools are not installed: apt install liblo-tools")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        ear = str(probe.getsockname()[1])
    with (
        Running(tmp_path, one_voice(), dummy_jack.name) as running,
        Program(["oscdump", "-L", ear]) as dump,
    ):
        to = ["oscsend", "127.0.0.1", str(osc_port(running))]

        def listening() -> bool:
            subprocess.run([*to, "/subscribe", "si", "/mix/ear", ear], check=True)
            return "/sync/end" in dump.said()

        wait_for(listening, 20.0)
        subprocess.run([*to, "/mix/1/in/1/fader", "f", "0.5"], check=True)
        subprocess.run([*to, "/mix/ear/mute", "T"], check=True)
        wait_for(lambda: '/mix/1/in/1/text s "-10.0 dB"' in dump.said(), 20.0)
        wait_for(lambda: "/mix/1/in/1/fader f 0.500000" in dump.said(), 20.0)
        wait_for(lambda: "/mix/1/mute i 1" in dump.said(), 20.0)
        wait_for(lambda: "/heartbeat ii" in dump.said(), 20.0)
        running.ask("set", mix="ear", input="voice", gain=0.0)
        wait_for(lambda: "/mix/1/in/1/fader f 0.750000" in dump.said(), 20.0)


def test_a_surface_in_javascript_drives_and_follows_a_mix(
    tmp_path: Path, dummy_jack: DummyJack
) -> None:
    """Npm's osc reads the bundles of a sync and of changes, and its bundles are done whole."""
    if shutil.which("node") is None or not (NODE / "node_modules" / "osc").is_dir():
        pytest.skip("node or npm's osc is not installed: scripts/setup test")
    with Running(tmp_path, one_voice(), dummy_jack.name) as running:
        command = ["node", str(NODE / "surface.js"), str(osc_port(running)), "/mix/ear"]
        script = [sys.executable, "-c", FEED, *command]
        with Program(script, {"LINES": json.dumps(JAVASCRIPT)}) as page:
            wait_for(lambda: told(page, "/sync/end") is not None, 20.0)
            assert told(page, "/mix/1/name") == "Ear"
            wait_for(lambda: told(page, "/mix/1/in/1/text") == "-10.0 dB", 20.0)
            wait_for(lambda: told(page, "/mix/1/mute") == 1, 20.0)
            wait_for(lambda: told(page, "/mix/1/in/1/pan") == 0.5, 20.0)
            running.ask("set", mix="ear", input="voice", gain=-6.0)
            wait_for(lambda: told(page, "/mix/1/in/1/fader") == pytest.approx(0.6), 20.0)


JAVASCRIPT = [
    [["/mix/1/in/1/fader", "f", 0.5]],
    [["/mix/1/in/1/pan", "f", 0.5], ["/mix/1/mute", "i", 1]],
]
"""What the JavaScript surface sends: a message, then a bundle."""

FEED = """\
import json, os, subprocess, sys, time
page = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, text=True)
for line in json.loads(os.environ["LINES"]):
    time.sleep(1.0)
    print(json.dumps(line), file=page.stdin, flush=True)
try:
    page.wait()
except BaseException:
    page.kill()
    page.wait()
"""
"""Gives the surface its lines, a second apart, and keeps its input open."""


def told(page: Program, path: str) -> Any:
    """The latest value that the JavaScript surface was told at an address, None without one."""
    found = None
    for line in page.said().splitlines():
        with contextlib.suppress(ValueError):
            address, *values = json.loads(line)
            found = values[0] if address == path else found
    return found
