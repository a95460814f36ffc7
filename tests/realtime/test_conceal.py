"""Gaps: they go on with the sound's own pitch, end in silence, and no step is heard."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.realtime.conceal import find_pitch
from jackrf.rtp.packet import Packet
from tests.offline import RATE, Floats, Wire, sine
from tests.realtime.stream import OUR_CLOCK

BLEND = 128
HOLD = FADE = RATE // 100
PERIOD = 128
STEP = 2.0**-23


def heard_with_gaps(sound: Floats, lost: set[int], size: int = 32) -> Floats:
    """What is heard of a sound, half as loud on the right, when packets of it are lost.

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
                    wire.send(Packet(97, 0, first, 1, payload, extension=OUR_CLOCK).serialise())
            heard.append(wire.play(PERIOD))
    return np.concatenate(heard, axis=1)


@pytest.mark.parametrize("level", [0.5, -0.25])
@pytest.mark.parametrize("gap", [1, 8, 29, 100])
def test_a_gap_in_dc_is_held_and_falls(level: float, gap: int) -> None:
    """10 ms it goes on as it was, then falls over 10 ms; it rises over 128 frames."""
    sound = np.full(80 * PERIOD, level, np.float32)
    start, frames = 120 * 32, gap * 32
    heard = heard_with_gaps(sound, set(range(120, 120 + gap)))[0]
    of_gap = np.arange(1, frames + 1)
    falling = level * np.clip((HOLD + FADE - of_gap) / FADE, 0.0, 1.0)
    assert heard[start : start + frames] == pytest.approx(falling, abs=1e-5)
    assert heard[start + frames + BLEND :] == pytest.approx(level, abs=1e-5)
    assert np.max(np.abs(np.diff(heard[start - PERIOD :]))) <= abs(level) / BLEND + 1e-5


@pytest.mark.parametrize("hertz", [110.0, 440.0, 1000.0, 3000.0])
def test_a_gap_of_10_ms_in_a_tone_is_not_heard(hertz: float) -> None:
    """The repeat has the tone's own pitch: what is missing is made up to within -20 dB of it."""
    sound = sine(120 * PERIOD, hertz, peak=0.5)
    heard = heard_with_gaps(sound, set(range(160, 174)))[0]
    off = np.abs(heard - sound)[20 * PERIOD :]
    assert off.max() < 0.05
    steepest = float(np.max(np.abs(np.diff(sound))))
    assert np.max(np.abs(np.diff(heard[20 * PERIOD :]))) < 1.1 * steepest + 0.002


@pytest.mark.parametrize("hertz", [85.0, 196.0, 333.3, 480.0])
def test_the_pitch_is_found(hertz: float) -> None:
    """Of a sound with overtones, to the frame: at a whole number of its periods."""
    at = np.arange(4096) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * n * at + n) / n for n in range(1, 9))
    repaired = np.stack([wave, 0.5 * np.asarray(wave)]).astype(np.float32)
    periods = find_pitch(repaired, 4096, RATE) * hertz / RATE
    assert periods == pytest.approx(round(periods), abs=1.5 * hertz / RATE)
    assert round(periods) >= 1


@settings(deadline=None, max_examples=40)
@given(
    lost=st.sets(st.integers(120, 300)),
    hertz=st.floats(60.0, 2000.0),
    size=st.sampled_from([16, 32, 64, 128]),
)
def test_no_pattern_of_gaps_clicks(lost: set[int], hertz: float, size: int) -> None:
    """Whatever is lost, no step is much larger than the tone's own steepest one."""
    sound = sine(80 * PERIOD, hertz, peak=0.5)
    steepest = float(np.max(np.abs(np.diff(sound))))
    heard = heard_with_gaps(sound, {120 * 32 // size + number - 120 for number in lost}, size)
    left = heard[0, 20 * PERIOD :]
    assert np.max(np.abs(np.diff(left))) <= 2 * steepest + 1.5 / 64
    assert np.max(np.abs(left)) <= 1.0
    assert heard[1, 20 * PERIOD :] == pytest.approx(left / 2, abs=4 * STEP)


def test_after_a_gap_everything_is_exact_again() -> None:
    """128 frames after sound is back, what is heard is what was sent, bit for bit."""
    sound = np.rint(sine(60 * PERIOD) * 2**23).astype(np.float32) / np.float32(2**23)
    heard = heard_with_gaps(sound, {120, 121, 130})[0]
    for start, end in ((20 * PERIOD, 120 * 32), (122 * 32 + BLEND, 130 * 32)):
        assert np.array_equal(heard[start:end], sound[start:end])
    assert np.array_equal(heard[131 * 32 + BLEND :], sound[131 * 32 + BLEND :])


def test_the_first_sound_fades_in() -> None:
    """When a stream is first played it rises over 128 frames from silence."""
    heard = heard_with_gaps(np.full(40 * PERIOD, 0.5, np.float32), set())[0]
    begin = int(np.argmax(heard != 0.0))
    rise = heard[begin : begin + BLEND]
    assert not heard[:begin].any()
    assert rise == pytest.approx(0.5 * np.arange(1, BLEND + 1) / (BLEND + 1), abs=1e-5)
    assert np.all(heard[begin + BLEND :] == 0.5)
