"""The playout delay: as small as the packets allow, whatever happens to some of them."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from tests.offline import RATE, Wire
from tests.realtime.stream import Road

PERIOD = 128
SECOND = RATE // PERIOD


def always(periods: int) -> Callable[[int], Sequence[int]]:
    """A road on which everything takes as long."""
    return lambda _: (periods,)


def settled(wire: Wire, lateness: int = 1, period: int = PERIOD) -> Road:
    """A road that has been in order for 100 ms."""
    road = Road(wire)
    road.run(period, RATE // 10 // period + 3, always(lateness))
    assert wire.playing
    return road


@pytest.mark.parametrize("period", [16, 64, 96, 100, 128, 441, 1024])
@pytest.mark.parametrize("lateness", [0, 1, 3])
def test_it_is_what_the_packets_need(period: int, lateness: int) -> None:
    """Packets that always come so many periods late are played so many periods late: no more."""
    with Wire(frame_time=2**32 - 3000) as wire:
        road = settled(wire, lateness, period)
        assert road.delay == lateness * period
        assert wire.count("shifts") == 1


def test_it_is_found_in_40_ms() -> None:
    """Two periods after the first packet it watches for 30 ms, and then every frame is played."""
    with Wire() as wire:
        road = Road(wire)
        heard = road.run(PERIOD, 16, always(1))
        assert wire.playing
        assert not heard[:, : 13 * PERIOD].any()
        assert np.all(heard[:, 15 * PERIOD :] != 0)
        assert wire.missing == 0


def test_one_jitter_is_covered() -> None:
    """Packets that come in the same period or in the next one are all heard, 1 period late."""
    with Wire() as wire:
        road = Road(wire)
        road.run(PERIOD, 2 * SECOND, lambda n: (n % 3 % 2,))
        assert road.delay == PERIOD
        assert (wire.missing, wire.count("late")) == (0, 0)


@pytest.mark.parametrize("margin", [1, 100, 1000])
def test_a_margin_is_kept(margin: int) -> None:
    """With a margin everything is played that much later, and stays so."""
    with Wire(margin=margin) as wire:
        road = settled(wire)
        assert road.delay == PERIOD + margin
        road.run(PERIOD, 3 * SECOND, always(1))
        assert road.delay == PERIOD + margin
        assert wire.count("shifts") == 1


@pytest.mark.parametrize("away", [8, 12, 19, 40, 120, 375, 1000])
def test_an_outage_adds_no_delay(away: int) -> None:
    """A link that was away for 20 ms to 2.7 s is a gap of just as long, and nothing else."""
    with Wire() as wire:
        road = settled(wire)
        first = road.cycle
        gone = range(first, first + away)
        heard = road.run(PERIOD, away + 20, lambda n: () if n in gone else (1,))
        assert road.delay == PERIOD
        assert wire.missing == away * PERIOD
        assert (wire.count("shifts"), wire.count("streams"), wire.count("alien")) == (1, 1, 0)
        assert np.array_equal(heard[:, -10 * PERIOD :], road.played(10 * PERIOD))


def test_an_outage_at_the_start_adds_no_delay() -> None:
    """A link that goes away while the delay is being found leaves it as small as it is."""
    with Wire() as wire:
        road = Road(wire)
        road.run(PERIOD, 60, lambda n: () if 4 <= n < 40 else (1,))
        assert wire.playing
        assert road.delay == PERIOD


def test_a_noisy_start_is_forgotten() -> None:
    """A delay that was needed in the first 30 ms only is back at 1 period after two seconds."""
    with Wire() as wire:
        road = Road(wire)
        road.run(PERIOD, 30, lambda n: (1 + n % 4,))
        assert road.delay == 4 * PERIOD
        road.run(PERIOD, 2 * SECOND + 10, always(1))
        assert road.delay == PERIOD
        road.run(PERIOD, 3 * SECOND, always(1))
        assert (road.delay, wire.count("shifts")) == (PERIOD, 3)


def test_it_grows_when_packets_come_later_from_now_on() -> None:
    """A path that got 4 periods longer is followed within 100 ms."""
    with Wire() as wire:
        road = settled(wire)
        road.run(PERIOD, 40, always(5))
        assert road.delay == 5 * PERIOD
        late = wire.count("late")
        road.run(PERIOD, SECOND, always(5))
        assert wire.count("late") == late


def test_it_grows_for_what_more_than_four_per_cent_need() -> None:
    """When a tenth of the packets come 2 periods later, it grows by 2 at the end of the second."""
    with Wire() as wire:
        road = settled(wire)
        road.run(PERIOD, 2 * SECOND, lambda n: (3 if n % 10 == 0 else 1,))
        assert road.delay == 3 * PERIOD
        late = wire.count("late")
        assert late > 0
        road.run(PERIOD, 2 * SECOND, lambda n: (3 if n % 10 == 0 else 1,))
        assert wire.count("late") == late


def test_it_does_not_grow_for_what_few_need() -> None:
    """When one packet in forty comes late it is concealed, and all others stay as early as now."""
    with Wire() as wire:
        road = settled(wire)
        road.run(PERIOD, 4 * SECOND, lambda n: (4 if n % 40 == 0 else 1,))
        assert road.delay == PERIOD
        assert wire.count("shifts") == 1


def test_it_shrinks_by_what_nobody_needs_any_more() -> None:
    """A path that got 20 periods shorter is followed at the end of the second, all at once."""
    with Wire() as wire:
        road = settled(wire, 21)
        assert road.delay == 21 * PERIOD
        road.run(PERIOD, 2 * SECOND, always(1))
        assert road.delay == PERIOD


@pytest.mark.parametrize("jump", [150, -100])
def test_a_jump_of_the_timestamps_is_followed(jump: int) -> None:
    """Timestamps that jump by less than half a second are followed: after 2 s it is 1 period."""
    with Wire() as wire:
        road = settled(wire)
        road.shift = jump * PERIOD
        heard = road.run(PERIOD, 2 * SECOND, always(1))
        assert road.delay == PERIOD
        assert np.array_equal(heard[:, -SECOND:], road.played(SECOND))


def test_duplicates_add_no_delay() -> None:
    """A network that brings everything a second time, 5 periods later, is no slower for it."""
    with Wire() as wire:
        road = Road(wire)
        road.run(PERIOD, 3 * SECOND, lambda _: (1, 6))
        assert road.delay == PERIOD
        assert wire.missing == 0
        assert wire.count("late") == 0
        assert wire.count("duplicate") >= 3 * SECOND - 10


@pytest.mark.parametrize(
    ("sender", "receiver"),
    [(64, 1024), (1024, 64), (2048, 128), (100, 64), (64, 100), (8192, 64)],
)
def test_periods_need_not_be_the_same(sender: int, receiver: int) -> None:
    """Whatever the periods, every frame is played, at most the longer period plus one later."""
    with Wire() as wire:
        road = Road(wire, sender)
        cycles = (RATE // 2) // receiver
        road.run(receiver, cycles, always(1))
        assert wire.playing
        before = wire.missing
        heard = road.run(receiver, 2 * cycles, always(1))
        assert wire.missing == before
        assert np.array_equal(heard, road.played(heard.shape[1]))
        assert road.delay <= max(sender, receiver) + 2 * receiver


@pytest.mark.parametrize("pace", [(64, 1024, 96), (1024, 64, 441), (100, 17, 128)])
def test_both_periods_change_together(pace: tuple[int, int, int]) -> None:
    """On one server both change at once: after 200 ms it is one period of the new length."""
    with Wire() as wire:
        road = Road(wire)
        for period in pace:
            road.period = period
            cycles = RATE // 5 // period + 1
            heard = road.run(period, cycles, always(1))
            assert road.delay == period
            assert np.array_equal(heard[:, -4096:], road.played(4096))
        assert wire.count("streams") == 1


def test_the_senders_period_alone_changes() -> None:
    """From 64 to 1024 frames and back: followed within a quarter of a second, and two seconds."""
    with Wire() as wire:
        road = Road(wire)
        road.period = 64
        road.run(64, 200, always(1))
        assert road.delay == 64
        road.period = 1024
        road.run(64, RATE // 4 // 64, always(1))
        before = wire.missing
        road.run(64, RATE // 64, always(1))
        assert wire.missing == before
        road.period = 64
        road.run(64, 2 * RATE // 64, always(1))
        assert road.delay == 64


def test_a_wish_is_kept_on_one_clock_too() -> None:
    """10 ms are 480 frames from a frame's own time; taken back, it is one period again."""
    with Wire() as wire:
        road = settled(wire)
        wire.receiver.set_delay(10.0)
        road.run(PERIOD, SECOND, always(1))
        assert road.delay == 480
        assert wire.receiver.report()["delay"]["now"] == pytest.approx(480 - PERIOD, abs=2)
        wire.receiver.set_delay(None)
        road.run(PERIOD, SECOND, always(1))
        assert road.delay == PERIOD


def test_it_never_grows_above_the_maximum() -> None:
    """When a tenth of the packets would need 30 ms they are concealed: 20 ms are the maximum."""
    with Wire() as wire:
        road = settled(wire)
        road.run(PERIOD, 3 * SECOND, lambda n: (12 if n % 10 == 0 else 1,))
        assert road.delay == PERIOD
        assert wire.missing > 0
