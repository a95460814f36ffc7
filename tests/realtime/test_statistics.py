"""The histogram of durations: quantiles are right to 3 %, at any length."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.realtime.context import DURATION_BINS
from jackrf.realtime.statistics import bin_middle, bin_of, quantiles


def histogram(durations: list[int]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The counts that the callback would make of durations in ns."""
    counts = np.zeros(DURATION_BINS, np.int64)
    for duration in durations:
        counts[bin_of(duration)] += 1
    return counts


@settings(deadline=None)
@given(st.integers(0, 2**62))
def test_a_bin_is_where_its_durations_are(duration: int) -> None:
    """The middle of a duration's bin is within 1/64 of it or half a nanosecond, up to 30 s."""
    number = bin_of(duration)
    assert 0 <= number < DURATION_BINS
    if duration < 30_000_000_000:
        assert abs(bin_middle(number) - duration) <= max(0.5, duration / 64 + 0.5)


def test_bins_follow_each_other() -> None:
    """A longer duration never falls into a lower bin, and no bin below 30 us stays empty."""
    bins = [bin_of(duration) for duration in range(30_000)]
    assert np.all(np.diff(bins) >= 0)
    assert set(bins) == set(range(bins[-1] + 1))
    assert bins[:64] == list(range(64))


@settings(deadline=None)
@given(
    st.lists(st.integers(100, 10_000_000), min_size=1, max_size=200),
    st.sampled_from([0.01, 0.5, 0.9, 0.99, 0.999, 1.0]),
)
def test_a_quantile_is_exact_to_three_per_cent(durations: list[int], share: float) -> None:
    """It is the duration that a share of all lies at or below."""
    (found,) = quantiles(histogram(durations), (share,))
    exact = float(np.quantile(durations, share, method="inverted_cdf"))
    assert found == pytest.approx(exact, rel=0.03)


def test_no_durations_have_no_quantiles() -> None:
    """Before the first period all of them are 0."""
    assert quantiles(histogram([]), (0.5, 0.99)) == [0.0, 0.0]


def test_the_difference_of_two_histograms_has_quantiles_of_its_own() -> None:
    """Readers take differences: what was before does not count."""
    before = histogram([1_000_000] * 1000)
    after = before + histogram([20_000] * 10)
    assert quantiles(after - before, (0.5,))[0] == pytest.approx(20_000, rel=0.03)
