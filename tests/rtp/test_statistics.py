"""A receiver's counts: loss, cycles, restarts and jitter, against what was really sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.statistics import COMPENSATION, Reception, begin, hear, interval


def heard(sequences: list[int]) -> Reception:
    """What is known after packets with these sequence numbers, 100 frames each, in step."""
    known = begin(sequences[0])
    for sequence in sequences:
        known = hear(known, sequence, 100 * sequence % 2**32, 100 * sequence % 2**32)
    return known


def test_a_stream_without_loss() -> None:
    """The first of two packets in order makes a source (A.1): it is not counted itself."""
    known = heard(list(range(10, 60)))
    assert (known.expected, known.received, known.lost) == (49, 49, 0)
    assert known.jitter == 0.0


def test_the_sequence_goes_round() -> None:
    """Past 65535 the cycles count on, and nothing is lost."""
    known = heard([number % 65536 for number in range(65000, 65000 + 2 * 65536)])
    assert known.highest == 65000 + 2 * 65536 - 1
    assert known.lost == 0
    assert known.block(1, None).extended_highest == known.highest


@given(st.integers(0, 65535), st.lists(st.booleans(), min_size=1, max_size=300), st.randoms())
def test_what_was_lost_is_counted(first: int, lost: list[bool], chance: object) -> None:
    """Whatever is lost between the first packets and the last, and however the rest is shuffled."""
    del chance
    kept = [number for number, gone in enumerate(lost, 2) if not gone]
    numbers = [0, 1, *kept, len(lost) + 2]
    known = heard([(first + number) % 65536 for number in numbers])
    assert known.lost == sum(lost)
    assert known.fraction_lost(None) == sum(lost) * 256 // known.expected


def test_the_fraction_is_of_what_came_since() -> None:
    """Of 100 packets more 25 are lost: 64 of 256, whatever was before (A.3)."""
    before = heard([0, *range(1, 201, 2)])
    after = before
    for number in [*range(200, 275), 299]:
        after = hear(after, number, 0, 0)
    assert after.fraction_lost(before) == (24 << 8) // 100
    assert after.block(7, before).fraction_lost == after.fraction_lost(before)
    assert after.fraction_lost(after) == 0


def test_duplicates_make_the_loss_negative_and_no_fraction() -> None:
    """More came than was sent: the count goes below zero, the share does not (A.3)."""
    known = heard([0, 1, 2, 2, 2, 3])
    assert known.lost == -2
    assert known.fraction_lost(None) == 0
    assert known.block(1, None).cumulative_lost == -2


def test_order_does_not_matter_within_a_hundred() -> None:
    """A packet that is overtaken is not lost."""
    assert heard([0, 1, 4, 2, 3, 5]).lost == 0


def test_a_source_that_begins_anew_is_believed_at_its_second_packet() -> None:
    """One wild number changes nothing; two in order are a restart (A.1)."""
    known = heard(list(range(100)))
    wild = hear(known, 40000, 0, 0)
    assert (wild.highest, wild.received) == (known.highest, known.received)
    anew = hear(wild, 40001, 0, 0)
    assert (anew.first, anew.received, anew.expected) == (40001, 1, 1)
    assert anew.fraction_lost(known) == 0


def test_packets_out_of_order_make_no_source() -> None:
    """Noise on a port is never taken for a stream."""
    known = heard([5, 900, 17, 40000])
    assert (known.received, known.probation) == (0, 1)


def test_jitter_follows_the_rfc() -> None:
    """Packets that come 0 and 16 frames late by turns: every step is 16, and J goes there (A.8)."""
    known = begin(0)
    known = hear(known, 0, 0, 0)
    expected = 0.0
    for number in range(1, 200):
        known = hear(known, number, 100 * number, 100 * number + 16 * (number % 2))
        if number > 1:
            expected += (16.0 - expected) / 16.0
        assert known.jitter == pytest.approx(expected)
    assert known.block(1, None).jitter == 15


def test_jitter_does_not_see_the_clock_go_round() -> None:
    """Timestamp and arrival wrap at 2**32, each when it likes."""
    known = begin(0)
    for number in range(100):
        stamp = 2**32 - 5000 + 100 * number
        known = hear(known, number, stamp % 2**32, (stamp + 7000) % 2**32)
    assert known.jitter == 0.0


def test_reports_take_their_share_of_the_bandwidth() -> None:
    """One receiver of a mix waits 5 s on average, thousands together no more than 3.75 %."""
    mean = interval(2, 100, 192_000, 0.5)
    assert mean == pytest.approx(5.0 / COMPENSATION)
    assert interval(2, 100, 192_000, 0.0) == pytest.approx(mean / 2)
    assert interval(2, 100, 192_000, 0.5, least=1.0) == pytest.approx(mean / 5)
    many = 10_000
    each = interval(many + 1, 100, 192_000, 0.5) * COMPENSATION
    assert many * 100 / each == pytest.approx(192_000 * 0.05 * 0.75)
