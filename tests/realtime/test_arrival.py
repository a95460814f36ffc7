"""Datagrams from a real socket, with the time at which the kernel had them."""

import socket
import time
from contextlib import closing

from jackrf.destinations import parse_url
from jackrf.receiver import Receiver, open_socket
from tests.offline import RATE, Wire
from tests.realtime.stream import packet
from tests.realtime.test_card import Cards
from tests.test_receiver import free_port


def test_the_kernel_s_time_is_used() -> None:
    """Packets that waited in the socket came as long ago, one after the other."""
    with closing(open_socket(parse_url(f"udp://127.0.0.1:{free_port()}"))) as hearing:
        receiver = Receiver(RATE, hearing.fileno())
        card = Cards(receiver, 2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.connect(hearing.getsockname())
            before, after = [], []
            for number in range(3):
                before.append(time.monotonic())
                sending.send(packet(128 * number, 128))
                after.append(time.monotonic())
                time.sleep(0.020)
            card.process(128)
            assert receiver.peer() == sending.getsockname()
    assert int(receiver.reception["packets"][0]) == 3
    came = receiver._arrays["seen_at"][:3, 0] / RATE
    for one, other in ((0, 1), (1, 2)):
        apart = float(came[other] - came[one])
        assert before[other] - after[one] - 1e-3 < apart < after[other] - before[one] + 1e-3
    assert came[2] < -0.019


def test_a_flood_is_taken_in_parts() -> None:
    """16 system calls take 256 datagrams; the others wait for the next period."""
    with Wire() as wire:
        wire.send(*[bytes(3)] * 260)
        wire.play(64)
        assert wire.count("alien") == 256
        wire.play(64)
        assert wire.count("alien") == 260


def test_a_long_period_takes_as_many_more() -> None:
    """2048 frames have room for all packets of 0.125 ms that came meanwhile: 342 of 6 frames."""
    with Wire() as wire:
        wire.send(*[bytes(3)] * 400)
        wire.play(2048)
        assert wire.count("alien") == 400


def test_what_waited_too_long_says_nothing_of_the_clock() -> None:
    """Packets older than a second, as they lie there when a server had stopped, are heard or late;
    their time, which nobody knows, is not learned from.
    """
    with closing(open_socket(parse_url(f"udp://127.0.0.1:{free_port()}"))) as hearing:
        receiver = Receiver(RATE, hearing.fileno())
        card = Cards(receiver, 2)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
            sending.connect(hearing.getsockname())
            sending.send(packet(0, 128))
            time.sleep(1.05)
            sending.send(packet(128, 128))
            card.process(128)
    assert int(receiver.reception["packets"][0]) == 2
    assert int(receiver.reception["seen"][0]) == 1
