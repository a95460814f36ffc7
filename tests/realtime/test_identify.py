"""The tone that says whose ears these are: how loud, where, and that it ends."""

import numpy as np
import pytest

from jackrf.realtime.identify import AMPLITUDE, LEFT_HZ, PATTERN_SECONDS, RIGHT_HZ
from jackrf.testing import OfflineClient
from jackrf.units import db_to_amplitude
from tests.offline import RATE, Floats, desk

PATTERN = round(PATTERN_SECONDS * RATE)


def heard(client: OfflineClient, frames: int, period: int = 128) -> Floats:
    """What comes out while nothing goes in, shape (ports, frames)."""
    return client.run(np.zeros((1, frames // period * period), np.float32), period)


def identifying(mixes: int = 1, ceiling: float | None = None) -> OfflineClient:
    """A desk whose first mix has the tone."""
    client = desk(1, mixes, ceiling=ceiling)
    client.engine.identify(0, on=True)
    return client


def hertz(sound: Floats) -> float:
    """The frequency of a ping."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 17))
    return float(np.argmax(spectrum) * RATE / (1 << 17))


@pytest.mark.parametrize("period", [64, 100, 128, 1024, 8192])
def test_one_low_ping_left_two_high_ones_right(period: int) -> None:
    """Each side has its own time, number and pitch, at whatever period."""
    left, right = heard(identifying(), PATTERN + period, period)
    at = RATE // 10
    places = [[0.0, left], [0.5, right], [0.8, right]]
    for second, side in places:
        ping = side[round(second * RATE) : round(second * RATE) + 2 * at]
        assert np.max(np.abs(ping)) == pytest.approx(AMPLITUDE, rel=0.01)
        assert hertz(ping) == pytest.approx(LEFT_HZ if side is left else RIGHT_HZ, abs=3.0)
    assert not left[round(0.2 * RATE) + 1 : PATTERN].any()
    assert not right[: RATE // 2].any()
    assert not right[round(1.0 * RATE) + 1 : PATTERN].any()


def test_it_is_soft_and_only_in_its_mix() -> None:
    """Never above -30 dBFS, however long, and the other mix has nothing."""
    client = identifying(mixes=2)
    sound = heard(client, 3 * PATTERN)
    assert np.max(np.abs(sound[:2])) <= db_to_amplitude(-30.0) * 1.000001
    assert not sound[2:].any()


def test_it_goes_round() -> None:
    """The third time is as the second."""
    left, right = heard(identifying(), 3 * PATTERN, 100)
    for side in (left, right):
        second = side[PATTERN : 2 * PATTERN]
        assert side[2 * PATTERN : 3 * PATTERN] == pytest.approx(second, abs=1e-7)


def test_the_limiter_holds_it_too() -> None:
    """A mix with a ceiling of -40 dBFS has no tone above it."""
    sound = heard(identifying(ceiling=-40.0), PATTERN)
    assert 0.0 < np.max(np.abs(sound)) <= db_to_amplitude(-40.0) * 1.000001


def test_it_dies_away_without_a_click() -> None:
    """Switched off within a ping it is gone after 10 ms, in steps no larger than a sine's own."""
    client = identifying()
    before = heard(client, 4800, 96)
    client.engine.identify(0, on=False)
    after = heard(client, 4800, 96)
    whole = np.concatenate([before, after], axis=1)
    slope = 2.0 * np.pi * LEFT_HZ / RATE * AMPLITUDE
    assert np.max(np.abs(np.diff(whole))) < 1.1 * slope
    assert after[0, :200].any()
    assert not after[:, 480:].any()


def test_it_begins_anew() -> None:
    """After it was off it starts with its first ping."""
    client = identifying()
    first = heard(client, 12800)
    client.engine.identify(0, on=False)
    heard(client, 12800)
    client.engine.identify(0, on=True)
    assert np.array_equal(heard(client, 12800), first)


def test_nobody_hears_it_for_ever() -> None:
    """If who switched it on never switches it off, it ends after a minute."""
    client = identifying()
    heard(client, 62 * RATE, 8192)
    assert not heard(client, PATTERN, 8192).any()


def test_it_closes_with_the_mix() -> None:
    """When jackrf ends, the tone falls silent with all the rest, in 20 ms."""
    client = identifying()
    heard(client, 4800, 96)
    client.engine.fade_out()
    assert not heard(client, 4800, 96)[:, 1056:].any()
