"""How a running jackrf ends: softly, at once, and without a trace."""

import signal
import time
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.control import socket_path
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.capture import Capture, Captured, joined
from tests.system.instruments import Player, wait_for
from tests.system.music import constant, one_voice
from tests.system.running import Ended, Running

pytestmark = pytest.mark.system

FADE = 960
"""Frames: 20 ms at 48 kHz."""
FULL = 2**14
"""What the constant is in L16."""


def ports(player: Player, pattern: str = "jackrf") -> list[str]:
    """Return the names of the ports of a client that are there."""
    return [port.name for port in player.client._client.get_ports(pattern)]


def unbroken(packets: list[Captured]) -> bool:
    """Say whether L16 packets follow each other without a lost period."""
    times = np.array([one.packet.timestamp for one in packets])
    frames = [one.samples.shape[1] for one in packets]
    return bool((np.diff(times) % 2**32 == frames[:-1]).all())


def wait_until_open(capture: Capture) -> None:
    """Wait until the mix has faded in."""
    wait_for(lambda: capture.count > 0)
    wait_for(lambda: bool(capture.packets[-1].samples[0, -1] == FULL))


def ended(
    server: DummyJack, folder: Path, number: signal.Signals
) -> tuple[Ended, NDArray[np.int16], list[str]]:
    """Play a constant, end jackrf by a signal; return its end, its last 160 ms, and its ports."""

    def once() -> tuple[Ended, list[Captured], list[str]]:
        with Player(server.name) as player, Capture() as capture:
            player.play(constant(FULL / 2**15), loop=True)
            with Running(folder, one_voice(capture.port), server.name) as running:
                wait_until_open(capture)
                assert ports(player)
                end = running.stop(number)
            time.sleep(0.1)
            return end, capture.packets[-60:], ports(player)

    end, last, left = best_of(once, lambda found: unbroken(found[1]) and found[0].seconds < 1.0)
    return end, joined(last), left


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_fades_it_out(
    dummy_jack: DummyJack, tmp_path: Path, number: signal.Signals
) -> None:
    """SIGTERM and SIGINT: the last packets fall to silence along 20 ms without a step, the exit
    code is 0 within a second, and neither a port nor the control socket is left.
    """
    end, audio, left = ended(dummy_jack, tmp_path, number)
    assert (end.code, end.errors) == (0, "")
    assert left == []
    assert not socket_path("jackrf").exists()
    falling = audio[0, np.flatnonzero(audio[0] == FULL)[-1] :].astype(int)
    assert falling[-1] == 0
    steps = np.diff(falling)
    assert steps.max() <= 0
    # A line over 20 ms, and 1 LSB of rounding at each end of a step.
    assert -steps.min() <= FULL / FADE + 1


def test_a_second_signal_is_harmless(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Who presses Ctrl-C three times ends it no less softly."""
    with Running(tmp_path, one_voice(), dummy_jack.name) as running:
        for _ in range(2):
            running.process.send_signal(signal.SIGINT)
        end = running.stop(signal.SIGTERM)
    assert (end.code, end.errors) == (0, "")
