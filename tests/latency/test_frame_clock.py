"""Frame times on the monotonic clock."""

import time

import pytest

from jackrf.errors import JackrfError
from jackrf.latency.frame_clock import FrameClock
from jackrf.latency.instruments import Recorder
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def off_by(recorder: Recorder) -> float:
    """Return by how many ns a clock is wrong on when the latest period began."""
    clock = FrameClock(recorder)
    for _ in range(30):
        clock.look()
        time.sleep(0.01)
    frames, now = recorder.latest()
    assert clock.at(frames + 48000) - clock.at(frames) == pytest.approx(1e9, rel=0.03)
    assert clock.at(frames + 0.5) - clock.at(frames) == pytest.approx(1e9 / 96000, rel=0.03)
    return abs(clock.at(frames) - now)


def test_a_frame_time_is_a_moment(dummy_jack: DummyJack) -> None:
    """The latest period's is when it began, to 2 ms, and a second of frames lasts a second."""
    with Recorder(dummy_jack.name, []) as recorder:
        with pytest.raises(JackrfError, match="too busy to compare"):
            FrameClock(recorder).at(0.0)
        assert min(off_by(recorder) for _ in range(3)) < 2e6
