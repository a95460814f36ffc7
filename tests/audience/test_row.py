"""A listener's row, as the control side uses it."""

import numpy as np
import pytest

from jackrf.audience.row import drops, new_row, post, take, unsent
from jackrf.realtime.context import INTERLEAVED, OUTBOX, PREFIXED


def test_a_new_row_begins_with_a_marker() -> None:
    """Its sequence starts where it is told, in 16 bits, and nothing is counted yet."""
    row = new_row(3, 7, 0x12345)
    assert (int(row["mix"][0]), int(row["socket"][0])) == (3, 7)
    assert (int(row["sequence"][0]), int(row["marker"][0])) == (0x2345, 1)
    assert sum(drops(row).values()) == 0
    assert unsent(row) == b""


def test_a_stream_has_its_framing_and_its_budget() -> None:
    """In us, because the callback reckons with whole numbers."""
    row = new_row(0, 7, 0, INTERLEAVED, 6, 2.5)
    assert (int(row["framing"][0]), int(row["channel"][0])) == (4, 6)
    assert int(row["budget"][0]) == 2500


def test_what_is_posted_waits_in_order() -> None:
    """Around the ring's end, too; what has been taken makes room."""
    row = new_row(0, 7, 0, PREFIXED)
    random = np.random.default_rng(1)
    expected = b""
    for _ in range(500):
        message = random.bytes(int(random.integers(1, 600)))
        room = OUTBOX - len(expected)
        assert post(row, message) is (len(message) <= room)
        if len(message) <= room:
            expected += message
        assert unsent(row) == expected
        taken = int(random.integers(0, len(expected) + 1))
        take(row, taken)
        expected = expected[taken:]


def test_a_half_written_frame_comes_first() -> None:
    """Before the outbox, whatever was posted when."""
    row = new_row(0, 7, 0, PREFIXED)
    post(row, b"later")
    row["rest_bytes"], row["rest_done"] = 10, 7
    assert unsent(row) == bytes(3) + b"later"
    take(row, 5)
    assert unsent(row) == b"ter"


def test_datagrams_have_no_outbox() -> None:
    """Whoever would post to one is told at once."""
    with pytest.raises(ValueError, match="datagrams"):
        post(new_row(0, 7, 0), b"x")
