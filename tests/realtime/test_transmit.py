"""Packets as the compiled sender makes them, and what it does when a socket does not take them."""

import errno
import socket
import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.audience.row import drops, new_row
from jackrf.realtime.context import DROP_CAUSES, MAX_PACKET, MAX_PERIOD, MAX_SLICES, RTP_HEADER
from jackrf.realtime.transmit import slice_count
from jackrf.rtp.packet import Packet, parse
from jackrf.rtp.stream import PAYLOADS, Encoding
from jackrf.testing import OfflineClient
from tests.offline import OFFSET, PERIODS, SSRC, Ear, desk, noise, numbers, settle
from tests.packets import write
from tests.realtime.failing import where_sending_fails

BACKOFF = 75
"""Periods of 128 frames, at 48 kHz, in which a refused or unreachable listener is left alone."""

encodings = st.sampled_from(["L16", "L24"])


def sender(encoding: Encoding = "L16", frame_time: int = 0) -> OfflineClient:
    """A desk that sends one input to both sides of one mix."""
    client = desk(1, encoding=encoding)
    settle(client, 1.0)
    client.frame_time = frame_time
    return client


def silence(frames: int = 128) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """One input with nothing on it."""
    return np.zeros((1, frames), np.float32)


def frames_of(packet: Packet, encoding: Encoding = "L16") -> int:
    """How many stereo frames a packet holds."""
    return len(packet.payload) // (2 * PAYLOADS[encoding].sample_bytes)


@pytest.mark.parametrize("encoding", ["L16", "L24"])
def test_a_plain_mix_is_the_same_without_the_extension(encoding: Encoding) -> None:
    """For receivers that take an extension for audio: the fixed header, then the samples."""
    client = sender(encoding)
    sound = noise(3, 1, 100)
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(sound)
        client.engine.mixes["plain"] = 1
        client.process(sound)
        rich, plain = ear.packets()
    assert rich.extension is not None
    assert plain.extension is None
    assert plain.payload == rich.payload
    assert (plain.sequence - rich.sequence) % 2**16 == 1
    assert ear.row["octets"][0] == len(rich.payload) + len(plain.payload)


@pytest.mark.parametrize(("encoding", "frame_bytes"), [("L16", 4), ("L24", 6)])
def test_every_period_fits_into_packets(encoding: Encoding, frame_bytes: int) -> None:
    """From 1 to 8192 frames: one packet where it fits, else few slices of at most 1280 bytes.

    They are equal where up to twice the fewest can be, else as few as possible.
    """
    largest = (MAX_PACKET - RTP_HEADER) // frame_bytes
    for frames in range(1, MAX_PERIOD + 1):
        fewest = -(-frames // largest)
        equal = [count for count in range(fewest, 2 * fewest + 1) if frames % count == 0]
        count = slice_count(frames, frame_bytes)
        assert count == min(equal, default=fewest), (encoding, frames)
        assert -(-frames // count) <= largest, (encoding, frames)
        assert count <= MAX_SLICES, (encoding, frames)


@pytest.mark.parametrize(
    ("frames", "l16", "l24"),
    [
        (16, 1, 1),
        (32, 1, 1),
        (64, 1, 1),
        (96, 1, 1),
        (128, 1, 1),
        (256, 1, 2),
        (512, 2, 4),
        (1024, 4, 8),
        (2048, 8, 16),
        (8192, 32, 64),
    ],
)
def test_slices_are_those_of_the_table(frames: int, l16: int, l24: int) -> None:
    """Powers of two are cut into equal powers of two, as docs/wire-format.md has it."""
    assert (slice_count(frames, 4), slice_count(frames, 6)) == (l16, l24)


@settings(deadline=None, max_examples=60)
@given(
    period=st.one_of(st.sampled_from(PERIODS), st.integers(1, MAX_PERIOD)),
    encoding=encodings,
    frame_time=st.one_of(
        st.integers(0, 2**32 - 1), st.integers(-9000, 9000).map(lambda n: n - OFFSET)
    ),
    sequence=st.one_of(st.integers(0, 0xFFFF), st.integers(0xFFC0, 0xFFFF)),
)
def test_a_period_is_sent_once_and_in_order(
    period: int, encoding: Encoding, frame_time: int, sequence: int
) -> None:
    """Packets are numbered and timed on and on, across both wraps, and hold each frame once."""
    client = sender(encoding, frame_time % 2**32)
    sound = noise(period, 1, period, peak=0.9)
    with Ear(sequence=sequence) as ear:
        client.engine.publish([ear.row])
        client.process(sound)
        datagrams = ear.datagrams()
        client.process(sound)
        datagrams_after = ear.datagrams()
    assert max(map(len, datagrams)) <= MAX_PACKET
    assert {datagram[0] for datagram in datagrams} == {0x90}
    packets = [parse(datagram) for datagram in datagrams + datagrams_after]
    assert [packet.sequence for packet in packets] == [
        (sequence + number) % 2**16 for number in range(len(packets))
    ]
    assert packets[0].timestamp == (frame_time + OFFSET) % 2**32
    for packet, following in pairwise(packets):
        step = following.timestamp - packet.timestamp
        assert step % 2**32 == frames_of(packet, encoding)
    assert [packet.marker for packet in packets] == [True] + [False] * (len(packets) - 1)
    assert {packet.ssrc for packet in packets} == {SSRC}
    assert {packet.payload_type for packet in packets} == {PAYLOADS[encoding].payload_type}
    lengths = {frames_of(packet, encoding) for packet in packets}
    assert max(lengths) - min(lengths) <= 1
    full = 2.0**15 if encoding == "L16" else 2.0**23
    codes = numbers(b"".join(packet.payload for packet in packets), encoding)
    assert np.array_equal(codes, np.tile(np.rint(sound.astype(np.float64) * full), (2, 2)))


@pytest.mark.parametrize("encoding", ["L16", "L24"])
def test_a_fixed_sound_is_a_golden_packet(encoding: Encoding) -> None:
    """Four frames give the very bytes that were put down by hand."""
    client = desk(2, encoding=encoding)
    settle(client, np.eye(2, dtype=np.float32))
    client.frame_time = 0x1000
    client.engine.context["clock"] = 0x0BADCAFE
    left, right = [0.5, -0.5, 1.0, 2.0**-15], [0.25, -1.0, -2.0, 0.0]
    with Ear(sequence=0xFFFE) as ear:
        client.engine.publish([ear.row])
        client.process(np.array([left, right], np.float32))
        golden = write.FOLDER / f"sent-{encoding.lower()}.bin"
        assert ear.datagrams() == [golden.read_bytes()]


def test_a_packet_says_which_clock_it_counts_on_and_how_old_it_is() -> None:
    """RFC 8285's one-byte form: element 1 has the clock, and the age of its first frame in us.

    A later slice is younger by the frames before it; the age saturates, and has a sign.
    """
    client = sender("L24")
    client.engine.context["clock"] = 0xDEADBEEF
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(silence(512))
        offline = [parse(datagram).extension for datagram in ear.datagrams()]
        for age in (0.001, 60.0, -60.0):
            client.engine.context["cycle_ns"] = time.monotonic_ns() - int(age * 1e9)
            client.process(silence(64))
        live = [parse(datagram).extension for datagram in ear.datagrams()]
    element = b"\x16\xde\xad\xbe\xef"
    ages = [-(128 * number * 1_000_000 // 48000) for number in range(4)]
    assert offline == [(0xBEDE, element + age.to_bytes(3, "big", signed=True)) for age in ages]
    found = [int.from_bytes(data[5:], "big", signed=True) for _, data in filter(None, live)]
    assert 1000 <= found[0] < 500_000
    assert found[1:] == [2**23 - 1, -(2**23)]


def test_all_who_hear_a_mix_get_the_same() -> None:
    """Packets of one mix differ by the listener's own sequence number and marker alone."""
    client = sender("L24")
    with Ear(sequence=7) as early, Ear(sequence=60000) as late:
        client.engine.publish([early.row])
        client.process(noise(1, 1, 512, peak=0.5))
        early.datagrams()
        client.engine.publish([late.row, early.row])
        client.process(noise(2, 1, 512, peak=0.5))
        one, other = early.datagrams(), late.datagrams()
    assert [datagram[4:] for datagram in one] == [datagram[4:] for datagram in other]
    assert [datagram[:4].hex() for datagram in one] == [f"9061{n:04x}" for n in range(11, 15)]
    assert [datagram[:2].hex() for datagram in other] == ["90e1", "9061", "9061", "9061"]
    assert other[0][2:4] == (60000).to_bytes(2, "big")


def test_each_hears_the_mix_that_it_was_given() -> None:
    """With three mixes and listeners in any order, everyone gets the SSRC and sound of theirs."""
    client = desk(3, 3)
    settle(client, np.repeat(np.eye(3, dtype=np.float32), 2, axis=0))
    with Ear(2) as vox, Ear(0) as drums, Ear(2) as second_vox:
        client.engine.publish([vox.row, drums.row, second_vox.row])
        sound = noise(3, 3, 64, peak=0.5)
        client.process(sound)
        for ear, mix in ((vox, 2), (drums, 0), (second_vox, 2)):
            (packet,) = ear.packets()
            assert packet.ssrc == SSRC + mix
            left, right = numbers(packet.payload, "L16")
            assert np.array_equal(left, np.rint(sound[mix].astype(np.float64) * 2**15))
            assert np.array_equal(left, right)


def test_a_lost_cycle_is_a_gap_in_the_timestamps() -> None:
    """Timestamps follow JACK's frame time, not the count of callbacks; the sequence goes on."""
    client = sender()
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.process(silence())
        client.frame_time += 3 * 128
        client.process(silence())
        first, second = ear.packets()
    assert second.timestamp - first.timestamp == 4 * 128
    assert (second.sequence, second.marker) == (1, False)


def test_a_full_socket_drops_holds_and_marks() -> None:
    """What a full socket does not take is counted; the next packet has the number, the marker set.

    The timestamp goes on meanwhile, so that the gap is known for silence (docs/wire-format.md).
    """
    client = sender()
    with Ear(room=0) as ear:
        client.engine.publish([ear.row])
        periods = 0
        while not ear.row["full"][0]:
            client.process(silence())
            periods += 1
        client.process(silence())
        client.process(silence())
        taken = ear.packets()
        client.process(silence())
        client.process(silence())
        resumed, following = ear.packets()
    assert len(taken) == periods - 1
    assert resumed.sequence == taken[-1].sequence + 1
    assert resumed.timestamp == (OFFSET + (periods + 2) * 128) % 2**32
    assert [packet.marker for packet in (*taken, resumed, following)] == (
        [True] + [False] * (len(taken) - 1) + [True, False]
    )
    assert drops(ear.row) == dict.fromkeys(DROP_CAUSES, 0) | {"full": 3}
    assert int(ear.row["sent"][0]) == len(taken) + 2


def test_a_socket_may_take_some_of_a_period() -> None:
    """Of a period in 64 slices the first ones are sent, the others dropped, and all are counted."""
    client = sender("L24")
    with Ear(sequence=65530, room=0) as ear:
        client.engine.publish([ear.row])
        client.process(silence(MAX_PERIOD))
        taken = ear.packets()
        client.process(silence(256))
        first, second = ear.packets()
    assert 0 < len(taken) < 64
    assert int(ear.row["full"][0]) == 64 - len(taken)
    assert int(ear.row["sent"][0]) == len(taken) + 2
    sequences = [packet.sequence for packet in (*taken, first, second)]
    assert sequences == [(65530 + number) % 2**16 for number in range(len(sequences))]
    assert taken[-1].timestamp == (OFFSET + (len(taken) - 1) * 128) % 2**32
    assert first.timestamp == (OFFSET + MAX_PERIOD) % 2**32
    assert (first.marker, second.marker) == (True, False)


def test_nobody_else_suffers_from_a_full_socket() -> None:
    """A listener whose socket is full takes nothing from the one that comes after it."""
    client = sender()
    with Ear(room=0) as full, Ear() as fine:
        client.engine.publish([full.row, fine.row])
        for _ in range(50):
            client.process(silence())
        assert int(full.row["full"][0]) > 0
        assert len(fine.packets()) == 50


def test_a_port_that_nobody_listens_on_is_left_alone_for_200_ms() -> None:
    """Refused over UDP: dropped, tried no more for 200 ms, then tried again, and heard again."""
    client = sender()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reserved:
        reserved.bind(("127.0.0.1", 0))
        place = reserved.getsockname()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as hearing,
    ):
        sending.setblocking(False)
        sending.connect(place)
        row = new_row(0, sending.fileno(), 100)
        client.engine.publish([row])
        while not row["refused"][0]:
            client.process(silence())
        sent = int(row["sent"][0])
        for _ in range(BACKOFF):
            client.process(silence())
        assert (int(row["backoff"][0]), int(row["sent"][0])) == (BACKOFF, sent)
        hearing.bind(place)
        hearing.settimeout(5.0)
        client.process(silence())
        packet = parse(hearing.recv(2048))
    assert (packet.sequence, packet.marker) == (100 + sent, True)
    assert drops(row) == {
        "full": 0,
        "refused": 1,
        "unreachable": 0,
        "backoff": BACKOFF,
        "gone": 0,
        "other": 0,
    }


@pytest.mark.parametrize(
    ("code", "cause", "leaves_alone"),
    [
        (errno.EAGAIN, "full", False),
        (errno.ENOBUFS, "full", False),
        (errno.ECONNREFUSED, "refused", True),
        (errno.EHOSTUNREACH, "unreachable", True),
        (errno.ENETUNREACH, "unreachable", True),
        (errno.ENETDOWN, "unreachable", True),
        (errno.EPERM, "other", False),
        (errno.EMSGSIZE, "other", False),
    ],
)
@pytest.mark.parametrize("frames", [128, 1024])
def test_a_drop_is_counted_by_its_cause(
    code: int, cause: str, leaves_alone: bool, frames: int
) -> None:
    """Each errno has its counter, per packet, and its own patience: none, or 200 ms."""
    client = sender()
    packets = 1 if frames == 128 else 4
    with Ear(sequence=5) as ear:
        client.engine.publish([ear.row])

        def two_periods() -> None:
            client.process(silence(frames))
            client.process(silence(frames))

        where_sending_fails(code, two_periods)
        expected = dict.fromkeys(drops(ear.row), 0)
        expected[cause] = packets if leaves_alone else 2 * packets
        expected["backoff"] = packets if leaves_alone else 0
        assert drops(ear.row) == expected
        assert (int(ear.row["last_error"][0]), int(ear.row["last_failed"][0])) == (code, 1)
        client.now += 200_000_000
        client.process(silence(frames))
        heard = ear.packets()
    assert [packet.sequence for packet in heard] == list(range(5, 5 + packets))
    assert heard[0].timestamp == (OFFSET + 2 * frames) % 2**32
    assert heard[0].marker
    assert (int(ear.row["sent"][0]), int(ear.row["last_failed"][0])) == (packets, 0)


def test_a_listener_that_left_ends_nothing() -> None:
    """A descriptor that is no socket any more is a drop of another cause, with its errno."""
    client = sender()
    row = new_row(0, -1, 0)
    client.engine.publish([row])
    client.process(silence())
    assert int(row["other"][0]) == 1
    assert int(row["last_error"][0]) == errno.EBADF


def test_freewheeling_sends_nothing_and_mixes_on() -> None:
    """While JACK freewheels no packet leaves, the ports get their sound, and then it goes on."""
    client = sender()
    sound = noise(1, 1, 128, peak=0.5)
    with Ear() as ear:
        client.engine.publish([ear.row])
        client.engine.context["freewheel"] = 1
        assert np.array_equal(client.process(sound), np.tile(sound, (2, 1)))
        assert ear.packets() == []
        client.engine.context["freewheel"] = 0
        client.process(sound)
        (packet,) = ear.packets()
    assert packet.timestamp == (OFFSET + 128) % 2**32
    assert sum(drops(ear.row).values()) == 0
