"""The receive callback on a simulated network: whatever it does to packets, frames keep order."""

import struct
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from jackrf.realtime.reception import PACKET_ROOM
from jackrf.rtp.packet import Packet, PacketError, parse
from jackrf.rtp.stream import Encoding
from tests.offline import OFFSET, RATE, Ear, Wire, desk, noise, settle
from tests.realtime.stream import START, Road, codes, heard_codes, packet, period_of

BLEND = 128
"""Frames over which audio comes back after a gap."""
FILLED = 960
"""Frames of a gap that are not silence: 10 ms of repeat, and 10 ms of its fall."""
ROOM = 400_000
"""Frames of the longest simulated stream."""


@dataclass
class Reference:
    """What a receiver has to count and to play, with none of its arithmetic."""

    late: int = 0
    duplicate: int = 0
    concealed: int = 0
    there: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(ROOM, np.bool_))
    next: int | None = None
    whole: int = 0
    missing: int = 0

    def arrives(self, start: int, frames: int, due: int | None) -> None:
        """A packet comes; `due` is the first frame that is still to be played."""
        first = 0 if due is None else max(0, due - start)
        if self.there[start + min(first, frames - 1)]:
            self.duplicate += 1
            return
        self.late += first >= frames
        # What is late is there when the delay grows.
        self.there[start : start + frames] = True

    def plays(self, heard: NDArray[np.int64], start: int) -> None:
        """Frames from `start` on are due; compare with what is heard."""
        if start != self.next:
            self.whole = 0
        self.next = start + heard.shape[1]
        frames = np.arange(start, self.next)
        present = (frames >= 0) & self.there[frames]
        self.concealed += int(np.count_nonzero(~present))
        expected = codes(frames)
        if not present.all():
            expected[:, ~present] = 0
        sure = np.empty(len(frames), np.bool_)
        for place, is_there in enumerate(present):
            self.whole, self.missing = (self.whole + 1, 0) if is_there else (0, self.missing + 1)
            sure[place] = self.whole > BLEND or self.missing > FILLED
        assert np.array_equal(heard[:, sure], expected[:, sure])


def due_in(wire: Wire, now: int, frame_time: int) -> int:
    """The stream's frame that the receiver plays first in the period at `now`."""
    offset = int(wire.receiver.reception["offset"][0])
    distance = (frame_time + now + offset - START) % 2**32
    return (distance + 2**31) % 2**32 - 2**31


def simulate(
    wire: Wire, period: int, size: int, fates: list[list[int]], *, clean: int, base: int = 0
) -> Reference:
    """Bring packets as their fates say, after a clean beginning, and hold everything to a model.

    Args:
        wire: the receiver.
        period: of the receiver, in frames.
        size: frames in a packet.
        fates: of each packet, the receiver's periods after its time at which copies of it come.
        clean: packets before those of which nothing happens.
        base: periods after their time at which these come.

    Returns:
        The model, its counts compared already.
    """
    reference, first_time = Reference(), wire.time
    everything = [[base]] * clean + fates + [[base]] * (8 * period // size + 1)
    coming: dict[int, list[int]] = {}
    for number, copies in enumerate(everything):
        ready = -(-(number + 1) * size // period) - 1
        for copy in copies:
            coming.setdefault(ready + copy, []).append(number)
    for cycle in range(max(coming) + 1):
        now = cycle * period
        due = due_in(wire, now, first_time) if wire.playing else None
        for number in coming.get(cycle, []):
            wire.send(packet(number * size, size))
            reference.arrives(number * size, size, due)
        heard = heard_codes(wire.play(period))
        if wire.playing:
            reference.plays(heard, due_in(wire, now, first_time))
        else:
            assert not heard.any()
    for counter in ("late", "duplicate"):
        assert wire.count(counter) == getattr(reference, counter), counter
    assert wire.missing == reference.concealed
    assert wire.count("packets") == sum(map(len, everything))
    assert (wire.count("alien"), wire.count("streams")) == (0, 1)
    return reference


def fates(latest: int, copies: int) -> st.SearchStrategy[list[list[int]]]:
    """What becomes of packets: most of them come once and at once."""
    fate = st.one_of(st.just([0]), st.just([0]), st.lists(st.integers(0, latest), max_size=copies))
    return st.lists(fate, min_size=1, max_size=60)


frame_times = st.sampled_from([0, 2**32 - 5000, 123_456_789])


@settings(deadline=None, max_examples=60)
@given(period=st.sampled_from([64, 96, 128, 200]), plan=fates(2, 3), frame_time=frame_times)
def test_each_frame_is_played_once_or_concealed_once(
    period: int, plan: list[list[int]], frame_time: int
) -> None:
    """Lost, doubled, and out of order within the delay: every frame has its place, in order.

    The delay was found on a road that takes two periods; from then on packets come up to two
    periods early, twice, or never. What comes is played, what does not is concealed.
    """
    with Wire(frame_time) as wire:
        clean = RATE // 20 // period + 5
        reference = simulate(wire, period, period, plan, clean=clean, base=2)
        lost = sum(not copies for copies in plan)
        assert reference.concealed == lost * period
        assert (reference.late, wire.count("shifts")) == (0, 1)
        assert reference.duplicate == sum(len(copies) - 1 for copies in plan if copies)


@settings(deadline=None, max_examples=60)
@given(
    period=st.sampled_from([32, 64, 100, 128, 441, 1024]),
    size=st.sampled_from([32, 64, 100, 128, 200]),
    plan=fates(9, 3),
    frame_time=frame_times,
)
def test_whatever_the_network_does_every_frame_is_in_its_place(
    period: int, size: int, plan: list[list[int]], frame_time: int
) -> None:
    """Packets of any size, far too late too: late, double and missing ones are each counted.

    The delay may move meanwhile; before and after, what is heard at a time is the frame of it.
    """
    with Wire(frame_time) as wire:
        simulate(wire, period, size, plan, clean=RATE // 15 // size + 5 * period // size + 5)


def test_a_reordered_packet_is_heard_in_its_place() -> None:
    """Two packets of one period that come in the wrong order are played in the right one."""
    with Wire() as wire:
        heard = []
        for cycle in range(40):
            first, second = period_of(cycle * 256, 256)
            wire.send(second, first)
            heard.append(heard_codes(wire.play(256)))
        assert wire.playing
        last = np.concatenate(heard[-10:], axis=1)
        assert np.array_equal(last, codes(np.arange(30 * 256, 40 * 256)))
        assert (wire.count("late"), wire.count("duplicate")) == (0, 0)


def settled(wire: Wire) -> Road:
    """A road of 128 frames on which everything came in time for 100 ms."""
    road = Road(wire)
    road.run(128, 40, lambda _: (1,))
    assert wire.playing
    return road


def in_time(_: int) -> tuple[int]:
    """A packet comes one period late."""
    return (1,)


@pytest.mark.parametrize("jump", [-10_000_000, -26_000, -RATE, 5_000_000, 2**31 - 1000])
def test_a_sender_that_starts_again_is_heard_again(jump: int) -> None:
    """The same SSRC at timestamps far away: three packets, then 40 ms, and it plays; nothing old.

    Also where the timestamps go back over some that were heard a moment ago.
    """
    with Wire() as wire:
        road = settled(wire)
        road.run(128, RATE // 128, in_time)
        road.shift, road.salt = jump, 1_000_003
        heard = road.run(128, 24, in_time)
        assert road.delay == 128
        assert np.array_equal(heard[:, -3 * 128 :], road.played(3 * 128))
        assert (wire.count("streams"), wire.count("alien")) == (2, 3)
        assert not np.any(heard[:, 12 * 128 : 15 * 128])


@pytest.mark.parametrize("pause", [1, 10, 100, 800])
def test_a_sender_with_another_ssrc_is_heard_once_the_old_one_is_gone(pause: int) -> None:
    """50 ms after the last packet of the old stream the new one is taken up, whenever it began."""
    with Wire() as wire:
        road = settled(wire)
        road.run(128, pause, lambda _: ())
        road.ssrc, road.shift, road.salt = 6, 777_777, 2
        heard = road.run(128, 40, in_time)
        assert road.delay == 128
        assert np.array_equal(heard[:, -3 * 128 :], road.played(3 * 128))
        assert wire.count("streams") == 2
        assert wire.count("alien") == max(0, 18 - pause)


def test_a_second_sender_does_not_disturb_the_first() -> None:
    """While a stream runs another SSRC is no part of it: counted, not heard."""
    with Wire() as wire:
        road = settled(wire)
        heard = []
        for cycle in range(50):
            wire.send(packet(cycle * 128 + 999, 128, ssrc=6, salt=9))
            heard.append(road.run(128, 1, in_time))
        assert np.array_equal(np.concatenate(heard, axis=1), road.played(50 * 128))
        assert wire.count("alien") == 50


def test_a_single_stray_timestamp_does_not_disturb() -> None:
    """One packet far from where the stream is, even two in a row, is not the stream's new place."""
    with Wire() as wire:
        road = settled(wire)
        heard = []
        for cycle in range(20):
            wire.send(*[packet(10_000_000, 128, salt=3)] * (cycle % 3))
            heard.append(road.run(128, 1, in_time))
        assert np.array_equal(np.concatenate(heard, axis=1), road.played(20 * 128))
        assert (wire.count("streams"), wire.count("alien")) == (1, 19)


@st.composite
def datagrams(draw: st.DrawFn) -> bytes:
    """Anything: noise, or a packet of the stream of which some octets are others, or it is cut."""
    if draw(st.booleans()):
        return draw(st.binary(max_size=60))
    data = bytearray(packet(draw(st.integers(0, 20_000)), draw(st.integers(0, 40))))
    places = st.one_of(st.integers(0, 15), st.integers(0, len(data) - 1))
    for place in draw(st.lists(places, max_size=4)):
        data[min(place, len(data) - 1)] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])


def is_playable(data: bytes) -> bool:
    """Whether RFC 3550, as `jackrf.rtp` reads it, finds whole stereo frames in a datagram."""
    try:
        found = parse(data)
    except PacketError:
        return False
    frame_bytes = {96: 4, 97: 6, 10: 4, 11: 2}.get(found.payload_type)
    return bool(frame_bytes and found.payload and len(found.payload) % frame_bytes == 0)


@settings(deadline=None, max_examples=300)
@given(datagrams())
def test_what_is_a_packet_is_no_matter_of_opinion(data: bytes) -> None:
    """The compiled parser takes what `jackrf.rtp.packet` parses, and nothing else."""
    with Wire() as wire:
        wire.send(data)
        wire.play(64)
        assert (wire.count("packets"), wire.count("alien")) == (
            (1, 0) if is_playable(data) else (0, 1)
        )


HOSTILE = {
    "empty header": bytes(12),
    "header cut short": packet(0, 4)[:11],
    "no payload": packet(0, 4)[:12],
    "half a frame": packet(0, 4)[:-1],
    "15 contributors that are not there": b"\x8f" + packet(0, 4)[1:],
    "extension beyond the end": b"\x90" + packet(0, 4)[1:14] + b"\xff\xff" + packet(0, 4)[16:],
    "extension header cut": b"\x90" + packet(0, 4)[1:14],
    "more padding than packet": b"\xa0" + packet(0, 4)[1:-1] + b"\xff",
    "padding of nothing": b"\xa0" + packet(0, 4)[1:-1] + b"\x00",
    "version 0": b"\x00" + packet(0, 4)[1:],
    "version 3": b"\xc0" + packet(0, 4)[1:],
    "another payload type": packet(0, 4)[:1] + b"\x0c" + packet(0, 4)[2:],
    "all ones": b"\xff" * 1280,
    "an RTCP report": struct.pack(">BBHI", 0x80, 200, 6, 5) + bytes(20),
    "longer than any packet": packet(0, PACKET_ROOM // 6),
    "text": b"GET / HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_datagram_is_counted_and_not_heard(name: str) -> None:
    """Before, between and after packets it changes no frame of what is heard."""
    data = HOSTILE[name]
    with Wire() as wire:
        wire.send(data)
        wire.play(128)
        wire.time -= 128
        road = Road(wire)
        heard = []
        for _ in range(40):
            wire.send(data)
            heard.append(road.run(128, 1, in_time))
            wire.send(data)
        assert road.delay == 128
        assert np.array_equal(np.concatenate(heard[-20:], axis=1), road.played(20 * 128))
        assert wire.count("alien") == 80
        assert (wire.count("packets"), wire.count("concealed")) == (39, 0)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.binary(min_size=1, max_size=200), max_size=30))
def test_noise_on_the_port_is_not_heard(junk: list[bytes]) -> None:
    """Random bytes among the packets leave the audio as it is."""
    with Wire() as wire:
        road = settled(wire)
        before = wire.count("alien")
        wire.send(*junk)
        assert np.array_equal(road.run(128, 3, in_time), road.played(3 * 128))
        assert wire.count("alien") - before == len(junk)


def test_a_longer_datagram_than_any_is_not_cut_and_played() -> None:
    """A datagram of more than 16 KiB is counted, also where its first ones look like frames."""
    most = (PACKET_ROOM - 12) // 4
    long = Packet(96, 0, START, 5, bytes(4 * (most + 1))).serialise()
    with Wire() as wire:
        wire.send(long, Packet(96, 0, START, 5, bytes(4 * most)).serialise())
        wire.play(64)
        assert (wire.count("packets"), wire.count("alien")) == (1, 1)


def test_a_flood_cannot_make_a_period_long() -> None:
    """256 datagrams are taken in one period; the others wait for the next."""
    with Wire() as wire:
        wire.send(*[b"flood"] * 300)
        wire.play(64)
        assert wire.count("alien") == 256
        wire.play(64)
        assert wire.count("alien") == 300


def test_without_packets_there_is_silence() -> None:
    """Nobody sends: silence, nothing is concealed, and the state says waiting."""
    with Wire() as wire:
        assert not any(wire.play(128).any() for _ in range(100))
        assert wire.count("concealed") == 0
        assert wire.receiver.report()["state"] == "waiting"


@pytest.mark.parametrize(
    ("sample_bytes", "payload_type", "taken"),
    [
        (0, 96, True),
        (0, 97, False),
        (0, 10, True),
        (0, 11, True),
        (0, 12, False),
        (2, 12, True),
        (2, 96, True),
        (3, 96, False),
    ],
)
def test_the_encoding_may_be_told(sample_bytes: int, payload_type: int, taken: bool) -> None:
    """Told the encoding, it takes any payload type; else 96 is L16, 97 is L24, 10 and 11 CD."""
    payload = np.full((25, 2), 0x1234, ">i2").tobytes()
    with Wire(sample_bytes=sample_bytes) as wire:
        wire.send(Packet(payload_type, 0, 0, 1, payload).serialise())
        wire.play(64)
        assert wire.count("packets") == int(taken)


@pytest.mark.parametrize("encoding", ["L16", "L24"])
@pytest.mark.parametrize("period", [64, 100, 1024])
def test_what_the_sender_mixes_the_listener_hears(encoding: Encoding, period: int) -> None:
    """From port to port through real packets, one period later, exact to half a step."""
    client = desk(2, encoding=encoding)
    settle(client, np.eye(2, dtype=np.float32))
    sound = noise(11, 2, 60 * period, peak=0.9)
    start = client.frame_time
    with Ear() as ear, Wire(frame_time=start) as wire:
        client.engine.publish([ear.row])
        heard = []
        for number in range(60):
            heard.append(wire.play(period))
            client.process(np.ascontiguousarray(sound[:, number * period :][:, :period]))
            wire.send(*ear.datagrams())
        assert int(wire.receiver.reception["offset"][0]) == (OFFSET - period) % 2**32
    step = 2.0**-16 if encoding == "L16" else 2.0**-24
    late = np.concatenate(heard, axis=1)[:, -10 * period :]
    assert np.max(np.abs(late - sound[:, -11 * period : -period])) <= step


def test_meters_show_what_is_played() -> None:
    """The receiver's peaks are those of its ports, left and right."""
    with Wire() as wire:
        road = settled(wire)
        heard = road.run(128, 1, in_time) / 2.0**23
        row = wire.receiver.reception[0]
        assert float(row["left_peak"]) >= np.max(np.abs(heard[0]))
        assert float(row["right_peak"]) >= np.max(np.abs(heard[1]))
        assert float(row["left_peak"]) <= 0.5
