"""Peaks, their fall, and what becomes of input that is no audio, for any bits at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from jackrf.units import amplitude_to_db
from tests.offline import PERIODS, RATE, desk, noise, settle, sine

LOUDEST = 2.0**20
"""+120 dBFS: the largest amplitude that counts as audio."""

FALL = 20.0 / 1.5
"""dB per second (IEC 60268-10, type I)."""

SPECIAL = np.array(
    [np.nan, -np.nan, np.inf, -np.inf, 1e30, -1e30, 1e6, 1e-40, -1e-45, 0.0, -0.0, LOUDEST, 1.0],
    np.float32,
).view(np.uint32)

any_bits = st.one_of(
    st.sampled_from([int(bits) for bits in SPECIAL]),
    st.sampled_from([0x7F800001, 0xFFFFFFFF, 0x7FFFFFFF, 0x49800001]),
    st.integers(0, 2**32 - 1),
)


@settings(deadline=None, max_examples=120)
@given(
    bits=arrays.arrays(np.uint32, st.tuples(st.just(3), st.integers(1, 70)), elements=any_bits),
    ceiling=st.sampled_from([None, -1.0]),
)
def test_nothing_that_is_not_finite_comes_out(
    bits: NDArray[np.uint32], ceiling: float | None
) -> None:
    """Any bits in: what is no audio is silence and counted, all else is mixed, all of it finite."""
    client = desk(3, 2, ceiling=ceiling)
    settle(client, 10**0.5)
    client.engine.set_gains(np.full((4, 3), 0.25, np.float32))
    sound = bits.view(np.float32)
    with np.errstate(invalid="ignore"):
        good = np.abs(sound) <= LOUDEST
    expected = np.where(good, sound, 0.0)
    for _ in range(2):
        assert np.isfinite(client.process(sound)).all()
    meters = client.engine.meters(0)
    assert np.isfinite([meters.left, meters.right, meters.limiter]).all()
    for number in range(3):
        assert client.engine.bad_samples(number) == 2 * np.count_nonzero(~good[number])
        assert client.engine.input_peak(number) == np.max(np.abs(expected[number]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, -1e30])
@pytest.mark.parametrize("period", [1, 17, 128, 441, 8192])
def test_a_bad_input_harms_no_other(bad: float, period: int) -> None:
    """Its bad samples are silence and counted, its good ones and the other inputs are heard."""
    client = desk(3)
    settle(client, np.array([[1, 0, 0], [0, 1, 1]], np.float32))
    sound = noise(1, 3, period, peak=0.5)
    sound[0, :: max(1, period // 3)] = bad
    mended = sound.copy()
    mended[0, :: max(1, period // 3)] = 0.0
    left, right = client.process(sound)
    assert np.array_equal(left, mended[0])
    assert right == pytest.approx(mended[1].astype(np.float64) + mended[2], abs=1e-7)
    counts = [client.engine.bad_samples(number) for number in range(3)]
    assert counts == [len(range(0, period, max(1, period // 3))), 0, 0]


def test_bad_samples_are_counted_on_and_on() -> None:
    """The counter only counts up, also of an input that no mix hears, and good periods add none."""
    client = desk(2)
    settle(client, np.array([[0, 1], [0, 1]], np.float32))
    broken = np.zeros((2, 64), np.float32)
    broken[0] = np.nan
    for sound in (broken, np.zeros((2, 64), np.float32), broken):
        client.process(sound)
    assert client.engine.bad_samples(0) == 128


@pytest.mark.parametrize("period", PERIODS)
def test_a_peak_is_exact(period: int) -> None:
    """Before and after mixing a meter shows the largest magnitude, whichever frame and sign."""
    for frame in {0, period // 2, period - 1}:
        client = desk(1)
        settle(client, np.array([[1.0], [0.5]], np.float32))
        sound = noise(period, 1, period, peak=0.3)
        sound[0, frame] = -0.625
        client.process(sound)
        meters = client.engine.meters(0)
        assert client.engine.input_peak(0) == 0.625
        assert (meters.left, meters.right) == (0.625, 0.3125)


@pytest.mark.parametrize("period", [16, 100, 128, 1024])
def test_a_meter_falls_20_db_in_one_and_a_half_seconds(period: int) -> None:
    """In silence a peak meter falls at that pace at any period, in a straight line of dB."""
    client = desk(1)
    settle(client, 1.0)
    client.process(np.full((1, period), 0.8, np.float32))
    top = amplitude_to_db(float(np.float32(0.8)))
    for number in range(1, int(1.5 * RATE / period) + 1):
        client.process(np.zeros((1, period), np.float32))
        fallen = number * period / RATE * FALL
        assert amplitude_to_db(client.engine.input_peak(0)) == pytest.approx(top - fallen, abs=0.02)
    meters = client.engine.meters(0)
    assert amplitude_to_db(meters.left) == pytest.approx(top - 20.0, abs=0.2)
    assert meters.left == meters.right == client.engine.input_peak(0)


def test_a_louder_peak_lifts_the_meter_at_once() -> None:
    """The reading is the peak of now, or the fallen one of before, whichever is larger."""
    client = desk(1)
    settle(client, 1.0)
    for peak, shown in ((0.5, 0.5), (0.9, 0.9), (0.1, 0.9 * 10 ** (-FALL / 20 * 128 / RATE))):
        client.process(np.full((1, 128), peak, np.float32))
        assert client.engine.input_peak(0) == pytest.approx(shown, rel=1e-5)


def test_the_meter_of_a_mix_stands_after_the_limiter() -> None:
    """Sound of 10 times full scale shows as the ceiling on the mix and as itself on the input."""
    client = desk(1, ceiling=-6.0)
    settle(client, 1.0)
    client.process(np.stack([sine(480, peak=10.0)]))
    assert client.engine.input_peak(0) == pytest.approx(10.0, rel=1e-3)
    assert amplitude_to_db(client.engine.meters(0).left) == pytest.approx(-6.0, abs=0.01)
