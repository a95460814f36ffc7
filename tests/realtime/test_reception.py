"""The receive side's memory: sizes that the kernels count on."""

import pytest

from jackrf.realtime.context import MAX_PERIOD
from jackrf.realtime.reception import FAR_FRAMES, LOG, PACKET_ROOM, RING, ROOM


@pytest.mark.parametrize("size", [RING, ROOM, LOG])
def test_a_circle_is_a_power_of_two(size: int) -> None:
    """Places in it are found by masking the lower bits of a timestamp."""
    assert size & (size - 1) == 0


def test_the_ring_holds_more_than_the_longest_delay() -> None:
    """300 ms at 96 kHz and the longest period have room in it, beside what is too late."""
    assert RING >= 2 * FAR_FRAMES + MAX_PERIOD
    assert RING >= FAR_FRAMES + 0.300 * 96000 + MAX_PERIOD


def test_20_ms_of_eight_channels_have_room() -> None:
    """More than a network carries whole: senders may leave it to IP to cut that."""
    assert PACKET_ROOM > 12 + 20 * 48 * 8 * 2
