"""Receiver reports on a real socket: what they say, where they go, and what is believed."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.listening.reports import Reports
from jackrf.rtp.ntp import SECOND, middle, round_trip, to_ntp
from jackrf.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    Report,
    ReportBlock,
    SenderReport,
    SourceDescription,
    compound,
    parse_compound,
)
from jackrf.rtp.statistics import Reception

SSRC = 0xABCD


def bound() -> socket.socket:
    """A UDP socket on loopback."""
    made = socket.socket(type=socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(2.0)
    return made


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    """RTCP at the sender."""
    with closing(bound()) as made:
        yield made


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """RTCP at the receiver."""
    with closing(bound()) as made:
        made.setblocking(False)
        yield made


def told(sender: socket.socket) -> tuple[Report, ...]:
    """The next compound that the sender gets."""
    return parse_compound(sender.recv(2048))


def test_a_report_goes_to_the_port_above_the_stream(
    sender: socket.socket, listener: socket.socket
) -> None:
    """Until a sender report comes that is all there is to go by; the name goes along."""
    reports = Reports(listener, "drummer@stage", alone=True)
    host, port = sender.getsockname()
    reports.report(Reception(0, 9, 8), SSRC, 1.0)
    assert reports.sent == 0
    reports.learn((host, port - 1))
    reports.report(Reception(0, 99, 80, jitter=12.7), SSRC, 2.0)
    report, description = told(sender)
    assert isinstance(report, ReceiverReport)
    assert isinstance(description, SourceDescription)
    assert description.names == ((report.ssrc, "drummer@stage"),)
    (block,) = report.blocks
    assert (block.ssrc, block.cumulative_lost, block.extended_highest) == (SSRC, 20, 99)
    # Of the 90 since the report before 18 are missing.
    assert (block.fraction_lost, block.jitter) == (18 * 256 // 90, 12)
    assert (block.last_sr, block.delay_since_last_sr) == (0, 0)


def test_a_round_trip_can_be_read_from_it(sender: socket.socket, listener: socket.socket) -> None:
    """A report returns the sender's time, and how long it was held: 1.5 s here."""
    reports = Reports(listener, "x", alone=True)
    sent = to_ntp(1_700_000_000 * SECOND)
    sender.sendto(compound(SenderReport(SSRC, sent, 0, 1, 1)), listener.getsockname())
    wait_for_datagram(listener)
    reports.hear(100.0, SSRC)
    reports.report(Reception(0, 9, 10), SSRC, 101.5)
    report = told(sender)[0]
    assert isinstance(report, ReceiverReport)
    (block,) = report.blocks
    assert block.last_sr == middle(sent)
    arrived = to_ntp(1_700_000_000 * SECOND + 1_502_000_000)
    assert round_trip(block, arrived) == pytest.approx(0.002, abs=1e-4)


def test_what_is_not_the_stream_s_is_not_believed(
    sender: socket.socket, listener: socket.socket
) -> None:
    """Noise, and reports of other sources, change neither where reports go nor what they say."""
    reports = Reports(listener, "x", alone=True)
    place = listener.getsockname()
    for data in (b"", b"hello", compound(SenderReport(5, 9, 0, 0, 0)), compound(ReceiverReport(3))):
        sender.sendto(data, place)
    wait_for_datagram(listener)
    reports.hear(1.0, SSRC)
    assert (reports.to, reports.received, reports.refused) == (None, 0, 2)


def test_another_sender_begins_anew(sender: socket.socket, listener: socket.socket) -> None:
    """Loss before it, and the sender report of the one before, are not told of it."""
    reports = Reports(listener, "x", alone=True)
    host, port = sender.getsockname()
    reports.learn((host, port - 1))
    reports.report(Reception(0, 99, 50), SSRC, 1.0)
    told(sender)
    reports.report(Reception(500, 509, 10), SSRC + 1, 2.0)
    report = told(sender)[0]
    assert isinstance(report, ReceiverReport)
    assert report.blocks == (ReportBlock(SSRC + 1, 0, 0, 509, 0),)
    reports.learn((host, 5000))
    assert reports.to == (host, 5001)


def test_it_says_goodbye(sender: socket.socket, listener: socket.socket) -> None:
    """A listener that ends is not taken for one that lost everything."""
    reports = Reports(listener, "x", alone=True)
    host, port = sender.getsockname()
    reports.learn((host, port - 1))
    reports.leave()
    first, _, last = told(sender)
    assert isinstance(first, ReceiverReport)
    assert isinstance(last, Goodbye)
    assert last.sources == (first.ssrc,)


def test_without_a_socket_nothing_is_sent() -> None:
    """The port was taken: audio is heard, reports are not made."""
    reports = Reports(None, "x", alone=True)
    reports.learn(("127.0.0.1", 5004))
    reports.hear(1.0, SSRC)
    reports.report(Reception(0, 9, 10), SSRC, 1.0)
    reports.leave()
    assert reports.sent == 0
    reports.learn(("127.0.0.1", 65535))
    assert reports.to is None


def test_alone_it_reports_every_second_or_so() -> None:
    """In a group, where others report too, every 5 s; never in step."""
    alone = [Reports(None, "x", alone=True).wait(288_000.0) for _ in range(100)]
    group = [Reports(None, "x", alone=False).wait(288_000.0) for _ in range(100)]
    assert 0.4 < min(alone) < max(alone) < 1.3
    assert 2.0 < min(group) < max(group) < 6.3
    assert len(set(alone)) > 90


def wait_for_datagram(listener: socket.socket) -> None:
    """Wait until something has come."""
    listener.settimeout(2.0)
    listener.recv(1, socket.MSG_PEEK)
    listener.setblocking(False)
