"""The send callback as a whole: fades, odd lengths, and periods that it has no memory for."""

import ctypes
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.engine import Engine
from jackrf.realtime.process import process
from jackrf.testing import OfflineClient
from tests.offline import PERIODS, RATE, Ear, desk, noise, settle, streams

FADE_IN = RATE // 2
FADE_OUT = RATE // 50
ROUNDING = 2e-7
"""Of a difference of two float32 near 1."""

JACK_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32, ctypes.c_void_p)


def called(engine: Engine, *periods: int) -> list[int]:
    """What JACK's own callback returns for periods, in a thread that ends with its denormals."""
    call = JACK_CALLBACK(process.address)
    with ThreadPoolExecutor(1) as thread:
        return [thread.submit(call, frames, engine.context_address).result() for frames in periods]


def opening() -> OfflineClient:
    """A desk that has just started, with its gains glided to 1 before the first frame."""
    client = desk()
    settle(client, 1.0)
    client.engine.mixes["fade"] = 0.0
    return client


@pytest.mark.parametrize("period", [64, 100, 128, 441, 1024, 8192])
def test_a_mix_fades_in_over_half_a_second(period: int) -> None:
    """From the first frame on it rises along one line, is full after 500 ms, then untouched."""
    heard = opening().run(np.ones((1, FADE_IN + 2 * period), np.float32), period)
    line = np.minimum(np.arange(1, heard.shape[1] + 1) / FADE_IN, 1.0)
    whole = FADE_IN // period * period
    assert heard[:, :whole] == pytest.approx(np.stack([line, line])[:, :whole], abs=1e-5)
    assert np.max(np.diff(heard)) <= 1.0 / FADE_IN + ROUNDING
    assert np.max(heard) <= 1.0 + ROUNDING
    assert np.all(heard[:, -period:] == 1.0)


def test_a_new_engine_starts_from_silence() -> None:
    """The first frame of a mix that starts is no louder than the fade allows."""
    client = OfflineClient(Engine(1, streams(1), RATE))
    client.engine.set_gains(np.ones((2, 1), np.float32))
    heard = client.run(np.ones((1, 2400), np.float32), 48)
    assert np.all(heard <= np.arange(1, 2401) / FADE_IN + 1e-6)
    assert heard[0, 1200] == pytest.approx(1201 / FADE_IN, rel=1e-4)


@pytest.mark.parametrize("period", [16, 64, 100, 128, 441])
def test_it_fades_out_over_20_ms(period: int) -> None:
    """When told to close, a mix falls along one line to silence in 20 ms and stays there."""
    client = desk()
    settle(client, 1.0)
    client.engine.fade_out()
    assert not client.engine.faded_out
    heard = client.run(np.ones((1, 3 * FADE_OUT), np.float32), period)
    line = np.maximum(1.0 - np.arange(1, heard.shape[1] + 1) / FADE_OUT, 0.0)
    whole = FADE_OUT // period * period
    assert heard[:, :whole] == pytest.approx(np.stack([line, line])[:, :whole], abs=1e-5)
    assert np.max(-np.diff(heard)) <= 1.0 / FADE_OUT + ROUNDING
    assert not heard[:, FADE_OUT + period :].any()
    assert client.engine.faded_out


def test_it_fades_out_from_a_fade_in() -> None:
    """Closed half-way through its opening a mix falls from there, at the pace of 20 ms."""
    client = opening()
    heard = client.run(np.ones((1, FADE_IN // 2), np.float32), 120)
    client.engine.fade_out()
    falling = client.run(np.ones((1, FADE_OUT), np.float32), 120)
    steps = np.diff(np.concatenate([heard, falling], axis=1))
    assert heard[0, -1] == pytest.approx(0.5, abs=1e-4)
    assert np.min(steps) >= -1.0 / FADE_OUT - ROUNDING
    assert client.engine.faded_out


def test_packets_of_a_closed_mix_are_silence() -> None:
    """After the fade-out what is still sent is all zeros."""
    client = desk()
    settle(client, 1.0)
    client.engine.fade_out()
    client.run(np.ones((1, 1024), np.float32), 128)
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(np.ones((1, 128), np.float32))
        (packet,) = ear.packets()
    assert not any(packet.payload)


@settings(deadline=None, max_examples=40)
@given(
    periods=st.lists(
        st.one_of(st.sampled_from(PERIODS), st.integers(1, 2000)), min_size=1, max_size=8
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_period_may_change_at_any_time(periods: list[int], seed: int) -> None:
    """Whatever the lengths, the ports get the sound and the packets hold all of it, in order."""
    client = desk(encoding="L24")
    settle(client, 1.0)
    with Ear() as ear:
        client.engine.publish([ear.row])
        start = client.frame_time
        for number, period in enumerate(periods):
            sound = noise(seed + number, 1, period, peak=0.9)
            assert np.array_equal(client.process(sound), np.tile(sound, (2, 1)))
            packets = ear.packets()
            assert (packets[0].timestamp - start) % 2**32 == int(
                client.engine.mixes["timestamp_offset"][0]
            )
            assert sum(len(packet.payload) for packet in packets) == 6 * period
            start += period
    assert client.engine.cycles == len(periods) + 1


def test_denormal_sound_is_no_trouble() -> None:
    """The smallest numbers that there are come out as themselves or as silence, never as more."""
    client = desk(ceiling=-1.0)
    settle(client, 1.0)
    tiny = np.full((1, 128), 1e-42, np.float32)
    tiny[0, ::2] = -np.float32(1e-45)
    heard = client.process(tiny)
    assert np.all(np.abs(heard) <= np.abs(tiny))
    assert client.engine.bad_samples(0) == 0
    assert client.engine.input_peak(0) <= np.float32(1e-42)


def test_a_period_longer_than_the_memory_is_silence_and_counted() -> None:
    """JACK's own callback does not touch its arrays then: it counts, and goes on being called."""
    engine = Engine(0, [], RATE, capacity=64)
    assert called(engine, 65, 2**31) == [0, 0]
    assert (engine.refused_periods, engine.cycles) == (2, 2)
    assert engine.callback_microseconds()["max"] > 0.0


@pytest.mark.parametrize(("inputs", "mixes"), [(1, 0), (0, 1), (2, 2)])
def test_a_period_without_buffers_is_silence_and_counted(inputs: int, mixes: int) -> None:
    """Where libjack has no buffer for a port nothing is read, written or sent."""
    engine = Engine(inputs, streams(mixes), RATE)
    with Ear() as ear:
        engine.publish([ear.row] if mixes else [])
        assert called(engine, 64, 64) == [0, 0]
        assert ear.datagrams() == []
    assert (engine.refused_periods, engine.cycles) == (2, 2)


def test_jacks_callback_switches_denormals_off() -> None:
    """In the thread that JACK calls from, and only there, numbers below 1e-38 become 0."""
    engine = Engine(0, [], RATE, capacity=64)
    call = JACK_CALLBACK(process.address)

    def halved() -> float:
        call(65, engine.context_address)
        return float(np.float32(1.5e-38) * np.float32(0.5))

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(halved).result() == 0.0
    assert float(np.float32(1.5e-38) * np.float32(0.5)) > 0.0


def test_a_desk_without_inputs_or_mixes_runs() -> None:
    """No inputs, or no mixes, is no error: silence, and nothing."""
    assert not desk(0, 2).process(np.zeros((0, 128), np.float32)).any()
    assert desk(2, 0).process(np.ones((2, 128), np.float32)).shape == (0, 128)


def test_the_rate_sets_the_pace() -> None:
    """At 96 kHz a fade of 500 ms has twice the frames."""
    client = opening()
    client.engine.context["samplerate"] = 96000
    heard = client.run(np.ones((1, 48000), np.float32), 1000)
    assert heard[0, 23999] == pytest.approx(0.5, abs=1e-4)
    assert math.isclose(heard[0, -1], 1.0, abs_tol=1e-4)
