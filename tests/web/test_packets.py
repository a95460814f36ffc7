"""RTP comes in, packets with their place in time go out; the WebSocket frame is made by hand."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.packet import parse
from jackrf.web.packets import HEADER, LONGEST_DATAGRAM, FrameClock, Packet, Packets, framed

MS = 1_000_000
PACKETS = Path(__file__).parents[1] / "packets"
PERIOD = 128 * 1_000_000_000 // 48000


def rtp(timestamp: int, payload: bytes = bytes(512), first: int = 0x80) -> bytes:
    """An RTP packet as jackrf sends it."""
    return struct.pack("!BBHII", first, 96, 7, timestamp & 0xFFFFFFFF, 0xABCD) + payload


def made(packet: Packet | None) -> Packet:
    """The packet that has to be there."""
    assert packet is not None
    return packet


def test_a_packet_says_what_is_in_it() -> None:
    """Number, version, sample bytes, channels, time in microseconds, frame; then the samples."""
    packets = Packets(2, 48000)
    packets.make(rtp(1000), 5_000 * MS)
    packet = made(packets.make(rtp(1128, b"\1\2\3\4" * 128), 5_000 * MS + PERIOD))
    number, version, size, channels, zero, time, frame = HEADER.unpack_from(packet.data)
    assert (number, version, size, channels, zero) == (2, 1, 2, 2, 0)
    assert frame & 0xFFFFFFFF == 1128
    assert abs(time - (5_000_000 + 2667)) <= 1
    assert packet.data[HEADER.size :] == b"\1\2\3\4" * 128
    assert packet.frames == 128


@pytest.mark.parametrize(("size", "samples"), [(2, 250), (2, 281), (2, 316), (3, 187), (3, 210)])
def test_what_a_network_may_not_take_goes_in_parts(size: int, samples: int) -> None:
    """Each a packet of its own, with its own place in time; together they are the whole."""
    payload = bytes(range(256)) * 8
    payload = payload[: samples * 2 * size]
    packet = made(Packets(size, 48000).make(rtp(1000, payload), 5_000 * MS))
    heads = [HEADER.unpack_from(part) for part in packet.datagrams]
    assert b"".join(part[HEADER.size :] for part in packet.datagrams) == payload
    assert max(map(len, packet.datagrams)) <= LONGEST_DATAGRAM
    at = 0
    for head, part in zip(heads, packet.datagrams, strict=True):
        assert head[6] - heads[0][6] == at
        assert abs(head[5] - heads[0][5] - at * 1e6 / 48000) <= 1
        at += (len(part) - HEADER.size) // (2 * size)
    assert at == samples
    assert (len(packet.datagrams) == 1) == (len(packet.data) <= LONGEST_DATAGRAM)


@pytest.mark.parametrize(
    "datagram", [b"", b"\x80", rtp(0, b""), rtp(0, bytes(511)), rtp(0, first=0x40)]
)
def test_what_is_no_packet_is_none(datagram: bytes) -> None:
    """Nothing that is not a whole number of frames goes to a browser."""
    assert Packets(2, 48000).make(datagram, 0) is None


@pytest.mark.parametrize(("name", "size"), [("sent-l16.bin", 2), ("sent-l24.bin", 3)])
def test_what_the_audio_thread_sends_is_taken(name: str, size: int) -> None:
    """With its header extension, which stays behind."""
    datagram = (PACKETS / name).read_bytes()
    packet = made(Packets(size, 48000).make(datagram, 1_000 * MS))
    assert packet.data[HEADER.size :] == parse(datagram).payload
    assert packet.frames == len(parse(datagram).payload) // (2 * size)


def test_the_frame_number_goes_on_where_the_timestamp_wraps() -> None:
    """32 bits are a day at 48 kHz."""
    clock = FrameClock(48000)
    first, _ = clock.place(0xFFFFFF80, 10 * MS)
    second, _ = clock.place(0, 10 * MS + PERIOD)
    assert second - first == 128


@given(st.lists(st.integers(0, 15 * MS), min_size=5, max_size=60))
def test_a_late_packet_is_known_for_late(delays: list[int]) -> None:
    """Its time is when it was made, not when it came: at most a packet's way off, never later."""
    clock = FrameClock(48000)
    least = delays[0]
    for number, delay in enumerate(delays):
        least = min(least, delay)
        _, when = clock.place(128 * number, 1_000 * MS + number * PERIOD + delay)
        true = 1_000 * MS + number * PERIOD
        assert true + least - 1000 <= when <= true + least + 1000


def test_drift_is_followed() -> None:
    """Of 200 ppm, within what two windows take."""
    clock = FrameClock(48000)
    for number in range(20_000):
        now = 1_000 * MS + round(number * PERIOD * 1.0002)
        _, when = clock.place(128 * number, now)
        assert abs(when - now) < 2 * MS


def test_another_run_of_jack_begins_anew() -> None:
    """Its frames count from elsewhere."""
    clock = FrameClock(48000)
    clock.place(48_000 * 3600, 1_000 * MS)
    _, when = clock.place(0, 1_010 * MS)
    assert when == 1_010 * MS


def test_a_frame_of_a_websocket_is_as_rfc_6455_says() -> None:
    """Binary, final, not masked; 16 bits of length from 126 bytes on."""
    assert framed(b"x" * 125) == b"\x82\x7d" + b"x" * 125
    assert framed(b"x" * 126) == b"\x82\x7e\x00\x7e" + b"x" * 126
    assert framed(b"x" * 536)[:4] == b"\x82\x7e\x02\x18"
