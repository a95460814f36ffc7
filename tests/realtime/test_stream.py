"""Packets in a TCP stream: never torn, never old, and other messages only between them."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import numpy as np
import pytest

from jackrf.audience.listener import Listener
from jackrf.audience.row import drops, post
from jackrf.audience.sockets import take_stream
from jackrf.realtime.context import RTP_HEADER
from jackrf.rtp.packet import Packet, parse
from jackrf.testing import OfflineClient
from tests.audience.connections import connection, interleaved, prefixed, read
from tests.offline import OFFSET, Ear, desk, noise, settle

FRAMES = 128
SILENCE = np.zeros((1, FRAMES), np.float32)
RTCP = b"$\x01\x00\x08an other"

Ends = tuple[Listener, socket.socket, OfflineClient]


def sender() -> OfflineClient:
    """A desk of one input and one mix, L16."""
    client = desk()
    settle(client, 1.0)
    client.frame_time = 0
    return client


@pytest.fixture
def ends() -> Iterator[Ends]:
    """A listener of interleaved packets on channel 0, its other end, and who sends to it."""
    with (
        connection() as (near, far),
        closing(take_stream(0, near, "rtsp://x", "rtsp", channel=0)) as listener,
    ):
        client = sender()
        client.engine.publish([listener.row])
        yield listener, far, client


def arrive(far: socket.socket, count: int) -> bytes:
    """Wait for so many bytes."""
    taken, deadline = b"", time.monotonic() + 5.0
    while len(taken) < count and time.monotonic() < deadline:
        taken += read(far, count - len(taken))
    return taken


def packets_of(stream: bytes) -> list[Packet]:
    """The packets on channel 0 of a stream that ends with a whole frame."""
    frames, rest = interleaved(stream)
    assert rest == b""
    return [parse(data) for channel, data in frames if channel == 0]


@pytest.mark.parametrize("channel", [None, 0, 255])
def test_packets_are_framed(channel: int | None) -> None:
    """By two bytes of length (RFC 4571), or by $, channel and length (RFC 2326, 10.12).

    What stands in the frames is what a datagram listener gets.
    """
    client = sender()
    sound = noise(1, 1, 1024, peak=0.5)
    with (
        connection(1 << 16) as (near, far),
        closing(take_stream(0, near, "tcp://x", "test", channel=channel)) as listener,
        Ear() as ear,
    ):
        listener.row["sequence"] = 0
        client.engine.publish([listener.row, ear.row])
        client.process(sound)
        datagrams = ear.datagrams()
        size = 2 if channel is None else 4
        stream = arrive(far, sum(map(len, datagrams)) + size * len(datagrams))
        if channel is None:
            assert prefixed(stream) == (datagrams, b"")
        else:
            assert interleaved(stream) == ([(channel, one) for one in datagrams], b"")
        assert int(listener.row["sent"][0]) == len(datagrams) == 4
        assert int(listener.row["octets"][0]) == 4096


def test_who_does_not_read_gets_whole_frames_and_nothing_old(ends: Ends) -> None:
    """Its socket fills, packets are dropped; what waits is never more than the budget and a packet.

    When it reads again everything it gets is whole, numbered without a gap, the first packet after
    the hole is marked, and no more than the kernel's own buffers hold is from before.
    """
    listener, far, client = ends
    waiting = 0
    for _ in range(2000):
        client.process(SILENCE)
        waiting = max(waiting, listener.queued_bytes())
    assert int(listener.row["full"][0]) > 1000
    assert waiting <= 5 * 192 + 4 + RTP_HEADER + FRAMES * 4
    assert listener.state() == "full"
    stream = b""
    for _ in range(300):
        stream += read(far)
        client.process(SILENCE)
        time.sleep(0.001)
    stream += read(far)
    frames, _ = interleaved(stream)
    packets = [parse(data) for _, data in frames]
    assert {following.sequence - one.sequence for one, following in pairwise(packets)} <= {
        1,
        1 - 2**16,
    }
    steps = [following.timestamp - one.timestamp for one, following in pairwise(packets)]
    holes = [number for number, step in enumerate(steps) if step % 2**32 != FRAMES]
    assert holes
    assert all(packets[number + 1].marker for number in holes)
    assert sum(packet.marker for packet in packets) == 1 + len(holes)
    assert packets[-1].timestamp >= (OFFSET + 2200 * FRAMES) % 2**32


def test_no_frame_is_torn_however_little_is_read() -> None:
    """Read in random pieces while messages are posted: frames and messages are all whole."""
    dice = np.random.default_rng(5)
    posted = 0
    with connection(2048, 536) as (near, far):
        with closing(take_stream(0, near, "rtsp://x", "rtsp", channel=0, budget=50)) as listener:
            listener.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
            client = sender()
            client.engine.publish([listener.row])
            stream = b""
            halves = 0
            for _ in range(6000):
                client.process(SILENCE)
                halves += int(listener.row["rest_done"][0] < listener.row["rest_bytes"][0])
                if dice.random() < 0.1:
                    posted += post(listener.row, RTCP)
                if dice.random() < 0.3:
                    stream += read(far, int(dice.integers(1, 1500)))
            listener.paused = True
            for _ in range(200):
                stream += read(far)
                client.process(SILENCE)
                time.sleep(0.001)
        frames, rest = interleaved(stream)
        assert rest == b""
        assert halves > 10, "no frame was ever taken in part"
        assert [data for channel, data in frames if channel == 1] == [RTCP[4:]] * posted
        packets = [parse(data) for channel, data in frames if channel == 0]
        assert len(packets) == int(listener.row["sent"][0]) > 50
        assert {len(packet.payload) for packet in packets} == {FRAMES * 4}


def test_who_hangs_up_is_gone(ends: Ends) -> None:
    """Its packets are counted as drops, and nothing is tried any more."""
    listener, far, client = ends
    client.process(SILENCE)
    far.close()
    for _ in range(50):
        client.process(SILENCE)
        time.sleep(0.001)
    assert listener.is_gone
    assert listener.state() == "gone"
    before = drops(listener.row)
    client.process(SILENCE)
    assert drops(listener.row) == before | {"gone": before["gone"] + 1}


def test_a_pause_is_a_gap_that_the_next_packet_marks(ends: Ends) -> None:
    """Nothing is sent meanwhile but messages, nothing is counted as dropped, time goes on."""
    listener, far, client = ends
    client.process(SILENCE)
    arrive(far, 4 + RTP_HEADER + 512)
    listener.paused = True
    assert post(listener.row, RTCP)
    for _ in range(10):
        client.process(SILENCE)
    assert arrive(far, len(RTCP)) == RTCP
    assert listener.state() == "paused"
    listener.paused = False
    client.process(SILENCE)
    (packet,) = packets_of(arrive(far, 4 + RTP_HEADER + 512))
    assert (packet.marker, packet.timestamp) == (True, (OFFSET + 11 * FRAMES) % 2**32)
    assert sum(drops(listener.row).values()) == 0


def test_while_jack_freewheels_messages_go_out(ends: Ends) -> None:
    """And no packet."""
    listener, far, client = ends
    client.engine.context["freewheel"] = 1
    post(listener.row, RTCP)
    client.process(SILENCE)
    assert arrive(far, len(RTCP)) == RTCP
    assert int(listener.row["sent"][0]) == 0


def test_a_descriptor_that_is_no_socket_is_gone(ends: Ends) -> None:
    """An error of the question counts like one of sending."""
    listener, _, client = ends
    listener.row["socket"] = -1
    client.process(SILENCE)
    assert int(listener.row["gone"][0]) == 1
