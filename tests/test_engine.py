"""The engine: what the desk says is heard, and nothing is freed that the audio thread uses."""

import gc
import threading
import time
import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jackrf.audience.row import new_row
from jackrf.engine import (
    Engine,
    MixMeters,
    decibels,
    wait_until,
)
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.testing import OfflineClient
from jackrf.units import db_to_amplitude
from tests.offline import RATE, SSRC, Ear, Floats, desk, noise, settle, sine, streams

PERIOD = 128


def band() -> tuple[Mixer, OfflineClient]:
    """Kick, keys and vox, with a mix for the drummer and one for the singer."""
    strips = [Strip("kick", "Kick"), Strip("keys", "Keys"), Strip("vox", "Vox")]
    drums = Mix("drums", "Drums", sends={"kick": Send(0.0, -1.0), "keys": Send(-6.0)})
    singer = Mix("singer", "Singer", sends={"vox": Send(3.0, 1.0), "keys": Send(-20.0, 0.5)})
    return Mixer(strips, [drums, singer]), desk(3, 2)


def heard(mixer: Mixer, client: OfflineClient, sound: Floats) -> Floats:
    """What a desk with these levels makes of a sound once it has glided there."""
    settle(client, mixer.matrix())
    return client.process(sound)


def test_what_the_desk_says_is_heard() -> None:
    """Send gain, mix gain, trim and pan make each side of each mix, in float64 to 1e-6."""
    mixer, client = band()
    mixer.strips[1].trim = 4.0
    mixer.mixes[1].gain = -2.0
    sound = noise(1, 3, PERIOD).astype(np.float64)
    kick, keys, vox = sound
    half = np.sqrt(0.5)
    level = db_to_amplitude
    keys_at = 0.75 * np.pi / 2
    expected = [
        kick + level(-2.0) * half * keys,
        level(-2.0) * half * keys,
        level(-18.0) * np.cos(keys_at) * keys,
        level(-18.0) * np.sin(keys_at) * keys + level(1.0) * vox,
    ]
    result = heard(mixer, client, sound.astype(np.float32))
    assert result == pytest.approx(np.stack(expected), abs=4e-6)


def test_a_muted_strip_is_in_no_mix() -> None:
    """Muting an input silences it everywhere, and only it."""
    mixer, client = band()
    sound = noise(1, 3, PERIOD)
    mixer.strips[1].mute = True
    drums_left, drums_right, singer_left, singer_right = heard(mixer, client, sound)
    assert np.array_equal(drums_left, sound[0])
    assert not drums_right.any()
    assert not singer_left.any()
    assert singer_right.any()


def test_a_solo_silences_the_others_of_its_mix() -> None:
    """The drummer who solos the kick hears nothing else; the singer notices nothing."""
    mixer, client = band()
    sound = noise(1, 3, PERIOD)
    before = heard(mixer, client, sound)
    mixer.mixes[0].sends["kick"].solo = True
    after = heard(mixer, client, sound)
    assert np.array_equal(after[0], sound[0])
    assert not after[1].any()
    assert np.array_equal(after[2:], before[2:])


@pytest.mark.parametrize("change", ["mute", "-inf", "below -90 dB", "send mute"])
def test_a_silent_mix_is_silent(change: str) -> None:
    """A mix that is muted, or turned down for good, or whose sends are, gives zeros."""
    mixer, client = band()
    mix = mixer.mixes[0]
    if change == "mute":
        mix.mute = True
    elif change == "send mute":
        for send in mix.sends.values():
            send.mute = True
    else:
        mix.gain = -np.inf if change == "-inf" else -90.1
    result = heard(mixer, client, noise(1, 3, PERIOD))
    assert not result[:2].any()
    assert result[2:].any()


def test_the_gains_of_one_mix_change_alone() -> None:
    """Handing over the rows of one mix leaves the others as they were."""
    mixer, client = band()
    sound = noise(1, 3, PERIOD)
    before = heard(mixer, client, sound)
    client.engine.set_gains(np.zeros((2, 3), np.float32), mix=0)
    client.run(np.zeros((3, 1024), np.float32), PERIOD)
    after = client.process(sound)
    assert not after[:2].any()
    assert np.array_equal(after[2:], before[2:])


def test_single_sends_change_alone() -> None:
    """One send of one mix glides to its place in 20 ms; nothing else moves."""
    mixer, client = band()
    sound = noise(1, 3, PERIOD)
    before = heard(mixer, client, sound)
    client.engine.glide_sends([(1, 0)], np.array([[0.25, 0.5]], np.float32))
    client.run(np.zeros((3, 1024), np.float32), PERIOD)
    after = client.process(sound)
    assert np.array_equal(after[:2], before[:2])
    assert after[2] - before[2] == pytest.approx(0.25 * sound[0], abs=1e-6)
    assert after[3] - before[3] == pytest.approx(0.5 * sound[0], abs=1e-6)


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.5, 3.0])
def test_a_glide_takes_the_time_that_it_was_given(seconds: float) -> None:
    """At least 20 ms, else as long as asked, along one line."""
    client = desk()
    settle(client, 0.0)
    client.engine.set_gains(np.ones((2, 1), np.float32), seconds=seconds)
    frames = round(max(seconds, 0.02) * RATE)
    line = client.run(np.ones((1, frames + 2 * PERIOD), np.float32), PERIOD)[0]
    middle = frames // 2
    assert line[middle] == pytest.approx((middle + 1) / frames, abs=1e-3)
    assert line[frames - PERIOD] < 1.0
    assert line[frames + PERIOD - 1] == 1.0
    assert np.max(np.diff(line)) <= 1.01 / frames


def test_a_gentle_rise_is_slow_and_a_gentle_fall_is_not() -> None:
    """Where asked for, a gain that rises by more than 12 dB takes longer; falling stays quick."""
    client = desk()
    settle(client, 0.001)
    client.engine.set_gains(np.ones((2, 1), np.float32), gently=True)
    rise = client.run(np.ones((1, RATE), np.float32), PERIOD)[0]
    assert np.argmax(rise == 1.0) == pytest.approx((60.0 - 12.0) / 60.0 * RATE, abs=2 * PERIOD)
    client.engine.set_gains(np.zeros((2, 1), np.float32), gently=True)
    fall = client.run(np.ones((1, 1024), np.float32), PERIOD)[0]
    assert fall[-1] == 0.0


def test_a_listener_stays_when_the_table_changes() -> None:
    """Its sequence and counters go on, with no marker, while others come and go around it."""
    client = desk()
    settle(client, 1.0)
    sound = noise(1, 1, PERIOD)
    with Ear(sequence=100) as stays, Ear() as other:
        for rows in ([stays.row], [other.row, stays.row], [stays.row, other.row], [stays.row]):
            client.engine.publish(rows)
            client.process(sound)
            client.process(sound)
            client.engine.collect()
        packets = stays.packets()
        assert [packet.sequence for packet in packets] == list(range(100, 108))
        assert [packet.marker for packet in packets] == [True] + [False] * 7
        assert int(stays.row["sent"][0]) == 8
        assert len(other.packets()) == 4


def test_who_left_hears_nothing_more() -> None:
    """From the next period on nothing is sent to a listener that is not in the table."""
    client = desk()
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(noise(1, 1, PERIOD))
        client.engine.publish([])
        client.process(noise(1, 1, PERIOD))
        assert len(ear.packets()) == 1


def test_what_is_replaced_is_retired_after_two_periods() -> None:
    """A socket is closed when the callback cannot be using it any more, once, and not before."""
    client = desk()
    retired = []
    client.engine.publish([])
    client.engine.publish([], retire=lambda: retired.append(client.engine.cycles))
    silence = np.zeros((1, PERIOD), np.float32)
    for _ in range(2):
        client.engine.collect()
        assert retired == []
        client.process(silence)
    client.engine.collect()
    client.engine.collect()
    assert retired == [2]


def test_all_is_retired_when_the_callback_is_stopped() -> None:
    """After the JACK client was closed no period is waited for, in the order of replacement."""
    engine = Engine(1, streams(1), RATE)
    retired: list[int] = []
    for number in range(3):
        engine.publish([], retire=lambda number=number: retired.append(number))  # type: ignore[misc]
    engine.collect()
    assert retired == []
    engine.collect(stopped=True)
    assert retired == [0, 1, 2]


def test_rows_live_as_long_as_they_are_published() -> None:
    """The engine keeps a table and its rows that nobody else keeps, until two periods after."""
    client = desk()
    with Ear() as ear:
        row = new_row(0, ear.socket.fileno(), 0)
        alive = weakref.ref(row)
        client.engine.publish([row])
        del row
        gc.collect()
        client.process(noise(1, 1, PERIOD))
        assert len(ear.packets()) == 1
        client.engine.publish([])
        client.process(noise(1, 1, PERIOD))
        client.engine.collect()
        assert alive() is not None
        client.process(noise(1, 1, PERIOD))
        client.engine.collect()
        gc.collect()
        assert alive() is None


class Interrupted(np.ndarray[Any, Any]):
    """Gains in the midst of whose reading the audio thread does some periods."""

    meanwhile: Any = None

    @property  # type: ignore[misc] # numpy's can be written to, ours need not be
    def shape(self) -> tuple[int, ...]:
        """The shape, which takes a while to tell."""
        if Interrupted.meanwhile is not None:
            Interrupted.meanwhile()
        return np.asarray(self).shape


def test_periods_before_the_swap_do_not_count() -> None:
    """When Python is held up in the midst of a swap, what the callback still reads is kept."""
    client = desk()
    silence = np.zeros((1, PERIOD), np.float32)
    client.engine.set_gains(np.ones((2, 1), np.float32))
    before = weakref.ref(client.engine._gains.array)
    Interrupted.meanwhile = lambda: [client.process(silence) for _ in range(5)]
    client.engine.set_gains(np.zeros((2, 1), np.float32).view(Interrupted))
    Interrupted.meanwhile = None
    client.engine.collect()
    assert client.engine.cycles >= 5
    assert before() is not None
    client.process(silence)
    client.process(silence)
    client.engine.collect()
    gc.collect()
    assert before() is None


def test_a_storm_of_changes_keeps_little() -> None:
    """A thousand swaps and tables while the audio runs leave no more than the last few."""
    client = desk(2, 2)
    arrays = []
    with Ear() as ear:
        for number in range(1000):
            client.engine.set_gains(np.full((4, 2), number / 1000, np.float32))
            arrays.append(weakref.ref(client.engine._gains.array))
            client.engine.publish([ear.row])
            client.process(np.zeros((2, 16), np.float32))
            ear.datagrams()
    gc.collect()
    assert sum(array() is not None for array in arrays) <= 4


def test_meters_are_read_as_amplitudes() -> None:
    """Peaks of an input and of both sides of a mix, and the limiter's gain."""
    client = desk(1, ceiling=-1.0)
    settle(client, np.array([[2.0], [0.5]], np.float32))
    client.process(np.stack([sine(480, 1000.0, peak=0.8)]))
    top = db_to_amplitude(-1.0)
    meters = client.engine.meters(0)
    assert client.engine.input_peak(0) == pytest.approx(0.8, rel=1e-3)
    assert meters.left == pytest.approx(top, rel=1e-5)
    assert meters.right == pytest.approx(top / 4, rel=0.05)
    assert meters.limiter == pytest.approx(top / 1.6, rel=1e-3)
    assert client.engine.meters(0) == MixMeters(meters.left, meters.right, meters.limiter)


def test_every_mix_starts_with_what_its_stream_says() -> None:
    """SSRC, payload type, sample format and ceiling of each stream are its own."""
    plans = streams(3, "L24", -3.0)
    plans[1] = replace(plans[1], sample_bytes=2, payload_type=96, ceiling=None)
    client = OfflineClient(Engine(1, plans, RATE))
    with Ear(0) as first, Ear(1) as second, Ear(2) as third:
        client.engine.publish([first.row, second.row, third.row])
        client.process(np.zeros((1, PERIOD), np.float32))
        packets = [ear.packets()[0] for ear in (first, second, third)]
    assert [packet.ssrc for packet in packets] == [SSRC, SSRC + 1, SSRC + 2]
    assert [packet.payload_type for packet in packets] == [97, 96, 97]
    assert [len(packet.payload) for packet in packets] == [768, 512, 768]
    assert client.engine.mixes["ceiling"].tolist() == pytest.approx(
        [db_to_amplitude(-3.0), 0.0, db_to_amplitude(-3.0)]
    )


def test_durations_are_told_in_microseconds() -> None:
    """The histogram's quantiles and the longest, to a tenth; 0 before the first period."""
    engine = Engine(1, streams(1), RATE)
    assert engine.callback_microseconds() == {"p50": 0.0, "p99": 0.0, "p99_9": 0.0, "max": 0.0}
    engine.context["longest"] = 123_456
    assert engine.callback_microseconds()["max"] == 123.5


@pytest.mark.parametrize(
    ("amplitude", "level"), [(1.0, 0.0), (0.5, -6.0), (0.0, None), (1e-11, None), (2.0, 6.0)]
)
def test_levels_are_told_in_decibels(amplitude: float, level: float | None) -> None:
    """To a tenth; silence, and what is below any converter, is None, which JSON has."""
    assert decibels(amplitude) == level


def test_waiting_ends_with_what_is_waited_for() -> None:
    """It is over as soon as the condition holds, or says that it did not come in time."""
    done = threading.Event()
    threading.Timer(0.05, done.set).start()
    assert wait_until(done.is_set, 5.0)
    start = time.monotonic()
    assert not wait_until(lambda: False, 0.05)
    assert 0.05 <= time.monotonic() - start < 2.0
