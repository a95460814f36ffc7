"""PortAudio's callback, called as PortAudio does, without a sound card."""

import ctypes
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from jackrf.realtime.card import CARD, OUTPUT_UNDERFLOW, receive_to_card
from jackrf.realtime.context import MAX_PERIOD, address
from jackrf.receiver import Receiver
from tests.offline import Floats, Wire
from tests.realtime.stream import packet

CALL = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_void_p,
    ctypes.c_ulong,
    ctypes.c_void_p,
)(receive_to_card.address)


class Cards:
    """A receiver that is called by a card of so many channels."""

    def __init__(self, receiver: Receiver, channels: int) -> None:
        self.row = np.zeros(1, CARD)
        self._sides = np.zeros((2, MAX_PERIOD), np.float32)
        self.row["reception_at"] = receiver.context_address
        self.row["sides_at"] = address(self._sides)
        self.row["channels"] = self._channels = channels

    def process(self, frames: int, flags: int = 0) -> Floats:
        """What the card gets, shape (frames, channels)."""
        played = np.full((frames, self._channels), np.nan, np.float32)
        arguments = None, address(played), frames, None, flags, address(self.row)
        # Denormals are switched off for good in the thread that calls: not in that of the tests.
        with ThreadPoolExecutor(1) as thread:
            assert thread.submit(CALL, *arguments).result() == 0
        return played


def play(channels: int, period: int = 128) -> Floats:
    """What a card gets of a stream that has come to be played."""
    with Wire() as wire:
        card = Cards(wire.receiver, channels)
        heard = []
        for number in range(60):
            wire.send(packet(number * period, period, sequence=number))
            heard.append(card.process(period))
        assert int(card.row["cycles"][0]) == 60
        assert int(card.row["time"][0]) == 60 * period
        assert int(card.row["period"][0]) == period
    return heard[-1]


def test_left_and_right_are_interleaved() -> None:
    """As the stream has them: its right side is its left one turned over."""
    heard = play(2)
    assert np.all(heard[:, 0] != 0.0)
    assert np.array_equal(heard[:, 0], -heard[:, 1])


def test_one_channel_is_the_sum() -> None:
    """Half of both, so that it cannot be louder than either: here they cancel out."""
    assert np.array_equal(play(1), np.zeros((128, 1), np.float32))


def test_more_channels_stay_silent() -> None:
    """The first two play, all others are zeros and never left as they were."""
    heard = play(4)
    assert heard[:, :2].any()
    assert not heard[:, 2:].any()


@pytest.mark.parametrize("frames", [1, 17, 441, MAX_PERIOD])
def test_any_period(frames: int) -> None:
    """Silence before the stream, at every length."""
    with Wire() as wire:
        assert not Cards(wire.receiver, 2).process(frames).any()


def test_a_period_that_is_too_long_is_silence_and_counted() -> None:
    """Nothing is written beyond its memory."""
    with Wire() as wire:
        card = Cards(wire.receiver, 2)
        assert not card.process(MAX_PERIOD + 1).any()
        assert (int(card.row["refused_periods"][0]), int(card.row["cycles"][0])) == (1, 0)


def test_underflows_are_counted() -> None:
    """As PortAudio tells them."""
    with Wire() as wire:
        card = Cards(wire.receiver, 2)
        for flags in (0, OUTPUT_UNDERFLOW, OUTPUT_UNDERFLOW | 0x10, 0x8):
            card.process(64, flags)
        assert int(card.row["underflows"][0]) == 2
