"""Messages in pieces, whole, and wrong."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtsp.messages import (
    MOST_HEADERS,
    OF_A_CLIENT,
    OF_A_SERVER,
    Frame,
    Item,
    Limits,
    MalformedError,
    Reader,
    Request,
    Response,
    write_frame,
    write_request,
    write_response,
)

SDP = b"v=0\r\no=- 1 1 IN IP4 192.168.1.10\r\n"
STREAM = (
    write_request("OPTIONS", "rtsp://192.168.1.10:8554/drums", [("CSeq", "1")])
    + b"$\x00\x00\x04\x80\x60$\r"
    + write_response(200, "1", [("Content-Type", "application/sdp")], SDP)
    + b"\r\n$\x01\x00\x00"
    + b"GET_PARAMETER * RTSP/1.0\nCSeq: 2\n\n"
)
ITEMS: list[Item] = [
    Request((("cseq", "1"),), method="OPTIONS", url="rtsp://192.168.1.10:8554/drums"),
    Frame(0, b"\x80\x60$\r"),
    Response(
        (("cseq", "1"), ("content-type", "application/sdp"), ("content-length", str(len(SDP)))),
        SDP,
        status=200,
        reason="OK",
    ),
    Frame(1, b""),
    Request((("cseq", "2"),), method="GET_PARAMETER", url="*"),
]


def taken(pieces: list[bytes], limits: Limits = OF_A_CLIENT) -> list[Item]:
    """All that a reader finds in pieces."""
    reader, found = Reader(limits), list[Item]()
    for piece in pieces:
        reader.feed(piece)
        while (item := reader.next()) is not None:
            found.append(item)
    return found


@given(st.lists(st.integers(0, len(STREAM)), max_size=12))
def test_however_it_is_cut_the_same_is_read(cuts: list[int]) -> None:
    """Messages, bodies, frames with a dollar in them, lines that end by LF alone."""
    places = [0, *sorted(cuts), len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(places)]
    assert taken(pieces) == ITEMS


def test_headers_are_found_whatever_their_case() -> None:
    """The first of a name, or all of them."""
    (item,) = taken([b"OPTIONS * RTSP/1.0\r\nCSEQ: 7\r\nA: 1\r\na:2\r\n\r\n"])
    assert isinstance(item, Request)
    assert item.header("cseq") == "7"
    assert item.all("a") == ["1", "2"]
    assert item.header("b") is None
    assert item.version == (1, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"RTSP/1.0 600 No\r\n\r\n",
        b"OPTIONS  * RTSP/1.0\r\n\r\n",
        b"OPTIONS * RTSP/1.0 \r\n\r\n",
        b"options * RTSP/1.0\r\n\r\n",
        b"OPTIONS rtsp://\xc3\xa4/ RTSP/1.0\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nno colon\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\n: empty\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\na b: c\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\na: \x00\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\na: b\rc: d\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\na: \xff\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: 1e3\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: \xd9\xa3\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: 4097\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"OPTIONS * RTSP/1.0\r\n" + b"a: b\r\n" * (MOST_HEADERS + 1) + b"\r\n",
        b"OPTIONS * RTSP/1.0\r\na: " + b"b" * 8192,
        b"OPTIONS " + b"/" * 1025 + b" RTSP/1.0\r\n\r\n",
        b"\x80\x60\x00\x01",
        b"$\x00\x08\x01",
    ],
)
def test_what_is_wrong_ends_the_reading(wrong: bytes) -> None:
    """At once, not after the rest of it has been waited for."""
    with pytest.raises(MalformedError):
        taken([wrong])


def test_a_client_takes_what_its_server_may_send() -> None:
    """Frames as long as their length can say, and a long description."""
    frame = write_frame(0, bytes(65535))
    sdp = write_response(200, "1", [], b"x" * 60000)
    assert len(taken([frame, sdp], OF_A_SERVER)) == 2
    with pytest.raises(MalformedError):
        taken([frame])


def test_it_knows_whether_something_has_begun() -> None:
    """Also in the middle of a body."""
    reader = Reader()
    states = []
    for piece in (b"", b"OPTIONS * RTSP/1.0\r\nContent-", b"Length: 2\r\n\r\nA", b"B", b"\r\n"):
        reader.feed(piece)
        while reader.next() is not None:
            pass
        states.append(reader.unfinished)
    assert states == [False, True, True, False, False]
