"""What is built is OSC that others read: python-osc's own parser is asked."""

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from jackrf.osc.guard import Message, parse
from jackrf.osc.messages import MOST_BYTES, bundles, encode, message, of, room, tags_of


def test_a_message_is_read_by_an_independent_parser() -> None:
    """Path and arguments arrive, text in UTF-8 too."""
    read = OscMessage(message("/mix/1/in/3/text", "sif", ("Löwe", -6, 0.5)))
    assert (read.address, list(read.params)) == ("/mix/1/in/3/text", ["Löwe", -6, 0.5])


def test_a_message_without_arguments_has_an_empty_tag_string() -> None:
    """The comma is always there: old parsers stumble without it."""
    assert message("/sync", "", ()) == b"/sync\0\0\0,\0\0\0"


def test_an_empty_blob_can_be_sent() -> None:
    """It is four zeros."""
    assert message("/pong", "b", (b"",)) == b"/pong\0\0\0,b\0\0\0\0\0\0"


def test_what_has_no_bytes_is_in_the_types_alone() -> None:
    """True, false and nothing are letters."""
    assert encode(of("/a", True, None)) == b"/a\0\0,TN\0"


def test_types_follow_from_values() -> None:
    """A boolean is no integer here."""
    assert tags_of((True, False, None, 1, 1.0, "one", b"1")) == "TFNifsb"
    assert of("/a", 1, "x") == Message("/a", "is", (1, "x"))


@pytest.mark.parametrize(("types", "args"), [("f", ()), ("", (1.0,)), ("ff", (1.0,))])
def test_types_and_arguments_have_to_agree(types: str, args: tuple[float, ...]) -> None:
    """One too many or too few is an error of ours, and is not sent."""
    with pytest.raises(ValueError, match="zip"):
        message("/a", types, args)


def test_bundles_carry_all_in_order_and_stay_within_their_limit() -> None:
    """Nothing is lost, nothing is turned round, no datagram is longer, and each is well filled."""
    sent = [of(f"/mix/1/in/{number}/fader", number / 64) for number in range(500)]
    datagrams = bundles([encode(one) for one in sent])
    assert [one for data in datagrams for one in parse_all(data)] == sent
    assert all(len(data) <= MOST_BYTES for data in datagrams)
    assert all(len(data) > MOST_BYTES - 40 for data in datagrams[:-1])


def parse_all(data: bytes) -> list[Message]:
    """The messages of a bundle, read by hand: ours may be longer than what the guard takes in."""
    found, at = [], 16
    assert data[:16] == b"#bundle\0\0\0\0\0\0\0\0\1"
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        found += parse(data[at + 4 : at + 4 + size])
        at += 4 + size
    return found


def test_a_bundle_is_to_be_done_at_once() -> None:
    """The time tag is 1 for every parser."""
    (data,) = bundles([encode(of("/a", 1)), encode(of("/b", 2))])
    read = OscBundle(data)
    assert [content.address for content in read] == ["/a", "/b"]
    assert data[8:16] == (1).to_bytes(8, "big")


def test_what_stands_alone_is_no_bundle() -> None:
    """One message goes as it is; a message beyond the limit goes alone."""
    short, long = encode(of("/a", 1)), encode(of("/b", "x" * 200))
    assert bundles([short]) == [short]
    assert bundles([short, long, short], limit=100) == [short, long, short]
    assert bundles([]) == []


@pytest.mark.parametrize("datagrams", [1, 2, 5, 100])
def test_room_is_what_so_many_datagrams_carry(datagrams: int) -> None:
    """As many messages as fit, and not one more."""
    sent = [encode(of("/a", "x" * (number * 7 % 60))) for number in range(100)]
    fit = room(sent, datagrams, limit=300)
    assert len(bundles(sent[:fit], 300)) == min(datagrams, len(bundles(sent, 300)))
    assert fit == len(sent) or len(bundles(sent[: fit + 1], 300)) == datagrams + 1
