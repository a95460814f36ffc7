"""Gaps: no step that the sound itself and a fade of 64 frames do not make."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.rtp.packet import Packet
from tests.offline import Floats, Wire, sine

TAIL = 64
PERIOD = 128
STEP = 2.0**-23


def heard_with_gaps(sound: Floats, lost: set[int], size: int = 32) -> Floats:
    """What is heard of a sound, on both sides, when packets of it are lost.

    Args:
        sound: one channel, preceded by half a second of itself that is lost nothing of.
        lost: numbers of packets.
        size: frames in a packet.
    """
    numbers = np.rint(sound.astype(np.float64) * 2**23).astype(np.int64)
    words = np.ascontiguousarray(np.stack([numbers, numbers // 2], axis=1), ">i4")
    octets = words.view(np.uint8).reshape(-1, 4)[:, 1:].reshape(-1, 6)
    heard = []
    with Wire(frame_time=1_000_000) as wire:
        for start in range(0, len(sound) - PERIOD + 1, PERIOD):
            for first in range(start, start + PERIOD, size):
                if first // size not in lost:
                    payload = octets[first : first + size].tobytes()
                    wire.send(Packet(97, 0, first, 1, payload).serialise())
            heard.append(wire.play(PERIOD))
    return np.concatenate(heard, axis=1)


@pytest.mark.parametrize("level", [0.5, -0.25])
@pytest.mark.parametrize("gap", [1, 2, 8, 40])
def test_a_gap_in_dc_is_two_lines(level: float, gap: int) -> None:
    """It falls over 64 frames from where it was, and rises over 64 when the sound is back."""
    sound = np.full(60 * PERIOD, level, np.float32)
    first = 120
    heard = heard_with_gaps(sound, set(range(first, first + gap)))[0]
    start, end = first * 32, (first + gap) * 32
    falling = level * (1.0 - np.arange(1, TAIL + 1) / (TAIL + 1))
    rising = level * np.arange(1, TAIL + 1) / TAIL
    expected = np.full(len(sound), level)
    expected[start : end + TAIL] = 0.0
    expected[start : start + TAIL] += falling
    expected[end : end + TAIL] += rising
    assert heard[start - PERIOD :] == pytest.approx(expected[start - PERIOD :], abs=1e-6)
    assert np.max(np.abs(np.diff(heard[start - PERIOD :]))) <= abs(level) / TAIL + 1e-6


@pytest.mark.parametrize("gap", [3, 10, 50])
@pytest.mark.parametrize("hertz", [100.0, 997.0])
def test_a_gap_in_a_tone_makes_no_click(gap: int, hertz: float) -> None:
    """No step is larger than the steepest one of the tone and that of the fade together."""
    sound = sine(80 * PERIOD, hertz, peak=0.5)
    steepest = float(np.max(np.abs(np.diff(sound))))
    for first in range(130, 138):
        heard = heard_with_gaps(sound, set(range(first, first + gap)))[0, 20 * PERIOD :]
        assert np.max(np.abs(np.diff(heard))) <= steepest + 0.5 / TAIL + 1e-6
        assert np.min(np.abs(heard[(first + 2) * 32 - 20 * PERIOD :][: (gap - 2) * 32])) == 0.0


@settings(deadline=None, max_examples=40)
@given(
    lost=st.sets(st.integers(120, 300)),
    hertz=st.floats(20.0, 2000.0),
    size=st.sampled_from([16, 32, 64, 128]),
)
def test_no_pattern_of_gaps_clicks(lost: set[int], hertz: float, size: int) -> None:
    """Fades that begin within fades add up: at most two tones and two fades at a time."""
    sound = sine(80 * PERIOD, hertz, peak=0.5)
    steepest = float(np.max(np.abs(np.diff(sound))))
    heard = heard_with_gaps(sound, {120 * 32 // size + number - 120 for number in lost}, size)
    left = heard[0, 20 * PERIOD :]
    assert np.max(np.abs(np.diff(left))) <= 2 * (steepest + 0.5 / TAIL) + 1e-6
    assert np.max(np.abs(left)) <= 2 * 0.5
    assert heard[1, 20 * PERIOD :] == pytest.approx(left / 2, abs=4 * STEP)


def test_after_a_gap_everything_is_exact_again() -> None:
    """64 frames after sound is back, what is heard is what was sent, bit for bit."""
    sound = np.rint(sine(60 * PERIOD) * 2**23).astype(np.float32) / np.float32(2**23)
    heard = heard_with_gaps(sound, {120, 121, 130})[0]
    for start, end in ((20 * PERIOD, 120 * 32), (122 * 32 + TAIL, 130 * 32)):
        assert np.array_equal(heard[start:end], sound[start:end])
    assert np.array_equal(heard[131 * 32 + TAIL :], sound[131 * 32 + TAIL :])


def test_the_first_sound_fades_in() -> None:
    """When a stream is first played it rises over 64 frames from silence."""
    heard = heard_with_gaps(np.full(40 * PERIOD, 0.5, np.float32), set())[0]
    begin = int(np.argmax(heard != 0.0))
    assert not heard[:begin].any()
    assert heard[begin : begin + TAIL] == pytest.approx(0.5 * np.arange(1, 65) / TAIL, abs=1e-6)
    assert np.all(heard[begin + TAIL :] == 0.5)


@pytest.mark.parametrize("period", [1, 16, 63, 64, 65, 200])
def test_periods_shorter_than_the_fade_are_remembered_too(period: int) -> None:
    """At any period the fade-out plays the last 64 frames backwards under a falling line."""
    ramp = np.arange(1, 6001, dtype=np.int64)
    heard = []
    with Wire() as wire:
        for start in range(0, 6000 - period, period):
            words = np.ascontiguousarray(np.stack([ramp, -ramp], 1)[start : start + period], ">i4")
            payload = words.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
            wire.send(Packet(97, 0, start, 1, payload).serialise())
            heard.append(wire.play(period))
        last = start + period
        heard.extend(wire.play(period) for _ in range(200 // period + 1))
    left = np.concatenate(heard, axis=1)[0].astype(np.float64) * 2**23
    backwards = np.arange(last, last - TAIL, -1)
    line = 1.0 - np.arange(1, TAIL + 1) / (TAIL + 1)
    assert left[last - 1] == last
    assert left[last : last + TAIL] == pytest.approx(backwards * line, abs=0.01)
    assert not left[last + TAIL :].any()
