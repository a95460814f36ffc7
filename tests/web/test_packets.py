"""RTP comes in, packets with their place in time go out; the WebSocket frame is made by hand."""

import struct
from pathlib import Path

import pytest

from jackrf.rtp.packet import parse
from jackrf.web.packets import HEADER, LONGEST_DATAGRAM, Packet, Packets, framed

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


def frames(*timestamps: int) -> list[int]:
    """What packets with these timestamps of RTP say of their frames, from the first one on."""
    packets = Packets(2, 48000)
    found = [
        HEADER.unpack_from(made(packets.make(rtp(one), 10 * MS)).data)[6] for one in timestamps
    ]
    return [one - found[0] for one in found]


def test_the_frame_number_goes_on_where_the_timestamp_wraps() -> None:
    """32 bits are a day at 48 kHz; what comes late goes back over the border."""
    assert frames(0xFFFFFF80, 0, 128, 0xFFFFFF80) == [0, 128, 256, 0]


def test_another_run_of_jack_counts_from_elsewhere() -> None:
    """Forward or back: whoever plays it sees that it is far away."""
    assert frames(48_000 * 3600, 0) == [0, -48_000 * 3600]


def test_a_frame_of_a_websocket_is_as_rfc_6455_says() -> None:
    """Binary, final, not masked; 16 bits of length from 126 bytes on."""
    assert framed(b"x" * 125) == b"\x82\x7d" + b"x" * 125
    assert framed(b"x" * 126) == b"\x82\x7e\x00\x7e" + b"x" * 126
    assert framed(b"x" * 536)[:4] == b"\x82\x7e\x02\x18"
