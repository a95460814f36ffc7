"""What the first 200 ms of a stream tell."""

import numpy as np
import pytest

from jackrf.realtime.learn import conclude, remember
from jackrf.realtime.loop import drift_of
from jackrf.realtime.reception import SEEN
from jackrf.receiver import Format, Receiver
from tests.offline import RATE


def learned(rate: int, noise: float, format_: Format | None = None) -> Receiver:
    """A receiver that has seen 75 packets of 128 frames of a stream."""
    receiver = Receiver(RATE, -1, format_ or Format())
    random = np.random.default_rng(rate)
    row = receiver.reception[0]
    for packet in range(75):
        at = packet * 128 * RATE / rate + random.normal(0.0, noise)
        remember(row, at + 5.0, at, packet * 128.0)
    assert conclude(row)
    return receiver


@pytest.mark.parametrize("noise", [0.0, 48.0])
@pytest.mark.parametrize("rate", [32000, 44100, 48000, 88200, 96000])
def test_a_rate_that_nobody_said_is_measured(rate: int, noise: float) -> None:
    """Packets' own pace tells the rate, through 1 ms of jitter too."""
    receiver = learned(rate, noise)
    assert int(receiver.reception["rate"][0]) == rate
    assert abs(drift_of(receiver.reception[0])) < 400e-6


def test_in_doubt_it_is_our_own() -> None:
    """Through 5 ms of jitter a stream of our own rate is not taken for another one."""
    for seed in range(20):
        receiver = Receiver(RATE, -1)
        random = np.random.default_rng(seed)
        row = receiver.reception[0]
        for packet in range(75):
            at = packet * 128 + random.normal(0.0, 240.0)
            remember(row, at, at, packet * 128.0)
        assert conclude(row)
        assert int(receiver.reception["rate"][0]) == RATE


def test_a_rate_that_was_said_is_believed() -> None:
    """Whatever the packets' pace."""
    receiver = learned(44100, 0.0, Format(rate=96000))
    assert int(receiver.reception["rate"][0]) == 96000


def test_two_packets_are_not_enough() -> None:
    """And more than are remembered are no harm."""
    row = Receiver(RATE, -1).reception[0]
    remember(row, 0.0, 0.0, 0.0)
    remember(row, 128.0, 128.0, 128.0)
    assert not conclude(row)
    for packet in range(2, SEEN + 100):
        remember(row, packet * 128.0, packet * 128.0, packet * 128.0)
    assert int(row["seen"]) == SEEN
    assert conclude(row)


@pytest.mark.parametrize("stall_ms", [5.0, 12.0, 40.0, -12.0])
@pytest.mark.parametrize("place", [5, 20, 37, 60])
def test_a_server_that_stands_still_meanwhile_is_no_other_rate(place: int, stall_ms: float) -> None:
    """All packets after that moment are as much later, or earlier: a slope that is none."""
    row = Receiver(RATE, -1).reception[0]
    random = np.random.default_rng(place)
    for packet in range(75):
        at = packet * 128.0 + random.normal(0.0, 5.0)
        at += stall_ms * 48.0 if packet >= place else 0.0
        remember(row, at, at, packet * 128.0)
    assert conclude(row)
    assert int(row["rate"]) == RATE
