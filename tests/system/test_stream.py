"""The stream on the wire, beside JACK's own clock."""

from pathlib import Path

import numpy as np
import pytest

from jackrf.rtp.stream import identify
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.capture import Capture, Captured
from tests.system.instruments import Player
from tests.system.music import one_voice
from tests.system.running import Running

pytestmark = pytest.mark.system


def pulses(server: DummyJack, folder: Path) -> tuple[list[int], list[int], list[Captured]]:
    """Return when two pulses were played, in JACK's frame time, when they are in the stream, by
    RTP timestamp, and all of its packets.
    """
    pulse = np.zeros((1, 100), np.float32)
    pulse[0, 0] = 0.5

    def once() -> tuple[int, list[int], list[Captured]]:
        with (
            Player(server.name) as player,
            Capture() as capture,
            Running(folder, one_voice(capture.port), server.name) as running,
        ):
            running.wait_until(lambda: running.status()["inputs"][0]["connections"])
            missed, played = player.missed, []
            for _ in range(2):
                played.append(player.play(pulse))
                player.wait()
            return player.missed - missed, played, capture.packets

    _, played, packets = best_of(once, lambda found: found[0] == 0)
    found = [
        (one.packet.timestamp + int(frame)) % 2**32
        for one in packets
        for frame in np.flatnonzero(one.samples[0])
    ]
    return played, found, packets


def test_timestamps_are_jacks_frame_time(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """A frame that is played at a JACK frame time has that and the stream's offset for its RTP
    timestamp, before and after a restart, and the SSRC stays the same.
    """
    ssrc, offset = identify("One voice", "ear")
    for _ in range(2):
        played, found, packets = pulses(dummy_jack, tmp_path)
        assert found == [(frame_time + offset) % 2**32 for frame_time in played]
        assert {one.packet.ssrc for one in packets} == {ssrc}
        assert packets[0].packet.marker
