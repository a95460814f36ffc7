"""NTP timestamps: against dates that are known, around their wraps, and the round trip."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.ntp import SECOND, from_ntp, middle, round_trip, since_last_sr, to_ntp
from jackrf.rtp.rtcp import ReportBlock


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        # RFC 5905, figure 4: dates and their seconds within the era.
        ("1970-01-01", 2_208_988_800),
        ("1999-12-31", 3_155_587_200),
        ("2036-02-08", 63_104),
    ],
)
def test_dates_of_the_rfc(date: str, seconds: int) -> None:
    """The table of RFC 5905 is reproduced, beyond the wrap of 2036 too."""
    moment = dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC)
    assert to_ntp(int(moment.timestamp()) * SECOND) >> 32 == seconds


@given(st.integers(0, 2**62), st.integers(-(2**30), 2**30))
def test_a_time_comes_back(unix_ns: int, off_seconds: int) -> None:
    """To the ns, if the reader's own clock is within decades of it."""
    near = unix_ns + off_seconds * SECOND
    assert from_ntp(to_ntp(unix_ns), near) == unix_ns


def test_the_middle_is_what_a_report_block_returns() -> None:
    """16 bits of seconds, 16 of their fraction."""
    assert middle(0xE8C4D2A180001234) == 0xD2A18000


@given(st.integers(0, 2**62), st.floats(0, 3600), st.floats(0, 3600))
def test_a_round_trip_is_what_the_network_took(sent: int, held: float, network: float) -> None:
    """What the receiver held is taken off; the middle's wrap after 18 hours does not matter."""
    arrived = sent + int((held + network) * SECOND)
    block = ReportBlock(1, 0, 0, 0, 0, middle(to_ntp(sent)), since_last_sr(held))
    if block.last_sr == 0:
        return
    took = round_trip(block, to_ntp(arrived))
    if took is None:
        assert network < 1e-4
    else:
        assert took == pytest.approx(network, abs=1e-4)


def test_no_round_trip_is_made_up() -> None:
    """Without a sender report there is none, and none that would be negative."""
    now = to_ntp(1_700_000_000 * SECOND)
    assert round_trip(ReportBlock(1, 0, 0, 0, 0), now) is None
    lie = ReportBlock(1, 0, 0, 0, 0, middle(now), since_last_sr(5.0))
    assert round_trip(lie, now) is None


def test_a_delay_is_kept_within_its_field() -> None:
    """Neither a clock that went back nor a day without a report overflows 32 bits."""
    assert since_last_sr(-1.0) == 0
    assert since_last_sr(1.5) == 0x18000
    assert since_last_sr(1e6) == 0xFFFFFFFF
