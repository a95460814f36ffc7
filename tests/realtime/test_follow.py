"""Which stream is followed is in test_receive.py; here is what is counted of it for RTCP."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.realtime.follow import channels_of, count_sequence, sample_bytes_of, set_rate
from jackrf.receiver import Format, Receiver
from jackrf.rtp.packet import Packet
from tests.offline import RATE, Wire
from tests.realtime.stream import OUR_CLOCK, packet


@settings(deadline=None)
@given(
    first=st.integers(0, 2**16 - 1),
    fates=st.lists(st.sampled_from(["lost", "once", "twice", "swapped"]), min_size=1, max_size=80),
)
def test_it_counts_as_rfc_3550_does(first: int, fates: list[str]) -> None:
    """Highest number across the wrap, what was expected, what came, what came out of order."""
    row = Receiver(RATE, -1).reception[0]
    sequence = [0]
    for number, fate in enumerate(["once", *fates], 1):
        if fate == "swapped" and sequence[-1] == number - 1:
            sequence[-1:] = [number, number - 1]
        else:
            sequence += {"lost": [], "once": [number], "twice": [number] * 2}.get(fate, [number])
    highest, reordered = 0, 0
    for number in sequence:
        count_sequence(row, np.uint32((first + number) % 2**16), np.uint32(0), 1, 0.0)
        reordered += number < highest
        highest = max(highest, number)
    assert int(row["highest"]) - int(row["base_sequence"]) == highest
    assert int(row["base_sequence"]) == first
    assert int(row["received"]) == len(sequence)
    assert int(row["reordered"]) == reordered


def test_jitter_is_that_of_rfc_3550() -> None:
    """A.8: a sixteenth of each change of the transit time, in timestamp units."""
    row = Receiver(RATE, -1).reception[0]
    jitter, before = 0.0, None
    for number, late in enumerate([0.0, 10.0, -5.0, 300.0, 0.0]):
        count_sequence(row, np.uint32(number), np.uint32(128 * number), 128, 128 * number + late)
        if before is not None:
            jitter += (abs(late - before) - jitter) / 16
        before = late
    assert float(row["rtp_jitter"]) == pytest.approx(jitter, rel=1e-5)


def test_what_a_report_needs_comes_from_the_callback() -> None:
    """`Receiver.statistics` has it, and so has `lost`."""
    with Wire() as wire:
        for number in (0, 1, 2, 5, 4, 7):
            wire.send(packet(128 * number, 128, sequence=65_534 + number))
        wire.play(128)
        found = wire.receiver.statistics()
        report = wire.receiver.report()
    assert found is not None
    assert (found.first, found.highest, found.received) == (65_534, 65_541, 6)
    assert (found.expected, found.lost, report["lost"], report["reordered"]) == (8, 2, 2, 1)


@pytest.mark.parametrize(
    ("payload_type", "format_", "sample_bytes", "channels"),
    [
        (96, Format(), 2, 2),
        (97, Format(), 3, 2),
        (10, Format(), 2, 2),
        (11, Format(), 2, 1),
        (98, Format(), 0, 2),
        (98, Format(sample_bytes=3, channels=8), 3, 8),
    ],
)
def test_a_format_is_what_was_said_or_the_payload_type(
    payload_type: int, format_: Format, sample_bytes: int, channels: int
) -> None:
    """RFC 3551's static types, jackrf's own two, and whatever an SDP says."""
    row = Receiver(RATE, -1, format_).reception[0]
    assert sample_bytes_of(row, payload_type) == sample_bytes
    assert channels_of(row, payload_type) == channels


def counted(numbers: Sequence[tuple[int, int]]) -> Receiver:
    """A receiver that counted packets of 128 frames: sequence number, and which packet it is."""
    receiver = Receiver(RATE, -1)
    row = receiver.reception[0]
    for sequence, place in numbers:
        stamp = np.uint32((128 * place) % 2**32)
        count_sequence(row, np.uint32(sequence % 2**16), stamp, 128, 128.0 * place)
        end = np.uint32((128 * place + 128) % 2**32)
        if received_before(row) or (int(end) - int(row["newest_end"])) % 2**32 < 2**31:
            row["newest_end"] = end
    return receiver


def received_before(row: Any) -> bool:
    """Whether this was the first packet of all."""
    return int(row["received"]) == 1


@pytest.mark.parametrize("jump", [-30_000, -500, 200, 5000, 32_000])
@pytest.mark.parametrize("away", [1, 700])
def test_a_sender_that_counts_anew_has_lost_nothing(jump: int, away: int) -> None:
    """It was started again, by the same SSRC and clock, and its numbers begin anywhere."""
    before = [(65_000 + n, n) for n in range(1000) if n != 500]
    after = [(66_000 + jump + n, 1000 + away + n) for n in range(1000)]
    report = counted([*before, *after]).report()
    assert report["reordered"] == 0
    # One was lost; up to as many as there was time for may have been.
    assert report["lost"] == 1 or 0 < report["lost"] - 1 <= away


def test_what_an_outage_took_is_lost() -> None:
    """The sender went on, and its timestamps show it: 20,000 packets, 53 s, never came."""
    numbers = [(n, n) for n in range(100)] + [(20_100 + n, 20_100 + n) for n in range(100)]
    assert counted(numbers).report()["lost"] == 20_000


def test_packets_that_come_very_late_are_late_and_no_new_beginning() -> None:
    """A network held 200 of them back, and brings them after the others."""
    numbers = [n for n in range(1000) if not 300 <= n < 500] + list(range(300, 500))
    report = counted([(n, n) for n in [*numbers, *range(1000, 1100)]]).report()
    assert (report["lost"], report["reordered"]) == (0, 200)


def test_a_single_stray_number_changes_nothing() -> None:
    """Who knows how it came there; the next one goes on as before."""
    numbers = [(n, n) for n in range(100)] + [(9_000, 100)] + [(n, n) for n in range(101, 200)]
    report = counted(numbers).report()
    assert (report["lost"], report["reordered"]) == (1, 0)


def test_extended_numbers_begin_anew_at_2_to_32() -> None:
    """After 132 days at 128 frames: what was lost is still what was lost."""
    receiver = counted([(n, n) for n in range(10)])
    receiver.reception["base_sequence"] = 2**32 - 100
    receiver.reception["highest"] = 2**32 - 1
    receiver.reception["received"] = 98
    row = receiver.reception[0]
    for n in range(50):
        stamp = np.uint32(128 * (10 + n))
        count_sequence(row, np.uint32(n), stamp, 128, 128.0 * n)
        row["newest_end"] = stamp + np.uint32(128)
    found = receiver.statistics()
    assert found is not None
    assert (found.expected, found.lost, receiver.report()["lost"]) == (150, 2, 2)


def test_what_streams_before_lost_stays_lost() -> None:
    """Counters only count up, over restarts of the sender too."""
    with Wire() as wire:
        for number in (0, 1, 2, 4, 5):
            wire.send(packet(128 * number, 128, sequence=number))
        wire.play(128)
        for _ in range(20):
            wire.play(128)
        for number in range(5):
            wire.send(packet(10**6 + 128 * number, 128, ssrc=7, sequence=number))
        wire.play(128)
        report = wire.receiver.report()
    assert (report["streams"], report["lost"]) == (2, 1)


@pytest.mark.parametrize("ours", [True, False])
def test_half_a_day_is_no_border(ours: bool) -> None:
    """2**31 frames after its first packet, 12 h 25 min at 48 kHz, a stream plays on as it did."""
    with Wire() as wire:
        row = wire.receiver.reception[0]

        def run(first: int, count: int) -> None:
            for number in range(first, first + count):
                extension = OUR_CLOCK if ours else None
                payload = bytes(6 * 128)
                stamp = 128 * number % 2**32
                found = Packet(97, number % 2**16, stamp, 5, payload, extension=extension)
                wire.send(found.serialise())
                wire.play(128)

        second = RATE // 128
        run(0, 3 * second)
        before = wire.receiver.report()
        # As if its first packet had been so much earlier.
        age = 2**31 - 4 * RATE
        row["first"] = (int(row["first"]) - age) % 2**32
        row["stream"] += age
        row["transit"] -= age
        row["quick_stream"] += age
        wire.receiver._arrays["cells_at"][1] += age
        run(3 * second, 10 * second)
        after = wire.receiver.report()
    assert before["state"] == after["state"] == "playing"
    same = ("streams", "shifts", "concealed", "silent", "dropped", "late", "lost")
    assert [after[name] for name in same] == [before[name] for name in same]
    assert after["delay"]["now"] == pytest.approx(before["delay"]["now"], abs=16)
    assert float(row["rtp_jitter"]) < 1.0
    assert int(row["first"]) < 2**31


def test_each_rate_has_its_table() -> None:
    """At the ports' own rate it is the short one."""
    row = Receiver(RATE, -1).reception[0]
    found = {}
    for rate in (44100, 48000, 96000):
        set_rate(row, np.uint32(rate))
        found[rate] = int(row["taps"])
    assert found == {44100: 64, 48000: 32, 96000: 128}
