"""L16 and L24: rounded to nearest, saturated, and exactly undone, for every code there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from jackrf.realtime.convert import from_l16, from_l24, to_l16, to_l24
from jackrf.rtp.stream import Encoding
from tests.offline import Ear, Floats, desk, noise, numbers, settle, sine

FULL: dict[Encoding, float] = {"L16": 2.0**15, "L24": 2.0**23}
ENCODINGS = pytest.mark.parametrize("encoding", ["L16", "L24"])
encodings = st.sampled_from(["L16", "L24"])


def sent(sound: Floats, encoding: Encoding) -> NDArray[np.int64]:
    """The numbers that packets hold of a mix of two inputs, left and right."""
    client = desk(2, encoding=encoding)
    settle(client, np.eye(2, dtype=np.float32))
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(sound)
        payload = b"".join(packet.payload for packet in ear.packets())
    return numbers(payload, encoding)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    period=st.sampled_from([1, 17, 128, 441, 1024]),
    peak=st.sampled_from([1.5, 1.0, 1e-3, 1e-5]),
    encoding=encodings,
)
def test_every_sample_is_the_nearest_number(
    seed: int, period: int, peak: float, encoding: Encoding
) -> None:
    """Each number is the float64 product with 2**15 or 2**23, rounded to nearest, saturated."""
    sound = noise(seed, 2, period, peak)
    codes = sent(sound, encoding)
    full = FULL[encoding]
    assert np.array_equal(codes, np.clip(np.rint(sound.astype(np.float64) * full), -full, full - 1))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), encoding=encodings)
def test_what_is_sent_is_the_float64_mix(seed: int, encoding: Encoding) -> None:
    """Sixteen inputs at random gains: packets hold the float64 mix to within 1 LSB."""
    random = np.random.default_rng(seed)
    rows = random.uniform(0.0, 0.06, (2, 16)).astype(np.float32)
    client = desk(16, encoding=encoding)
    settle(client, rows)
    sound = noise(seed, 16, 256)
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(sound)
        codes = numbers(b"".join(packet.payload for packet in ear.packets()), encoding)
    exact = rows.astype(np.float64) @ sound.astype(np.float64) * FULL[encoding]
    assert np.max(np.abs(codes - exact)) < 1.0


@ENCODINGS
def test_a_tie_goes_to_the_even_number(encoding: Encoding) -> None:
    """Half-way between two numbers the even one is taken, so that rounding has no bias."""
    halves = np.array([0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49, -1.51]) / FULL[encoding]
    codes = sent(np.stack([halves, halves]).astype(np.float32), encoding)
    assert codes[0].tolist() == [0, 2, 2, 0, -2, -2, 0, -2]
    assert np.array_equal(codes[0], codes[1])


@ENCODINGS
def test_loud_sound_saturates(encoding: Encoding) -> None:
    """Full scale and beyond, up to a million, stays at the largest and smallest numbers."""
    loud = np.array([1.0, 1.0001, 3.2, 1e6, 0.99999994], np.float32)
    codes = sent(np.stack([loud, -loud]), encoding)
    top = int(FULL[encoding]) - 1
    assert codes[0].tolist() == [top] * 5
    assert codes[1].tolist() == [-top - 1] * 5 if encoding == "L16" else [-top - 1] * 4 + [-top]


@ENCODINGS
def test_a_full_scale_square_through_10_db_never_wraps(encoding: Encoding) -> None:
    """Without a limiter it is a square of full numbers with the signs it had."""
    client = desk(1, encoding=encoding)
    settle(client, 10**0.5)
    signs = np.where(np.arange(1024) // 50 % 2 == 0, 1, -1)
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(signs.astype(np.float32)[np.newaxis])
        codes = numbers(b"".join(packet.payload for packet in ear.packets()), encoding)
    top = int(FULL[encoding])
    assert np.array_equal(codes, np.stack([np.where(signs > 0, top - 1, -top)] * 2))


def test_minus_120_dbfs_is_silence_in_l16() -> None:
    """Sound at -120 dBFS is all zeros in L16, and still there in L24."""
    faint = np.stack([sine(480, peak=1e-6), sine(480, 1000.0, peak=1e-6)])
    codes = sent(faint, "L16")
    assert not codes.any()
    codes = sent(faint, "L24")
    assert np.max(np.abs(codes)) == 8


def test_every_l16_code_comes_back() -> None:
    """All 65,536 numbers, on both sides, are the same octets after a journey through floats."""
    codes = np.arange(-(2**15), 2**15)
    octets = np.stack([codes, codes[::-1]], axis=1).astype(">i2").view(np.uint8).ravel()
    left, right = np.zeros((2, len(codes)), np.float32)
    from_l16(octets, left, right, 2)
    assert np.array_equal(left, codes / 2.0**15)
    assert np.array_equal(right, codes[::-1] / 2.0**15)
    words = np.zeros(2 * len(codes), np.uint16)
    to_l16(left, right, words)
    assert np.array_equal(words.view(np.uint8), octets)


def test_every_l24_code_comes_back() -> None:
    """All 16,777,216 numbers are the same octets after a journey through floats, and exact there.

    The second side runs through them in another order, so that no octet can come from the first.
    """
    count = 1 << 20
    left, right = np.zeros((2, count), np.float32)
    words = np.zeros(3 * count, np.uint16)
    for start in range(-(2**23), 2**23, count):
        codes = np.stack([np.arange(start, start + count), np.arange(-start - count, -start)])
        words_of_4 = np.ascontiguousarray(codes.T, ">i4").view(np.uint8).reshape(-1, 4)
        octets = words_of_4[:, 1:].ravel()
        from_l24(octets, left, right, 2)
        assert np.array_equal(left, codes[0] / 2.0**23)
        assert np.array_equal(right, codes[1] / 2.0**23)
        to_l24(left, right, words)
        assert np.array_equal(words.view(np.uint8), octets)
