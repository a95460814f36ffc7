"""The mixing kernels, through the compiled callback: against float64, and that nothing clicks."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.testing import OfflineClient
from tests.offline import PERIODS, Floats, desk, noise, settle

GLIDE = 960
"""Frames of 20 ms at 48 kHz."""

periods = st.one_of(st.sampled_from(PERIODS), st.integers(1, 8192))


def error_of(mixed: Floats, rows: Floats, inputs: Floats) -> float:
    """The largest error of a mix, relative to the sum of the magnitudes that were added."""
    expected = rows.astype(np.float64) @ inputs.astype(np.float64)
    magnitude = np.abs(rows).astype(np.float64) @ np.abs(inputs).astype(np.float64)
    return float(np.max(np.abs(mixed - expected) / np.maximum(magnitude, 1e-30)))


def gain_matrix(seed: int, mixes: int, inputs: int, off: float) -> Floats:
    """Amplitudes from 0 to +10 dB, of which a share is exactly 0."""
    random = np.random.default_rng(seed)
    rows = random.uniform(0.0, 10**0.5, (2 * mixes, inputs)).astype(np.float32)
    rows[random.random(rows.shape) < off] = 0.0
    return rows


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    inputs=st.integers(1, 64),
    mixes=st.integers(1, 32),
    off=st.sampled_from([0.0, 0.5, 0.95]),
    period=periods,
)
def test_a_mix_is_the_matrix_product(
    seed: int, inputs: int, mixes: int, off: float, period: int
) -> None:
    """Steady gains give the float64 product of matrix and inputs to 1e-6, at any period."""
    client = desk(inputs, mixes)
    rows = gain_matrix(seed, mixes, inputs, off)
    settle(client, rows)
    sound = noise(seed, inputs, period)
    assert error_of(client.process(sound), rows, sound) < 1e-6


@pytest.mark.parametrize("period", PERIODS)
def test_the_largest_desk_mixes_at_any_period(period: int) -> None:
    """64 inputs into 32 stereo mixes are right to 1e-6 in the last frame as in the first."""
    client = desk(64, 32)
    rows = gain_matrix(period, 32, 64, off=0.1)
    settle(client, rows)
    sound = noise(period, 64, period)
    assert error_of(client.process(sound), rows, sound) < 1e-6


def test_how_time_is_cut_does_not_matter() -> None:
    """The same sound in other periods, changing all the time, gives the same mix."""
    sound = noise(5, 9, 4096)
    rows = gain_matrix(5, 3, 9, off=0.2)
    whole, cut = desk(9, 3), desk(9, 3)
    settle(whole, rows)
    settle(cut, rows)
    edges = np.cumsum([0, 1, 17, 96, 441, 100, 64, 1024, 353, 2000])
    pieces = [
        cut.process(np.ascontiguousarray(sound[:, a:b])) for a, b in itertools.pairwise(edges)
    ]
    assert np.array_equal(np.concatenate(pieces, axis=1), whole.process(sound))


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 20), period=periods, bad=st.booleans())
def test_inputs_are_never_written(seed: int, inputs: int, period: int, bad: bool) -> None:
    """Whatever happens to the mix, no bit of an input changes, nor of one that is no audio."""
    client = desk(inputs, 2, ceiling=-6.0)
    client.engine.set_gains(gain_matrix(seed, 2, inputs, off=0.3))
    sound = noise(seed, inputs, period, peak=4.0)
    if bad:
        sound[0, period // 2] = np.nan
    before = sound.tobytes()
    for _ in range(3):
        client.process(sound)
    client.engine.fade_out()
    client.process(sound)
    assert sound.tobytes() == before


def test_two_inputs_may_read_one_buffer() -> None:
    """Ports connected to the same output get the same memory; both are in the mix."""
    client = desk(2)
    rows = np.array([[0.5, 0.25], [1.0, 0.0]], np.float32)
    settle(client, rows)
    shared = np.broadcast_to(noise(1, 1, 128), (2, 128))
    before = shared.tobytes()
    assert error_of(client.process(shared), rows, shared) < 1e-6
    assert shared.tobytes() == before


def test_a_send_that_is_off_adds_nothing() -> None:
    """Amplitude 0 is exactly silence however loud the input is, and leaves no trace of others."""
    client = desk(3)
    settle(client, np.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0]], np.float32))
    sound = noise(3, 3, 500, peak=1e6)
    left, right = client.process(sound)
    assert np.array_equal(left, sound[1])
    assert not right.any()


def glide(client: OfflineClient, steps: list[tuple[int, float]]) -> Floats:
    """What DC of 1.0 becomes when, before each period, the gain is sent elsewhere."""
    heard = []
    for period, gain in steps:
        client.engine.set_gains(np.full((2, 1), gain, np.float32))
        heard.append(client.process(np.ones((1, period), np.float32))[0])
    return np.concatenate(heard)


gains = st.one_of(st.sampled_from([0.0, 1.0, 10**0.5]), st.floats(0.0, 10**0.5))


@settings(deadline=None, max_examples=60)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from([16, 17, 64, 96, 128, 441, 1024]), gains), min_size=2, max_size=60
    )
)
def test_no_jump_of_a_gain_is_steeper_than_the_glide(steps: list[tuple[int, float]]) -> None:
    """However gains jump, again in mid-glide too, no step exceeds +10 dB in 20 ms."""
    heard = glide(desk(), [(64, 0.0), *steps])
    assert np.max(np.abs(np.diff(heard.astype(np.float64)))) <= 10**0.5 / GLIDE * 1.001


@pytest.mark.parametrize("period", [16, 17, 64, 96, 100, 128, 256, 441, 512, 1024])
def test_up_to_silence_and_back_is_a_straight_line(period: int) -> None:
    """From +10 dB to silence takes 20 ms to the period, no step is larger, and it ends exactly."""
    client, top = desk(), float(np.float32(10**0.5))
    settle(client, top)
    count = -(-GLIDE // period) + 1
    for start, end in ((top, 0.0), (0.0, top)):
        heard = glide(client, [(period, end)] * count).astype(np.float64)
        steps = np.diff(np.concatenate([[start], heard]))
        assert np.max(np.abs(steps)) <= top / GLIDE * 1.001
        assert np.all(steps * np.sign(end - start) > -1e-6)
        last = (count - 1) * period
        assert abs(heard[last // 2] - (start + (end - start) * (last // 2 + 1) / GLIDE)) < (
            1e-4 if GLIDE % period == 0 else top * period / GLIDE
        )
        assert np.all(heard[last:] == end)


def test_the_same_gain_again_does_not_slow_a_glide() -> None:
    """Setting what is already set, in mid-glide, leaves the glide as it was."""
    once, again = desk(), desk()
    steps = [(64, 1.0)] * 15
    once.engine.set_gains(np.ones((2, 1), np.float32))
    heard = [once.process(np.ones((1, 64), np.float32))[0] for _ in steps]
    assert np.array_equal(glide(again, steps), np.concatenate(heard))
    assert heard[-1][-1] == 1.0


def test_a_gain_retargeted_in_mid_glide_goes_on_from_where_it_is() -> None:
    """Half-way up, a new target starts another 20 ms from there: no jump, no overshoot."""
    client = desk()
    up = glide(client, [(480, 1.0)])
    down = glide(client, [(480, 0.0), (480, 0.0), (480, 0.0)])
    assert up[-1] == pytest.approx(0.5, abs=1e-6)
    assert down[:GLIDE] == pytest.approx(0.5 * (1.0 - np.arange(1, GLIDE + 1) / GLIDE), abs=1e-6)
    assert not down[GLIDE:].any()


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**32 - 1), inputs=st.integers(1, 40), moving=st.integers(1, 40))
def test_steady_and_gliding_inputs_add_up(seed: int, inputs: int, moving: int) -> None:
    """While some sends of a row glide and others stand, each is at its own gain in each frame."""
    client = desk(inputs)
    before = gain_matrix(seed, 1, inputs, off=0.3)
    after = before.copy()
    after[:, :moving] = gain_matrix(seed + 1, 1, inputs, off=0.3)[:, :moving]
    settle(client, before)
    client.engine.set_gains(after)
    sound = noise(seed, inputs, 128)
    line = np.arange(1, 129) / GLIDE
    gain = before[:, :, None] + (after - before).astype(np.float64)[:, :, None] * line
    expected = np.sum(gain * sound, axis=1)
    assert np.max(np.abs(client.process(sound) - expected)) < 1e-6 * 4 * inputs
