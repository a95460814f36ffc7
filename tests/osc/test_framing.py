"""OSC in a TCP stream: packets come out whole, however the stream is cut."""

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc import slip

from jackrf.osc.framing import LONGEST_PACKET, Framing, FramingError

PACKETS = st.lists(
    st.binary(min_size=3, max_size=60).map(lambda tail: b"/" + tail), min_size=1, max_size=8
)


def counted(packet: bytes) -> bytes:
    """A packet as OSC 1.0 frames it."""
    return struct.pack(">I", len(packet)) + packet


def slipped(packet: bytes) -> bytes:
    """A packet as OSC 1.1 frames it, written out."""
    return b"\xc0" + packet.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc") + b"\xc0"


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    """A stream in pieces."""
    edges = sorted({0, len(stream), *(place % (len(stream) + 1) for place in places)})
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


@given(PACKETS, st.lists(st.integers(0, 1000), max_size=12), st.booleans())
def test_packets_come_out_as_they_went_in(
    packets: list[bytes], places: list[int], double: bool
) -> None:
    """In both framings, wherever the stream is cut."""
    framing = slipped if double else counted
    stream = b"".join(map(framing, packets))
    reader = Framing()
    assert [one for piece in cut(stream, places) for one in reader.feed(piece)] == packets
    assert not reader.unfinished


def test_answers_have_the_framing_of_the_other_side() -> None:
    """Who speaks SLIP hears SLIP, with what needs it escaped."""
    packet = b"/\xc0\xdb\xdc"
    one, other, silent = Framing(), Framing(), Framing()
    list(one.feed(counted(b"/abc")))
    list(other.feed(slipped(b"/abc")))
    assert one.frame(packet) == silent.frame(packet) == counted(packet)
    assert other.frame(packet) == slipped(packet)
    assert slip.decode(other.frame(packet)) == packet


def test_slip_without_the_leading_end_is_slip_too() -> None:
    """RFC 1055 itself has END after a packet only."""
    assert list(Framing().feed(b"/abc\xc0#bun\xc0")) == [b"/abc", b"#bun"]


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1\r\n",
        b"POST /",
        b"\x16\x03\x01",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x00",
        struct.pack(">I", LONGEST_PACKET + 1),
        b"\x00\xff\xff\xff",
        counted(b"/abc") + b"\x7f\xff\xff\xff",
        b"\xc0/ab\xdbc\xc0",
        b"\xc0/ab\xdb\xc0",
        b"\xc0" + b"/" * (2 * LONGEST_PACKET + 1),
        b"\xc0" + b"/" * (2 * LONGEST_PACKET + 1) + b"\xc0",
    ],
)
def test_what_is_no_osc_is_refused_at_once(stream: bytes) -> None:
    """A false length is not believed, and nothing is waited for."""
    with pytest.raises(FramingError):
        list(Framing().feed(stream))


def test_a_length_is_no_reason_to_take_memory() -> None:
    """The largest packet may come byte by byte; nothing is kept beyond it."""
    framing = Framing()
    packet = bytes(LONGEST_PACKET)
    for byte in counted(packet)[:-1]:
        assert list(framing.feed(bytes([byte]))) == []
        assert framing.unfinished
    assert list(framing.feed(packet[-1:])) == [packet]
    assert not framing.unfinished
