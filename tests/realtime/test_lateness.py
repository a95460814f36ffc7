"""What jitter needs, counted over a sliding window, and the delay that follows."""

import numpy as np
import pytest

from jackrf.realtime.lateness import (
    MARGIN,
    choose_goal,
    forget_lateness,
    least_delay,
    most_delay,
    needed,
    note_lateness,
    pass_time,
)
from jackrf.receiver import Receiver
from tests.offline import RATE

BIN = 3.0
"""Frames of a bin at 48 kHz."""


def counting() -> Receiver:
    """A receiver whose window is open."""
    receiver = Receiver(RATE, -1)
    forget_lateness(receiver.reception[0])
    return receiver


def test_one_in_a_thousand_may_be_later() -> None:
    """Of 2000 packets two may come too late: the third from the end is what is needed."""
    row = counting().reception[0]
    for late in (*range(1997), 3000, 2100, 2050):
        note_lateness(row, float(late % 100) if late < 1997 else float(late))
    assert needed(row) == pytest.approx(2050, abs=BIN)


def test_of_few_all_are_covered() -> None:
    """Below a thousand packets the latest one counts."""
    row = counting().reception[0]
    for late in (1.0, -700.0, 333.0, 2.0):
        note_lateness(row, late)
    assert 333 <= needed(row) <= 333 + BIN


def test_what_is_beyond_the_bins_is_in_the_last() -> None:
    """An absurd lateness is counted, and reaches no memory of others."""
    row = counting().reception[0]
    for late in (1e12, -1e12, 1e6):
        note_lateness(row, late)
    assert needed(row) == pytest.approx(0.048 * RATE)


def test_after_four_seconds_it_is_forgotten() -> None:
    """A burst is needed for as long as the window holds it."""
    row = counting().reception[0]
    note_lateness(row, 900.0)
    held = []
    for cycle in range(5 * RATE // 128):
        if cycle % 4 == 0:
            note_lateness(row, 10.0)
        pass_time(row, 128)
        held.append(bool(needed(row) > 800))
    seconds = sum(held) * 128 / RATE
    assert 3.0 <= seconds <= 4.01


@pytest.mark.parametrize("period", [64, 128, 512, 1024])
def test_the_least_is_a_period_and_what_the_resampler_looks_ahead(period: int) -> None:
    """And jitter comes on top; the maximum leaves room for some, whatever the period."""
    row = counting().reception[0]
    assert least_delay(row, period) == period + 16
    note_lateness(row, 100.0)
    choose_goal(row, period)
    assert float(row["goal"]) == pytest.approx(period + 16 + 100 + MARGIN, abs=BIN)
    assert most_delay(row, period) >= max(0.020 * RATE, period + 16 + 0.006 * RATE)


def test_it_never_goes_above_the_maximum() -> None:
    """Whatever jitter would need, and whatever was wished."""
    receiver = counting()
    row = receiver.reception[0]
    note_lateness(row, 2000.0)
    choose_goal(row, 128)
    assert 0.018 * RATE < float(row["goal"]) < 0.020 * RATE
    receiver.set_delay(30.0, 30.0)
    receiver.reception["max_delay"] = 10.0
    choose_goal(row, 128)
    assert float(row["goal"]) < 0.010 * RATE


def test_a_wish_is_kept() -> None:
    """A delay in ms is that, unless the period needs more."""
    receiver = counting()
    row = receiver.reception[0]
    receiver.set_delay(7.0)
    choose_goal(row, 128)
    assert float(row["goal"]) == 0.007 * RATE
    receiver.set_delay(1.0)
    choose_goal(row, 128)
    assert float(row["goal"]) == 128 + 16


def test_it_does_not_tremble() -> None:
    """Needs that differ by less than a quarter of the jitter leave the goal where it is."""
    row = counting().reception[0]
    goals = set()
    random = np.random.default_rng(1)
    for _ in range(40):
        forget_lateness(row)
        note_lateness(row, 400.0 + random.uniform(-40, 0))
        choose_goal(row, 128)
        goals.add(round(float(row["goal"]) / 48))
    assert len(goals) <= 2
