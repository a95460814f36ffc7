"""A player and a recorder on a wire: what was played is heard, frame by frame."""

import resource
from pathlib import Path

import numpy as np
import pytest

from jackrf.latency.instruments import Player, Recorder, apart, wait_for
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def test_a_wire_delays_nothing(dummy_jack: DummyJack) -> None:
    """Every frame is recorded at the frame time at which it was played."""
    track = np.random.default_rng(1).uniform(-1, 1, (1, 20_000)).astype(np.float32)
    for _ in range(5):
        with Player(dummy_jack.name) as player, Recorder(dummy_jack.name, player.ports) as recorder:
            recorder.begin(1.0)
            start = player.play(track)
            player.wait()
            take = recorder.end()
            lost = player.missed + take.missed
        at = apart(start, take.start)
        if not lost:
            break
    assert np.array_equal(take.audio[:, at : at + 20_000], track)


def resident() -> int:
    """Bytes of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def test_the_audio_thread_is_the_first_to_touch_no_page(dummy_jack: DummyJack) -> None:
    """All that it will record to is in memory before it does."""
    with Player(dummy_jack.name) as player, Recorder(dummy_jack.name, player.ports) as recorder:
        before = resident()
        recorder.begin(200.0)
        assert resident() - before > 0.9 * 200 * 48000 * 4


def test_waiting_in_vain_is_an_error() -> None:
    """After as long as was said."""
    with pytest.raises(TimeoutError, match=r"waited 0.01 s in vain"):
        wait_for(lambda: False, 0.01)


def test_frame_times_go_round() -> None:
    """The difference of two is a signed number."""
    assert apart(5, 2**32 - 5) == 10
    assert apart(2**32 - 5, 5) == -10
