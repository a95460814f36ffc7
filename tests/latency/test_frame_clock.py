"""Frame times on the monotonic clock."""

import time

import pytest

from jackrf.errors import JackrfError
from jackrf.latency.frame_clock import FrameClock
from jackrf.latency.instruments import Recorder
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def test_a_frame_time_is_a_moment(dummy_jack: DummyJack) -> None:
    """That of now is now, to 2 ms, and a second of frames lasts a second, to a hundredth."""
    with Recorder(dummy_jack.name, []) as recorder:
        clock = FrameClock(recorder)
        with pytest.raises(JackrfError, match="too busy to compare"):
            clock.at(0.0)
        for _ in range(30):
            clock.look()
            time.sleep(0.01)
        now, frames = time.monotonic_ns(), recorder.client.frame_time
        assert clock.at(frames) == pytest.approx(now, abs=2e6)
        assert clock.at(frames + 48000) - clock.at(frames) == pytest.approx(1e9, rel=0.01)
        assert clock.at(frames + 0.5) - clock.at(frames) == pytest.approx(1e9 / 96000, rel=0.01)
