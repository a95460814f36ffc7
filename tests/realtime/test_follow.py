"""Which stream is followed is in test_receive.py; here is what is counted of it for RTCP."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.realtime.follow import channels_of, count_sequence, sample_bytes_of, set_rate
from jackrf.receiver import Format, Receiver
from tests.offline import RATE, Wire
from tests.realtime.stream import packet


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
        count_sequence(row, np.uint32((first + number) % 2**16), np.uint32(0), 0.0)
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
        count_sequence(row, np.uint32(number), np.uint32(128 * number), 128 * number + late)
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


def test_each_rate_has_its_table() -> None:
    """At the ports' own rate it is the short one."""
    row = Receiver(RATE, -1).reception[0]
    found = {}
    for rate in (44100, 48000, 96000):
        set_rate(row, np.uint32(rate))
        found[rate] = int(row["taps"])
    assert found == {44100: 64, 48000: 32, 96000: 128}
