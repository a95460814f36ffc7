"""RTCP: golden compounds field by field and byte by byte, and anything that is none."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    Report,
    ReportBlock,
    RtcpError,
    SenderReport,
    SourceDescription,
    compound,
    parse_compound,
)
from tests.packets import write

BLOCK = ReportBlock(0xABCD, 64, -2, 0x1FFFE, 48, 0xD2A18000, 0x10000)
GOLDEN: dict[str, tuple[Report, ...]] = {
    "rtcp-sender": (
        SenderReport(0xF09FE4A3, 0xE8C4D2A180000000, 128, 16, 1024, (BLOCK,)),
        SourceDescription(((0xF09FE4A3, "a@b"),)),
    ),
    "rtcp-leave": (
        ReceiverReport(0xABCD),
        SourceDescription(((0xABCD, "drums"),)),
        Goodbye((0xABCD,), "end"),
    ),
    "rtcp-alien": (
        ReceiverReport(0xABCD, (ReportBlock(0xF09FE4A3, 0, 0, 1, 0),)),
        Goodbye((1, 2)),
    ),
}

WORDS = st.integers(0, 2**32 - 1)
BLOCKS = st.lists(
    st.builds(
        ReportBlock, WORDS, st.integers(0, 255), st.integers(-(2**23), 2**23 - 1), *[WORDS] * 4
    ),
    max_size=31,
).map(tuple)
TEXT = st.text(max_size=63).filter(lambda text: len(text.encode()) <= 255)
FIRST = st.one_of(
    st.builds(SenderReport, WORDS, st.integers(0, 2**64 - 1), WORDS, WORDS, WORDS, BLOCKS),
    st.builds(ReceiverReport, WORDS, BLOCKS),
)
OTHERS = st.lists(
    st.one_of(
        FIRST,
        st.builds(SourceDescription, st.lists(st.tuples(WORDS, TEXT), max_size=5).map(tuple)),
        st.builds(Goodbye, st.lists(WORDS, max_size=31).map(tuple), TEXT),
    ),
    max_size=4,
)


def golden(name: str) -> bytes:
    """The bytes of a golden compound."""
    return (write.FOLDER / f"{name}.bin").read_bytes()


@pytest.mark.parametrize("name", GOLDEN)
def test_a_golden_compound_is_parsed_field_by_field(name: str) -> None:
    """Each field of what was written by hand is found, and what is not known is passed over."""
    assert parse_compound(golden(name)) == GOLDEN[name]


def test_a_golden_compound_is_serialised_to_its_bytes() -> None:
    """The fields give the bytes that were written by hand."""
    report, description = GOLDEN["rtcp-sender"]
    assert isinstance(report, SenderReport)
    assert compound(report, description) == golden("rtcp-sender")


@given(FIRST, OTHERS)
def test_what_is_serialised_is_parsed_back(
    first: SenderReport | ReceiverReport, others: list[Report]
) -> None:
    """Every compound survives the wire unchanged."""
    assert parse_compound(compound(first, *others)) == (first, *others)


@given(st.binary(max_size=120))
def test_any_bytes_are_a_compound_or_an_error(data: bytes) -> None:
    """Nothing but RtcpError comes of bytes that are no compound."""
    try:
        parse_compound(data)
    except RtcpError:
        return
    assert data[0] >> 6 == 2


@given(FIRST, OTHERS, st.data())
def test_a_damaged_compound_is_another_one_or_an_error(
    first: SenderReport | ReceiverReport, others: list[Report], data: st.DataObject
) -> None:
    """However a datagram is cut and bent, nothing but RtcpError comes of it."""
    octets = bytearray(compound(first, *others))
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        parse_compound(bytes(octets[: data.draw(st.integers(0, len(octets)))]))
    except RtcpError:
        return


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "RTCP of 0 bytes; a header at byte 0 takes 4"),
        ("40 c9 0001 0000abcd", "RTCP version 1 at byte 0; only 2 is known"),
        ("80 ca 0000", "RTCP of type 202 first; a compound begins with 200 or 201"),
        ("80 60 0001 00000000 00000000", "RTCP of type 96 first"),
        ("80 c9 ffff 0000abcd", "RTCP of 8 bytes; its packet at byte 0 needs 262144"),
        ("a0 c9 0002 0000abcd 00000004", "RTCP padding at byte 0, in a packet that is not the"),
        ("80 c9 0001 0000abcd a1 cb 0001 00000001 80 cb 0000", "RTCP padding at byte 8"),
        ("80 c9 0001 0000abcd a0 cb 0001 00000003", "RTCP padding of 3 bytes in a packet of 8"),
        ("80 c9 0001 0000abcd a0 cb 0001 000000fc", "RTCP padding of 252 bytes in a packet of 8"),
        ("80 c9 0001 0000abcd a0 cb 0000", "RTCP padding of 0 bytes in a packet of 4"),
        ("80 c8 0001 0000abcd", "RTCP sender report of 8 bytes; it needs 28"),
        ("80 c9 0000", "RTCP receiver report of 4 bytes; it needs 8"),
        ("82 c9 0001 0000abcd", "RTCP report with 2 blocks of 8 bytes; it needs 56"),
        ("80 c9 0001 0000abcd 81 ca 0000", "RTCP SDES with 1 chunks of 4 bytes; it needs 8"),
        ("80 c9 0001 0000abcd 81 ca 0002 00000001 01 ff 6162", "RTCP SDES of 12 bytes; it needs"),
        ("80 c9 0001 0000abcd 81 ca 0002 00000001 01 02 6162", "RTCP SDES of 12 bytes; it needs"),
        ("80 c9 0001 0000abcd 82 cb 0001 00000001", "RTCP BYE of 2 sources of 8 bytes"),
        ("80 c9 0001 0000abcd 81 cb 0002 00000001 09 616263", "RTCP BYE with a reason of 12"),
    ],
)
def test_an_error_says_what_is_wrong(data: str, message: str) -> None:
    """The text says at which part the bytes are short or wrong, with both numbers."""
    with pytest.raises(RtcpError, match=message):
        parse_compound(bytes.fromhex(data))


def test_what_does_not_fit_is_not_written() -> None:
    """A count has five bits, a text one byte of length: more is the caller's mistake."""
    with pytest.raises(ValueError, match="32 sources in one RTCP packet; at most 31 fit"):
        Goodbye(tuple(range(32))).serialise()
    with pytest.raises(ValueError, match="a CNAME of 256 bytes; at most 255 fit"):
        SourceDescription(((1, "x" * 256),)).serialise()
    with pytest.raises(ValueError, match="a reason of 256 bytes; at most 255 fit"):
        Goodbye((1,), "x" * 256).serialise()


def test_a_block_has_its_fields_at_the_places_of_the_rfc() -> None:
    """SSRC, share and count of what was lost, highest, jitter, LSR, DLSR (RFC 3550, 6.4.1)."""
    data = ReportBlock(0x01020304, 0x05, 0x060708, 0x090A0B0C, 13, 14, 15).serialise()
    assert struct.unpack(">6I", data) == (0x01020304, 0x05060708, 0x090A0B0C, 13, 14, 15)
