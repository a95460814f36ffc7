"""What jackrf and a listener tell each other of a stream."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.audience.reports import heard_in, sender_report
from jackrf.rtp.ntp import from_ntp, middle, to_ntp
from jackrf.rtp.rtcp import (
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    compound,
    parse_compound,
)

NOW_NS = 1_790_000_000_123_456_789
SSRC = 0xF09FE4A3


def test_a_sender_report_relates_two_clocks() -> None:
    """The stream's time and the wall clock's of the same moment, counters, and the name."""
    timestamp = (1 << 32) + 5
    report, name = parse_compound(sender_report(SSRC, timestamp, NOW_NS, 7, 3584, "jackrf@stage"))
    assert isinstance(report, SenderReport)
    assert (report.ssrc, report.timestamp, report.packets, report.octets) == (SSRC, 5, 7, 3584)
    assert abs(from_ntp(report.ntp, NOW_NS) - NOW_NS) <= 1
    assert name == SourceDescription(((SSRC, "jackrf@stage"),))


def test_what_a_receiver_tells_is_taken_in() -> None:
    """Loss as a share, jitter in ms, and the way there and back by the report that it names."""
    sent = middle(to_ntp(NOW_NS - 300_000_000))
    block = ReportBlock(SSRC, 64, 12, 70_000, 96, sent, round(0.25 * 65536))
    other = ReportBlock(SSRC + 1, 255, 1, 1, 1)
    data = compound(ReceiverReport(1, (other, block)))
    heard = heard_in(data, SSRC, 48000, NOW_NS, 5.0)
    assert heard is not None
    assert (heard.loss, heard.lost, heard.jitter_ms, heard.at) == (0.25, 12, 2.0, 5.0)
    assert heard.round_trip_ms == pytest.approx(50.0, abs=0.1)
    assert heard.report() == {
        "loss": 0.25,
        "lost": 12,
        "jitter_ms": 2.0,
        "round_trip_ms": pytest.approx(50.0, abs=0.1),
    }


def test_without_a_report_of_ours_there_is_no_round_trip() -> None:
    """A receiver that just began says so by a zero."""
    data = compound(ReceiverReport(1, (ReportBlock(SSRC, 0, 0, 1, 0),)))
    heard = heard_in(data, SSRC, 48000, NOW_NS, 0.0)
    assert heard is not None
    assert heard.round_trip_ms is None
    assert heard.report()["round_trip_ms"] is None


@given(st.binary(max_size=200))
def test_what_is_no_report_tells_nothing(data: bytes) -> None:
    """Whatever somebody sends, nothing is raised."""
    heard = heard_in(data, SSRC, 48000, NOW_NS, 0.0)
    assert heard is None or 0.0 <= heard.loss <= 1.0


def test_a_report_on_another_stream_tells_nothing() -> None:
    """The SSRC says which one is meant."""
    data = compound(ReceiverReport(1, (ReportBlock(SSRC + 1, 0, 0, 1, 0),)))
    assert heard_in(data, SSRC, 48000, NOW_NS, 0.0) is None
