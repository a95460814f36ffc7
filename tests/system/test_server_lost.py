"""JACK servers that are not there, come late, die, and come back."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from jackrf.control import socket_path
from jackrf.errors import JackrfError
from jackrf.testing import DummyJack
from tests.osc.storm import Pings
from tests.system.bare_client import BareClient
from tests.system.capture import Capture, Captured, steps
from tests.system.instruments import Player, wait_for
from tests.system.music import TONE_LEVEL, one_voice, tone
from tests.system.running import Running, jackrf, with_osc_of_its_own
from tests.system.test_memory import size

pytestmark = pytest.mark.system


LOOKS = 10
MARGIN, HEAP = 8 * 1024, 256 * 1024
"""Bytes a restart that it may grow by, and by which the heap may move once and again."""


class Waiting(Running):
    """``jackrf run --wait`` while there is no server."""

    def become_ready(self) -> None:
        """Wait until it waits."""
        self.wait_until(self.is_waiting)

    def is_waiting(self) -> bool:
        """Whether it says that it waits."""
        try:
            return bool(self.status()["state"] == "waiting for JACK")
        except JackrfError:
            return False


def test_without_a_server_nothing_is_left(tmp_path: Path) -> None:
    """No server: one line that says how to start one, exit code 1, and no control socket."""
    session = tmp_path / "session.toml"
    session.write_text(with_osc_of_its_own(one_voice()))
    answer = jackrf("run", str(session), "--server", "jackrf-no-such-server")
    assert (answer.code, answer.output) == (1, "")
    assert "jackd -n jackrf-no-such-server -d alsa" in answer.line
    assert not socket_path("jackrf").exists()


def test_it_waits_for_a_server_that_comes_late(tmp_path: Path) -> None:
    """With --wait it says in its status that it waits, and runs when the server comes."""
    server = DummyJack(f"jackrf-{os.getpid()}-late")
    with Waiting(tmp_path, one_voice(), server.name, "--wait") as waiting, server:
        waiting.wait_until(waiting.is_mixing)
        end = waiting.stop()
    assert (end.code, end.errors) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_waiting(tmp_path: Path, number: signal.Signals) -> None:
    """Who waits for a server that never comes ends at once, and leaves no control socket."""
    with Waiting(tmp_path, one_voice(), "jackrf-no-such-server", "--wait") as waiting:
        end = waiting.stop(number)
    assert (end.code, end.output, end.errors) == (0, "", "")
    assert end.seconds < 1.0
    assert not socket_path("jackrf").exists()


def described(running: Running, player: Player) -> dict[str, Any]:
    """Return what has to be the same under the next server."""
    status = running.status()
    mixes = status["mixes"].items()
    return {
        "pid": running.pid,
        "client": status["client"],
        "ports": sorted(port.name for port in player.client._client.get_ports("^jackrf:")),
        "connections": [strip["connections"] for strip in status["inputs"]],
        "listeners": {name: [one["url"] for one in mix["listeners"]] for name, mix in mixes},
    }


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_it_outlives_the_server(tmp_path: Path) -> None:
    """A server that is killed while audio, OSC and listeners are live comes back, three times or
    more, at the same or at another rate: the same process has the same ports, connections,
    listeners and stream, the levels as they were set last, answers all the time, and audio flows
    within 2 s. Nothing of all that stays behind in the process: what it grows by is what libjack
    grows by in a client that does nothing else.
    """
    turns = max(3, round(float(os.environ.get("JACKRF_SOAK", "6")) / 3))
    server = DummyJack(f"jackrf-{os.getpid()}-mortal")
    waits, sizes, bare_sizes = [], [], []
    with (
        Capture() as capture,
        server,
        BareClient(server.name) as bare,
        Running(tmp_path, one_voice(capture.port), server.name) as running,
    ):
        with Pings(running.status()["osc"]["port"]) as pings:
            for turn in range(turns):
                gain = -3.0 - turn % 8
                waits.append(killed_and_back(server, running, bare, capture, gain))
                sizes.append(size_at_rest(running))
                bare_sizes.append(size(bare)[0])
        end = running.stop()
    assert (end.code, end.errors) == (0, "")
    assert max(waits) < 2.0
    assert max(pings.waits) < 1.0
    assert_one_stream(capture.packets)
    assert sizes[0][1:] == sizes[-1][1:]
    grown, bare_grown = growth([one for one, *_ in sizes]), growth(bare_sizes)
    print(
        f"{turns} restarts: audio {max(waits):.2f} s after the server at the latest, "
        f"slowest ping {1000 * max(pings.waits):.0f} ms, {grown / 1024:+.1f} KiB a restart, "
        f"libjack alone {bare_grown / 1024:+.1f}"
    )
    assert grown < bare_grown + MARGIN + HEAP / turns


def size_at_rest(running: Running) -> tuple[int, int, int]:
    """Return resident bytes, and those descriptors and threads that are no work of a moment."""
    looks = []
    for _ in range(LOOKS):
        time.sleep(0.05)
        looks.append(size(running))
    resident, descriptors, threads = zip(*looks, strict=True)
    return resident[-1], min(descriptors), min(threads)


def growth(sizes: list[int]) -> float:
    """Return bytes a restart, once what is needed at first is there."""
    later = sizes[len(sizes) // 3 :]
    return (later[-1] - later[0]) / max(1, len(later) - 1)


def killed_and_back(
    server: DummyJack, running: Running, bare: BareClient, capture: Capture, gain: float
) -> float:
    """Kill the server while audio flows, set a level meanwhile, start the server at another rate.

    Returns:
        How many seconds after the server the listener heard something.
    """
    with Player(server.name) as player:
        player.play(tone(), loop=True, delay=0.0)
        running.wait_until(lambda: running.status()["inputs"][0]["connections"])
        bare.tell("open")
        before = described(running, player)
        server.stop(kill=True)
        bare.tell("close")
    running.wait_until(lambda: running.status()["state"] == "waiting for JACK", 5.0)
    running.ask("set", mix="ear", input="voice", gain=gain)
    time.sleep(0.2)  # until all that was sent before is in
    gone = capture.count
    server.samplerate = 44100 if server.samplerate == 48000 else 48000
    server.start()
    back = time.monotonic()
    with Player(server.name) as player:
        player.play(tone(), loop=True, delay=0.0)
        heard_at_last(capture, round(10 ** (gain / 20) * TONE_LEVEL * 2**15), back)
        assert described(running, player) == before
        assert running.status()["samplerate"] == server.samplerate
        assert f"/{server.samplerate}/2" in running.ask("sdp", mix="ear")
    fresh = capture.packets[gone:]
    assert fresh[0].packet.marker
    return next(one.at for one in fresh if one.samples.any()) - back


def assert_one_stream(packets: list[Captured]) -> None:
    """Assert that packets are of one stream whose numbers and timestamps never go back."""
    assert len({one.packet.ssrc for one in packets}) == 1
    assert set(steps(packets, "sequence", 2**16)) == {1}
    # Modulo 2**32 a step back is a large one. A server's first two periods may be of one time.
    assert max(steps(packets, "timestamp", 2**32)) < 60 * 48000


def heard_at_last(capture: Capture, level: int, since: float) -> None:
    """Wait until 20 packets in a row have their peak where it belongs, within 1 LSB."""

    def right() -> bool:
        last = [one for one in capture.packets[-20:] if one.at > since]
        peak = max((int(abs(one.samples).max()) for one in last), default=0)
        return len(last) == 20 and abs(peak - level) <= 1

    wait_for(right, 10.0)
