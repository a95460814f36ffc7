"""The limiter: nothing above the ceiling, nothing changed below it, and it lets go again."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.testing import OfflineClient
from jackrf.units import amplitude_to_db, db_to_amplitude
from tests.offline import PERIODS, RATE, Floats, desk, noise, settle, sine

CEILING = -1.0
TOP = float(np.float32(db_to_amplitude(CEILING)))


def limited(gain: float = 1.0, ceiling: float | None = CEILING) -> OfflineClient:
    """A desk that sends its first input to the left, its second to the right, at a gain."""
    client = desk(2, ceiling=ceiling)
    settle(client, np.array([[gain, 0.0], [0.0, gain]], np.float32))
    return client


def impulses(period: int, *places: int, height: float = 4.0) -> Floats:
    """Silence with single samples of a height on the left."""
    sound = np.zeros((2, period), np.float32)
    sound[0, list(places)] = height
    return sound


@settings(deadline=None, max_examples=100)
@given(
    seed=st.integers(0, 2**32 - 1),
    blocks=st.lists(
        st.tuples(
            st.one_of(st.sampled_from(PERIODS[:-2]), st.integers(1, 512)),
            st.sampled_from([0.0, 0.1, 1.0, 1.5, 10.0, 1e6]),
        ),
        min_size=1,
        max_size=12,
    ),
    ceiling=st.sampled_from([0.0, -1.0, -6.0, -24.0]),
)
def test_no_sample_is_above_the_ceiling(
    seed: int, blocks: list[tuple[int, float]], ceiling: float
) -> None:
    """Noise up to an amplitude of a million, through +10 dB, never exceeds the ceiling."""
    client = limited(10**0.5, ceiling)
    top = np.float32(db_to_amplitude(ceiling))
    for number, (period, peak) in enumerate(blocks):
        heard = client.process(noise(seed + number, 2, period, peak))
        assert np.max(np.abs(heard)) <= top


@pytest.mark.parametrize("period", [64, 100, 1024])
def test_a_full_scale_square_through_10_db(period: int) -> None:
    """It comes out as a square at the ceiling: level with it, never above, never turned over."""
    client = limited(10**0.5)
    square = np.where(np.arange(4096) // 50 % 2 == 0, 1.0, -1.0).astype(np.float32)
    heard = client.run(np.stack([square, -square]), period)
    assert np.max(np.abs(heard)) <= np.float32(TOP)
    assert np.array_equal(np.sign(heard[0]), np.sign(square[: heard.shape[1]]))
    assert np.min(np.abs(heard[:, period:])) > 0.99 * TOP


@pytest.mark.parametrize("period", [1, 16, 128, 441, 8192])
@pytest.mark.parametrize("place", ["first", "middle", "last"])
def test_an_impulse_is_caught_wherever_it_stands(period: int, place: str) -> None:
    """One loud sample at the first, a middle or the last frame of a period is at the ceiling."""
    frame = {"first": 0, "middle": period // 2, "last": period - 1}[place]
    for height in (4.0, -1e6):
        client = limited()
        heard = client.process(impulses(period, frame, height=height))
        assert heard[0, frame] == pytest.approx(np.sign(height) * TOP, rel=1e-5)
        assert np.max(np.abs(heard)) <= np.float32(TOP)


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), period=st.sampled_from(PERIODS))
def test_below_the_ceiling_nothing_is_touched(seed: int, period: int) -> None:
    """Sound up to the ceiling itself comes out with the same bits, and no reduction is shown."""
    client = limited()
    sound = noise(seed, 2, period, peak=TOP)
    sound[0, period // 2] = -np.float32(TOP)
    assert np.array_equal(client.process(sound), sound)
    assert client.engine.meters(0).limiter == 1.0


def test_both_sides_share_the_gain() -> None:
    """A peak on the left lowers the right by as much, in each frame: the picture does not move."""
    client = limited()
    sound = np.stack([sine(4800, peak=3.0), sine(4800, 1000.0, peak=0.05)])
    heard = client.run(sound, 96).astype(np.float64)
    clear = np.abs(sound).min(axis=0) > 1e-3
    left, right = (heard[:, clear] / sound[:, clear].astype(np.float64))[:]
    held = np.abs(heard[0, clear]) < TOP * 0.9999
    assert left[held] == pytest.approx(right[held], rel=1e-5)
    assert right.min() < 0.5


def test_the_gain_falls_along_a_line_ahead_of_a_peak() -> None:
    """Where a peak lies within the period the gain goes down over 1 ms, not at once."""
    client = limited()
    sound = np.full((2, 256), 0.5, np.float32)
    sound[0, 200] = 10.0
    gain = client.process(sound)[1] / 0.5
    assert np.all(gain[:150] == 1.0)
    assert np.max(-np.diff(gain[:201])) <= 1.0 / (0.001 * RATE) * 1.001
    assert gain[200] == pytest.approx(TOP / 10.0, rel=1e-4)


def test_the_reduction_can_be_read() -> None:
    """6 dB too much shows as 6 dB of reduction, whichever frame of the period it was."""
    client = limited()
    client.process(impulses(128, 77, height=2.0 * TOP))
    assert amplitude_to_db(client.engine.meters(0).limiter) == pytest.approx(-6.02, abs=0.01)


def test_the_reduction_falls_at_a_meters_pace() -> None:
    """What the meter shows after a peak goes back to 0 dB, by no more than 20 dB in 1.5 s."""
    client = limited()
    client.process(impulses(100, 0, height=10.0 * TOP))
    shown = []
    for _ in range(RATE * 2 // 100):
        client.process(np.zeros((2, 100), np.float32))
        shown.append(amplitude_to_db(client.engine.meters(0).limiter))
    assert shown[0] == pytest.approx(-20.0, abs=0.2)
    assert shown[RATE * 3 // 4 // 100] == pytest.approx(-10.0, abs=0.2)
    assert np.all(np.diff(shown) >= 0.0)
    assert shown[-1] == 0.0


def test_it_comes_back_with_a_time_constant_of_150_ms() -> None:
    """After a peak the distance of the gain from 1 shrinks to 1/e in 150 ms."""
    client = limited()
    client.process(impulses(100, 99, height=1000.0))
    quiet = np.full((2, RATE // 2), 0.1, np.float32)
    gain = client.run(quiet, 100)[1].astype(np.float64) / np.float32(0.1)
    assert 1.0 - gain[7200] == pytest.approx(np.exp(-1.0), abs=0.01)
    assert 1.0 - gain[14400] == pytest.approx(np.exp(-2.0), abs=0.01)


@pytest.mark.parametrize("samplerate", [44100, 48000, 96000, 192000])
def test_it_lets_go_for_good(samplerate: int) -> None:
    """Two seconds after the last peak it is not there any more: the same bits as without it."""
    client = limited()
    client.engine.context["samplerate"] = samplerate
    client.process(impulses(128, 0, height=1e6))
    quiet = noise(7, 2, 2 * samplerate, peak=0.5)
    heard = client.run(quiet, 1024)
    assert np.array_equal(heard[:, -1024:], quiet[:, heard.shape[1] - 1024 : heard.shape[1]])
    assert float(client.engine.mixes["limiter_gain"][0]) == 1.0


def test_without_a_limiter_nothing_is_held() -> None:
    """A ceiling of None lets 1e6 through as it is, and shows no reduction."""
    client = limited(ceiling=None)
    sound = noise(1, 2, 128, peak=1e6)
    assert np.array_equal(client.process(sound), sound)
    assert client.engine.meters(0).limiter == 1.0


def test_each_mix_has_a_limiter_of_its_own() -> None:
    """A peak in one mix leaves another one as it is."""
    client = desk(2, 2, ceiling=CEILING)
    settle(client, np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32))
    sound = np.stack([sine(128, peak=8.0), sine(128, peak=0.5)])
    heard = client.process(sound)
    assert np.array_equal(heard[2], sound[1])
    assert client.engine.meters(0).limiter < 0.2
    assert client.engine.meters(1).limiter == 1.0
