"""The loop finds a line through what packets say, at once and for good."""

import numpy as np
import pytest

from jackrf.realtime.loop import drift_of, local_at, observe, start_loop, stream_at
from jackrf.receiver import Receiver
from tests.offline import RATE

STEP = 128.0


def followed(
    ppm: float, noise: float, seconds: float, seed: int = 0
) -> tuple[Receiver, float, float]:
    """Show the loop packets of a clock; return it, and its errors in ppm and in frames."""
    receiver = Receiver(RATE, -1)
    row = receiver.reception[0]
    random = np.random.default_rng(seed)
    slope = 1.0 + ppm * 1e-6
    start_loop(row, 0.0, 7.0, 1.0)
    position = 0.0
    for _ in range(int(seconds * RATE / STEP)):
        position += STEP
        observe(row, position, 7.0 + slope * position + random.normal(0.0, noise))
    error = stream_at(row, position) - 7.0 - slope * position
    return receiver, (drift_of(row) * 1e6 - ppm), float(error)


@pytest.mark.parametrize("ppm", [0.0, 50.0, -50.0, 300.0, -300.0])
def test_the_drift_is_known_to_1_ppm_within_20_s(ppm: float) -> None:
    """At 0.1 ms of jitter, which is a wire's, and it says so itself."""
    receiver, wrong, off = followed(ppm, 4.8, 20.0)
    assert abs(wrong) < 1.0
    assert abs(off) < 1.0
    assert receiver.report()["settled"]


@pytest.mark.parametrize("ppm", [0.0, 300.0])
def test_through_5_ms_of_jitter_the_place_is_known_to_16_frames(ppm: float) -> None:
    """240 frames of noise on each packet, and after 20 s the line is within 16 frames."""
    _, wrong, off = followed(ppm, 240.0, 20.0)
    assert abs(wrong) < 25.0
    assert abs(off) < 16.0


def test_there_and_back() -> None:
    """Local position and stream frame are two ways to say one thing."""
    receiver, _, _ = followed(100.0, 1.0, 2.0)
    row = receiver.reception[0]
    assert local_at(row, stream_at(row, 12_345.0)) == pytest.approx(12_345.0)


def test_a_late_burst_moves_nothing() -> None:
    """50 ms of packets that come together, late, are no news of the clock."""
    receiver, _, _ = followed(0.0, 1.0, 10.0)
    row = receiver.reception[0]
    position = float(row["anchor"])
    for packet in range(19):
        assert not observe(row, position + 2500.0, 7.0 + position + 128.0 * packet)
    assert stream_at(row, position) - 7.0 - position == pytest.approx(0.0, abs=3.0)


def test_a_step_is_taken_after_100_ms() -> None:
    """When everything comes 500 frames later from now on, the line goes there at once."""
    receiver, _, _ = followed(0.0, 1.0, 10.0)
    row = receiver.reception[0]
    position, moved = float(row["anchor"]), []
    for packet in range(1, 60):
        at = position + STEP * packet
        moved.append(bool(observe(row, at, 7.0 + at - 500.0)))
    assert sum(moved) == 1
    assert 0.1 <= (moved.index(True) + 1) * STEP / RATE < 0.12
    assert stream_at(row, at) == pytest.approx(7.0 + at - 500.0, abs=2.0)


def test_what_comes_before_its_time_moves_the_line_in_20_ms() -> None:
    """No network brings a packet before it was sent: the line was wrong."""
    receiver, _, _ = followed(0.0, 1.0, 10.0)
    row = receiver.reception[0]
    position, moved = float(row["anchor"]), []
    for packet in range(1, 40):
        at = position + STEP * packet
        moved.append(bool(observe(row, at, 7.0 + at + 500.0)))
    assert sum(moved) == 1
    assert 0.020 <= (moved.index(True) + 1) * STEP / RATE < 0.027
    assert stream_at(row, at) == pytest.approx(7.0 + at + 500.0, abs=2.0)
