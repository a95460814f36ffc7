"""Opus in RTP."""

from jackrf.fanout.packets import Packetizer
from jackrf.rtp.packet import parse


def test_numbers_and_times_go_on_and_round() -> None:
    """The first packet has the marker, and the first after a gap."""
    made = Packetizer(111, 480, 7, 65535, 2**32 - 480)
    found = [parse(made.packet(b"one")), parse(made.packet(b"two"))]
    made.skip(4800)
    found.append(parse(made.packet(b"three")))
    assert [one.sequence for one in found] == [65535, 0, 1]
    assert [one.timestamp for one in found] == [2**32 - 480, 0, 480 + 4800]
    assert [one.marker for one in found] == [True, False, True]
    assert [one.payload for one in found] == [b"one", b"two", b"three"]
    assert {(one.payload_type, one.ssrc) for one in found} == {(111, 7)}
