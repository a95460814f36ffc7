"""From packets on loopback to engines on loopback."""

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jackrf.fanout.repeating import Engine, Repeating, Shape
from jackrf.listening.source import Source
from jackrf.receiver import Format
from jackrf.rtp.packet import Packet, parse
from jackrf.rtp.sdp import Offer
from tests.audience.connections import datagrams
from tests.fanout.test_opus import decoded, tone
from tests.system.instruments import wait_for


def udp() -> socket.socket:
    """A bound one."""
    made = socket.socket(type=socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    made.settimeout(5.0)
    return made


SHAPE = Shape()


class Way:
    """A source, two engines, and what repeats."""

    def __init__(self, stack: ExitStack, offer: Offer | None = None, shape: Shape = SHAPE) -> None:
        self.ears = [stack.enter_context(udp()) for _ in range(2)]
        self.sender = stack.enter_context(udp())
        hearing = udp()
        self.sender.connect(hearing.getsockname())
        source = Source("udp://test", hearing, None, offer, Format())
        stack.callback(source.close)
        self.engines = []
        for number, ear in enumerate(self.ears):
            out = stack.enter_context(udp())
            out.connect(ear.getsockname())
            self.engines.append(Engine(f"udp://{number}", out))
        self.repeating = stack.enter_context(closing(Repeating(source, self.engines, shape)))


@pytest.fixture
def way() -> Iterator[Way]:
    """One of stereo L16 at 48 kHz."""
    with ExitStack() as stack:
        yield Way(stack)


def packets(frames: int, each: int = 128, payload_type: int = 96, first: int = 0) -> list[Packet]:
    """The tone, in packets."""
    every = (tone(48000, frames) * (1 << 15)).astype(">i2")
    return [
        Packet(payload_type, at // each, first + at, 9, every[at : at + each].tobytes())
        for at in range(0, frames, each)
    ]


def taken(ear: socket.socket) -> list[Packet]:
    """What an engine got."""
    return [parse(one) for one in datagrams(ear)]


def test_every_engine_gets_the_same(way: Way) -> None:
    """Opus of 10 ms each, with times that go on; what it holds is the tone."""
    for packet in packets(48000):
        way.repeating.repeat([packet])
    first, second = (taken(ear) for ear in way.ears)
    assert first == second
    assert len(first) == 100
    assert {one.payload_type for one in first} == {111}
    steps = [(b.timestamp - a.timestamp) % 2**32 for a, b in itertools.pairwise(first)]
    assert set(steps) == {480}
    heard = decoded([one.payload for one in first])
    assert np.abs(heard[0, 8000:40000]).max() == pytest.approx(0.5, abs=0.05)
    assert np.abs(heard[1, 8000:40000]).max() < 0.05
    report = way.repeating.report()
    assert report["packets"] == 375
    assert [one["sent"] for one in report["engines"]] == [100, 100]


def test_what_waited_for_too_long_is_not_sent(way: Way) -> None:
    """Of half a second that comes at once, 20 ms."""
    for packet in packets(4800):
        way.repeating.repeat([packet])
    assert len(taken(way.ears[0])) == 10
    way.repeating.repeat(packets(24000, first=4864))
    assert len(taken(way.ears[0])) <= 52
    assert way.repeating.old == pytest.approx(180, abs=3)


def test_the_slices_of_a_long_period_are_not_old(way: Way) -> None:
    """All of 8192 frames come at once, and say that they were sent at once."""
    for first in (0, 8192):
        every = packets(8192, first=first)
        for number, packet in enumerate(every):
            age = round(1e6 * (0.0003 - number * 128 / 48000))
            told = b"\x16" + bytes(4) + age.to_bytes(3, signed=True)
            every[number] = replace(packet, extension=(0xBEDE, told))
        way.repeating.repeat(every)
    assert way.repeating.old == 0
    assert len(taken(way.ears[0])) == 16384 // 480


def test_a_full_or_deaf_engine_is_counted_and_the_other_hears(way: Way) -> None:
    """Nobody waits."""
    way.ears[0].close()
    for packet in packets(9600):
        way.repeating.repeat([packet])
    assert len(taken(way.ears[1])) == 20
    assert way.engines[0].dropped > 0
    assert way.engines[1].dropped == 0


def test_other_streams_on_the_port_are_passed_over(way: Way) -> None:
    """What an SDP does not name, and without one what is neither L16 nor L24 of jackrf's."""
    for packet in packets(4800, payload_type=99):
        way.repeating.repeat([packet])
    assert way.repeating.alien == 38
    assert taken(way.ears[0]) == []
    offer = Offer("x", "127.0.0.1", 5004, 99, "L16", 44100, 2)
    with ExitStack() as stack:
        other = Way(stack, offer, Shape(20.0, 64, 96))
        for packet in packets(44100, payload_type=99):
            other.repeating.repeat([packet])
        for packet in packets(4800):
            other.repeating.repeat([packet])
        found = taken(other.ears[0])
        assert len(found) == pytest.approx(50, abs=2)
        assert {one.payload_type for one in found} == {96}
        assert other.repeating.report()["rate"] == 44100


def test_a_sender_that_comes_back_otherwise_is_heard_as_it_is(way: Way) -> None:
    """With another encoding, as where its session was changed: never as noise. What was counted
    before is counted still.
    """
    for packet in packets(9600):
        way.repeating.repeat([packet])
    for packet in packets(9600, first=9600):
        way.repeating.repeat([packet])
        way.repeating.repeat([packet])
    late = way.repeating.report()["late"]
    before = len(taken(way.ears[0]))
    wide = (tone(48000, 9600) * (1 << 23)).astype(">i4")
    octets = wide.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    for at in range(0, 9600, 128):
        payload = octets[6 * at : 6 * (at + 128)]
        way.repeating.repeat([Packet(97, 150 + at // 128, 19200 + at, 9, payload)])
    found = taken(way.ears[0])
    assert (before, len(found)) == (40, 20)
    assert way.repeating.report()["late"] == late > 0
    heard = decoded([one.payload for one in found])
    assert np.abs(heard[0, 2000:]).max() == pytest.approx(0.5, abs=0.05)
    assert np.abs(heard[1, 2000:]).max() < 0.05


def test_it_runs_until_it_is_stopped(way: Way) -> None:
    """On real sockets; whatever else comes is counted."""
    told: list[dict[str, Any]] = []
    running = threading.Thread(target=way.repeating.run, args=(told.append,))
    running.start()
    way.sender.send(b"noise")
    for packet in packets(1280):
        way.sender.send(packet.serialise())
    assert parse(way.ears[0].recv(2048)).payload_type == 111
    wait_for(lambda: bool(told))
    way.repeating.stop()
    running.join(5.0)
    assert not running.is_alive()
    assert told[-1]["alien"] == 1
