"""The receive side's memory: sizes that the kernels count on."""

import pytest

from jackrf.realtime.context import MAX_PERIOD
from jackrf.realtime.reception import LOG, PACKET_ROOM, RING, ROOM


@pytest.mark.parametrize("size", [RING, ROOM, LOG])
def test_a_circle_is_a_power_of_two(size: int) -> None:
    """Places in it are found by masking the lower bits of a timestamp."""
    assert size & (size - 1) == 0


def test_the_ring_holds_more_than_the_longest_delay() -> None:
    """Half a second ahead, at 96 kHz, and the longest period have room in it together."""
    assert RING >= 48000 + MAX_PERIOD


def test_a_datagram_of_any_ethernet_frame_has_room() -> None:
    """1,500 bytes is what a network carries whole; there is room for more."""
    assert PACKET_ROOM > 1500
