"""The OSC of session managers, held to python-osc, which wrote it independently."""

import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message import OscMessage
from pythonosc.osc_message_builder import OscMessageBuilder

from jackrf.sessions.nsm_messages import Argument, Malformed, Message, encode, parse

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
NUMBER = st.integers(-(2**31), 2**31 - 1)
FLOAT = st.floats(width=32, allow_nan=False, allow_infinity=False)
ARGUMENTS = st.lists(TEXT | NUMBER | FLOAT)
PATH = TEXT.map(lambda text: f"/{text}")


def written(path: str, *args: Argument) -> bytes:
    """Return a message as python-osc writes it."""
    builder = OscMessageBuilder(path)
    for argument in args:
        # By itself python-osc writes -2**31 with 64 bits.
        builder.add_arg(argument, {str: "s", int: "i", float: "f"}[type(argument)])
    return bytes(builder.build().dgram)


def bundled(*elements: bytes) -> bytes:
    """Return elements as a bundle, with the time tag that nsmd writes."""
    sized = b"".join(struct.pack(">i", len(element)) + element for element in elements)
    return b"#bundle\0" + struct.pack(">Q", 1) + sized


@given(PATH, ARGUMENTS)
def test_what_is_written_is_what_python_osc_writes(path: str, args: list[Argument]) -> None:
    """The same bytes, and python-osc reads them."""
    assert encode(path, *args) == written(path, *args)
    assert OscMessage(encode(path, *args)).address == path


@given(PATH, ARGUMENTS)
def test_what_is_read_is_what_was_written(path: str, args: list[Argument]) -> None:
    """A message comes back as it went, types included."""
    message = Message(path, tuple(args))
    assert parse(written(path, *args)) == [message]
    assert message.types == "".join({str: "s", int: "i", float: "f"}[type(one)] for one in args)


def test_a_message_without_arguments_has_an_empty_tag_string() -> None:
    """As recorded, both ways."""
    assert encode("/nsm/client/save") == b"/nsm/client/save\0\0\0\0,\0\0\0"


def test_a_path_that_is_not_utf8_comes_through() -> None:
    """A folder may have any name that Linux allows; it goes back as it came."""
    raw = b"/nsm/client/open\0\0\0\0,s\0\0/\xff\xfe\0"
    [message] = parse(raw)
    assert message.args == ("/\udcff\udcfe",)
    assert encode(message.path, *message.args) == raw


def test_a_text_cannot_end_early() -> None:
    """A NUL in a text would end it for the reader: it is left out."""
    assert encode("/m", "a\0b") == encode("/m", "ab")


def test_a_broadcast_is_read() -> None:
    """The broadcasts of nsmd are bundles of one message: the recorded one has 36 bytes in it."""
    builder = OscBundleBuilder(IMMEDIATELY)
    inner = OscMessageBuilder("/jackrf/hello")
    for argument in ("hi", 7, 0.5):
        inner.add_arg(argument)
    builder.add_content(inner.build())
    datagram = bytes(builder.build().dgram)
    assert datagram == bundled(written("/jackrf/hello", "hi", 7, 0.5))
    assert datagram[16:20] == bytes.fromhex("00000024")
    assert parse(datagram) == [Message("/jackrf/hello", ("hi", 7, 0.5))]


def test_messages_of_bundles_come_in_their_order() -> None:
    """Bundles in bundles are read where they stand."""
    one, two, three = (written(path) for path in ("/1", "/2", "/3"))
    assert [m.path for m in parse(bundled(one, bundled(two), three))] == ["/1", "/2", "/3"]


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"/a",
        b"/a\0\0",
        b"/a\0\0\0\0\0\0",
        b"a\0\0\0,\0\0\0",
        b"/a\0\0i\0\0\0",
        b"/a\0\1,\0\0\0",
        b"/a\0\0,f\0\0",
        b"/a\0\0,f\0\0\0\0",
        b"/a\0\0,i\0\0\0\0\0\0\0",
        b"/a\0\0,s\0\0abcd",
        b"/a\0\0,b\0\0\0\0\0\0",
        b"/a\0\0,[i]\0\0\0\0\0\0\0\0",
        b"/a\0\0,f\0\0" + struct.pack(">f", math.nan),
        b"/a\0\0,f\0\0" + struct.pack(">f", -math.inf),
        b"#bundle\0",
        b"#bundle\0\0\0\0\0\0\0\0",
        bundled(written("/a")) + b"\0",
        bundled() + struct.pack(">i", -4),
        bundled() + struct.pack(">i", 0),
        bundled() + struct.pack(">i", 8) + b"/a\0\0",
        bundled(bundled(bundled(bundled(bundled())))),
    ],
)
def test_what_is_not_well_formed_is_malformed(datagram: bytes) -> None:
    """Each of these makes python-osc hang, guess or raise something else."""
    with pytest.raises(Malformed):
        parse(datagram)


def read_or_malformed(datagram: bytes) -> None:
    """Read a datagram; any exception but Malformed gets through."""
    try:
        messages = parse(datagram)
    except Malformed:
        return
    assert all(message.path.startswith("/") for message in messages)


@given(st.binary(max_size=200) | st.binary(max_size=100).map(lambda raw: b"#bundle\0" + raw))
def test_any_bytes_are_read_or_malformed(datagram: bytes) -> None:
    """No datagram makes an exception of another kind."""
    read_or_malformed(datagram)


@given(PATH, ARGUMENTS, st.data())
def test_a_damaged_message_is_read_or_malformed(
    path: str, args: list[Argument], data: st.DataObject
) -> None:
    """Nor does a good one with a byte changed, or cut off."""
    raw = bytearray(written(path, *args))
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] = data.draw(st.integers(0, 255))
    read_or_malformed(bytes(raw))
    read_or_malformed(bytes(raw[:at]))
