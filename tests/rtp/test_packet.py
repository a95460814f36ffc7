"""RTP packets: golden ones field by field and byte by byte, and anything that is none."""

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.packet import Packet, PacketError, parse
from tests.packets import write

GOLDEN = {
    "l16": Packet(96, 0x0102, 0x03040506, 0x0708090A, bytes.fromhex("0001ffff7fff8000")),
    "l24": Packet(
        97,
        65535,
        2**32 - 1,
        0xF09FE4A3,
        bytes.fromhex("000001ffffff7fffff800000"),
        marker=True,
    ),
    "extension": Packet(
        96,
        1,
        128,
        0xABCD,
        bytes.fromhex("12345678"),
        extension=(0xBEDE, bytes.fromhex("10aa0000")),
    ),
    "contributors": Packet(
        96,
        2,
        256,
        0xABCD,
        bytes.fromhex("12345678"),
        contributors=(0x11111111, 0x22222222),
    ),
    "padding": Packet(96, 3, 384, 0xABCD, bytes.fromhex("12345678")),
    "everything": Packet(
        97,
        4,
        512,
        0xABCD,
        bytes.fromhex("000100fffe00"),
        marker=True,
        contributors=(0x33333333,),
        extension=(0x1000, b""),
    ),
    "empty": Packet(96, 5, 640, 0xABCD, b""),
}

PADDED = {"padding": 4, "everything": 2}
"""Octets of padding of those that have any: `serialise` writes none."""


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    """Any packet that can be serialised."""
    words = draw(st.integers(0, 20))
    extension = (
        draw(st.integers(0, 0xFFFF)),
        draw(st.binary(min_size=4 * words, max_size=4 * words)),
    )
    return Packet(
        payload_type=draw(st.integers(0, 127)),
        sequence=draw(st.integers(0, 0xFFFF)),
        timestamp=draw(st.integers(0, 2**32 - 1)),
        ssrc=draw(st.integers(0, 2**32 - 1)),
        payload=draw(st.binary(max_size=64)),
        marker=draw(st.booleans()),
        contributors=tuple(draw(st.lists(st.integers(0, 2**32 - 1), max_size=15))),
        extension=draw(st.sampled_from([None, extension])),
    )


@pytest.mark.parametrize("name", write.PACKETS)
def test_a_golden_packet_is_what_was_put_down(name: str) -> None:
    """The .bin files are those that write.py describes."""
    assert (write.FOLDER / f"{name}.bin").read_bytes() == write.octets(name)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_packet_is_parsed_field_by_field(name: str) -> None:
    """Each field of a packet that was written by hand is found."""
    assert parse((write.FOLDER / f"{name}.bin").read_bytes()) == GOLDEN[name]


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_packet_is_serialised_to_its_bytes(name: str) -> None:
    """The fields give the bytes that were written by hand, but for padding, which is optional."""
    data = bytearray((write.FOLDER / f"{name}.bin").read_bytes())
    if name in PADDED:
        data[0] &= ~0x20
        del data[-PADDED[name] :]
    assert GOLDEN[name].serialise() == bytes(data)


@given(packets())
def test_what_is_serialised_is_parsed_back(packet: Packet) -> None:
    """Every packet survives the wire unchanged."""
    assert parse(packet.serialise()) == packet


@given(packets(), st.integers(1, 255))
def test_padding_is_taken_off(packet: Packet, count: int) -> None:
    """Padding of any length is no part of the payload (RFC 3550, 5.1)."""
    data = bytearray(packet.serialise())
    data[0] |= 0x20
    data += bytes(count - 1) + bytes([count])
    assert parse(bytes(data)) == packet


@given(st.binary(max_size=100))
def test_any_bytes_are_a_packet_or_an_error(data: bytes) -> None:
    """Nothing but PacketError comes of bytes that are no packet."""
    try:
        packet = parse(data)
    except PacketError:
        return
    assert len(packet.payload) <= len(data) - 12


@given(packets(), st.data())
def test_a_packet_that_is_cut_short_within_its_headers_is_an_error(
    packet: Packet, data: st.DataObject
) -> None:
    """Wherever its headers are cut, what is left is no packet."""
    octets = replace(packet, payload=b"").serialise()
    with pytest.raises(PacketError):
        parse(octets[: data.draw(st.integers(0, len(octets) - 1))])


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("80 60 0001", "RTP packet of 4 bytes; the fixed header alone is 12"),
        ("40 60 0001 00000000 00000000", "RTP version 1; only 2 is known"),
        ("8f 60 0001 00000000 00000000 00", "of 13 bytes ends within its 15 CSRCs"),
        ("90 60 0001 00000000 00000000 bede", "of 14 bytes ends within its extension header"),
        ("90 60 0001 00000000 00000000 bede ffff", "of 16 bytes; its extension needs 262156"),
        ("a0 60 0001 00000000 00000000 0000", "RTP padding of 0 bytes in a packet of 14"),
        ("a0 60 0001 00000000 00000000 0003", "RTP padding of 3 bytes in a packet of 14"),
        ("a0 60 0001 00000000 00000000", "RTP padding of 0 bytes in a packet of 12"),
    ],
)
def test_an_error_says_what_is_wrong(data: str, message: str) -> None:
    """The text says at which part the bytes are short or wrong, with both numbers."""
    with pytest.raises(PacketError, match=message):
        parse(bytes.fromhex(data))


def test_the_header_has_its_fields_at_the_places_of_the_rfc() -> None:
    """Version, marker and type, sequence, timestamp, SSRC, in network order (RFC 3550, 5.1)."""
    data = Packet(97, 0xABCD, 0x01020304, 0x05060708, b"xy", marker=True).serialise()
    assert struct.unpack(">BBHII2s", data) == (0x80, 0xE1, 0xABCD, 0x01020304, 0x05060708, b"xy")
