"""The way by datagrams, against aioquic as it is: it reads names that are not promised."""

from typing import Any

import pytest
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.connection import QuicConnection

from jackrf.web.datagrams import OVERHEAD, DatagramWay
from jackrf.web.packets import Packets
from tests.web.test_packets import made, rtp


class Wire:
    """The protocol of a connection, the HTTP in it, and the UDP socket below."""

    def __init__(self) -> None:
        self._quic = QuicConnection(configuration=QuicConfiguration())
        self.sent: list[bytes] = []
        self.full = 0

    def transmit(self) -> None:
        """Let what waits go, as far as the connection does."""

    def send_datagram(self, stream_id: int, data: bytes) -> None:
        """Queue, as H3Connection does."""
        assert stream_id == 4
        self._quic.send_datagram_frame(data)

    def get_write_buffer_size(self) -> int:
        """How much waits in the socket's transport."""
        return self.full


def way() -> tuple[DatagramWay, Any]:
    """A way and its wire."""
    wire: Any = Wire()
    return DatagramWay(wire, wire, 4, wire), wire


def test_aioquic_has_the_private_names_that_are_read() -> None:
    """A release that renames them fails here, and says which."""
    quic: Any = QuicConnection(configuration=QuicConfiguration())
    assert list(quic._datagrams_pending) == []
    assert quic._loss.bytes_in_flight == 0
    assert quic._loss._rtt_smoothed == 0.0
    assert quic._loss._rtt_min == float("inf")
    quic.send_datagram_frame(b"x")
    assert list(quic._datagrams_pending) == [b"x"]


def test_the_newest_takes_the_place_of_what_is_held_back() -> None:
    """Nothing old goes out when the connection may send again."""
    by, wire = way()
    packets = Packets(2, 48000)
    first, second = (made(packets.make(rtp(128 * n), n)) for n in range(2))
    assert by.send(first) == 0
    assert by.send(second) == 1
    assert list(wire._quic._datagrams_pending) == [second.data]


def test_a_long_packet_counts_once_when_it_is_forgotten() -> None:
    """Though it is two datagrams."""
    by, wire = way()
    packet = made(Packets(2, 48000).make(rtp(0, bytes(1264)), 0))
    assert len(packet.datagrams) == 2
    assert by.size(packet) == len(packet.data) + 24 + 2 * OVERHEAD
    by.send(packet)
    assert by.send(packet) == 1
    assert len(wire._quic._datagrams_pending) == 2


def test_the_links_rate_is_the_best_of_the_last_second() -> None:
    """What is not under way any more has been delivered; a pause says nothing against a link."""
    by, wire = way()
    packet = made(Packets(2, 48000).make(rtp(0), 0))
    assert by.look(0.0).delivered_per_ms == float("inf")
    for number in range(40):
        by.send(packet)
        if number % 4 == 3:
            rate = by.look((number + 1) / 375).delivered_per_ms
    assert rate == pytest.approx(by.size(packet) * 0.375)
    assert by.look(0.5).delivered_per_ms == rate
    wire.full = 1
    assert by.is_waiting()
    by.ended = True
    assert by.is_closed()
    assert by.under_way() == 0
