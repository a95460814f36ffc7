"""Targets of all sends: whole swaps, single writes, and how long each glide takes."""

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.gains import Gains, slowest_rises

RATE = 48000


def frames(gains: Gains) -> NDArray[np.uint32]:
    """The frames that the glide to each gain takes."""
    counts: NDArray[np.uint32] = gains.array[1].view(np.uint32)
    return counts


def rows(*amplitudes: float) -> NDArray[np.float32]:
    """One mix of as many inputs, both sides alike."""
    return np.array([amplitudes, amplitudes], np.float32)


def test_a_swap_is_another_array() -> None:
    """What the callback may be reading stays as it was; the new one lies elsewhere."""
    gains = Gains(2, 3, RATE)
    before = gains.array
    gains.swap(rows(1.0, 0.5, 0.0))
    assert gains.array is not before
    assert not before.any()
    assert np.array_equal(gains.array[0], rows(1.0, 0.5, 0.0))


def test_a_swap_of_one_mix_leaves_the_others() -> None:
    """Gains and times of the mixes that are not named stay."""
    gains = Gains(6, 1, RATE)
    gains.swap(np.ones((6, 1), np.float32), seconds=0.5)
    gains.swap(rows(0.25), mix=1)
    assert gains.array[0].ravel().tolist() == [1.0, 1.0, 0.25, 0.25, 1.0, 1.0]
    assert frames(gains).ravel().tolist() == [24000, 24000, 960, 960, 24000, 24000]


def test_a_write_is_in_place() -> None:
    """Single sends are written where the callback reads: no other array, no other send."""
    gains = Gains(4, 3, RATE)
    before = gains.array
    gains.write([(1, 2), (0, 0)], np.array([[0.5, 0.25], [1.0, 0.75]], np.float32), seconds=0.1)
    assert gains.array is before
    expected = np.zeros((4, 3), np.float32)
    expected[2:, 2] = 0.5, 0.25
    expected[:2, 0] = 1.0, 0.75
    assert np.array_equal(gains.array[0], expected)
    assert np.array_equal(frames(gains), np.where(expected > 0, 4800, 0))


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0.0, 960), (0.001, 960), (0.02, 960), (1.0, 48000), (60.0, 2880000)]
)
@pytest.mark.parametrize("single", [False, True])
def test_no_glide_is_shorter_than_20_ms(seconds: float, expected: int, single: bool) -> None:
    """What is asked for is kept, but for less than 20 ms, to the frame."""
    gains = Gains(2, 1, RATE)
    if single:
        gains.write([(0, 0)], np.ones((1, 2), np.float32), seconds)
    else:
        gains.swap(rows(1.0), seconds=seconds)
    assert frames(gains).ravel().tolist() == [expected, expected]


@pytest.mark.parametrize("single", [False, True])
def test_a_gentle_rise_takes_what_60_db_a_second_need(single: bool) -> None:
    """From silence to 0 dB is 90 dB: the 78 dB beyond 12 take 1.3 s; a fall takes 20 ms."""
    gains = Gains(2, 2, RATE)
    gains.swap(rows(0.0, 1.0))
    if single:
        pairs = np.array([[1.0, 1.0], [0.0, 0.0]], np.float32)
        gains.write([(0, 0), (0, 1)], pairs, gently=True)
    else:
        gains.swap(rows(1.0, 0.0), gently=True)
    assert frames(gains)[:, 0] == pytest.approx(1.3 * RATE, abs=2)
    assert frames(gains)[:, 1].tolist() == [960, 960]


def test_a_longer_glide_than_gentleness_needs_is_kept() -> None:
    """Gentleness makes nothing quicker."""
    gains = Gains(2, 1, RATE)
    gains.swap(rows(1.0), seconds=5.0, gently=True)
    assert frames(gains).ravel().tolist() == [240000, 240000]


@pytest.mark.parametrize(
    ("before", "after", "seconds"),
    [
        (1.0, 1.0, 0.0),
        (1.0, 0.0, 0.0),
        (0.0, 0.0, 0.0),
        (0.25, 0.99, 0.0),
        (0.1, 1.0, 8.0 / 60.0),
        (0.001, 1.0, 48.0 / 60.0),
        (1e-9, 1.0, 78.0 / 60.0),
        (0.0, 10**0.5, 88.0 / 60.0),
    ],
)
def test_the_slowest_rise(before: float, after: float, seconds: float) -> None:
    """12 dB are free, the rest is 60 dB a second, and below -90 dB everything is silence."""
    found = slowest_rises(np.array([before], np.float32), np.array([after], np.float32))
    assert found == pytest.approx([seconds], abs=1e-5)
