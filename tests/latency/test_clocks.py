"""Two clocks are compared by exchanges of datagrams: right within what they say, always."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.latency.clocks import SECOND, Exchange, compare

NS = st.integers(0, 20_000_000)
FAR = st.integers(-(10**18), 10**18)


def exchange(here: int, there: int, out: int, held: int, back: int) -> Exchange:
    """A question asked at a time `here`, when the other clock shows `there`."""
    return Exchange(here, there + out, there + out + held, here + out + held + back)


@given(st.integers(0, 10**15), FAR, st.lists(st.tuples(NS, NS, NS), min_size=1, max_size=30))
def test_the_offset_is_within_its_error(
    begin: int, offset: int, ways: list[tuple[int, int, int]]
) -> None:
    """Whatever the network does in each direction, and however far the clocks are apart."""
    exchanges = [
        exchange(begin + n * 10**8, begin + n * 10**8 + offset, *way) for n, way in enumerate(ways)
    ]
    found = compare(exchanges)
    assert found is not None
    for one in exchanges:
        # float64 holds the offset of 30 years to 128 ns.
        assert abs(found.there(one.middle) - one.middle - offset) <= found.error + 300


def test_the_quickest_exchange_decides() -> None:
    """One in ten comes through at once: the jitter of the others does not matter."""
    exchanges = [
        exchange(
            n * SECOND // 10, n * SECOND // 10 + 777_000, 50_000 + 5_000_000 * (n % 10), 0, 50_000
        )
        for n in range(40)
    ]
    found = compare(exchanges)
    assert found is not None
    assert (found.first.round_trip, found.last.round_trip) == (100_000, 100_000)
    assert found.error <= 3 * 50_000
    assert found.there(2 * SECOND) - 2 * SECOND == pytest.approx(777_000, abs=1)


def test_drift_is_followed() -> None:
    """A clock that is 100 ppm fast is known at every moment between."""
    exchanges = [
        exchange(now, round(now * 1.0001), 100_000, 0, 100_000)
        for now in range(0, 4 * SECOND, SECOND // 10)
    ]
    found = compare(exchanges)
    assert found is not None
    assert found.drift_ppm == pytest.approx(100.0, abs=0.1)
    assert found.there(3 * SECOND) == pytest.approx(3.0003 * SECOND, abs=200)


def test_one_exchange_is_enough_and_none_is_not() -> None:
    """A clock that went backwards in between tells nothing."""
    assert compare([]) is None
    assert compare([Exchange(10, 0, 100, 20)]) is None
    found = compare([exchange(5, 1005, 10, 3, 10)])
    assert found is not None
    assert (found.there(100), found.drift_ppm, found.error) == (1100.0, 0.0, 10.0)
