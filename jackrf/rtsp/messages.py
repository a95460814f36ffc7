"""RTSP's messages as bytes (RFC 2326 sections 4 to 7 and 10.12): read piece by piece, and written.

`Reader` takes what a connection brings, in whatever pieces, and returns whole requests, responses
and interleaved frames. It holds no more of an unfinished one than `Limits` says, whoever sends.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

VERSION: Final = "RTSP/1.0"
FRAME: Final = 0x24
"""``$``: first octet of an interleaved frame; then come channel and length (section 10.12)."""
FRAME_HEAD: Final = 4

REASONS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    451: "Parameter Not Understood",
    453: "Not Enough Bandwidth",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    459: "Aggregate Operation Not Allowed",
    461: "Unsupported Transport",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "RTSP Version Not Supported",
    551: "Option Not Supported",
}

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")
_REQUEST_LINE: Final = re.compile(r"([A-Z_]{1,32}) ([!-~]{1,1024}) RTSP/(\d)\.(\d)")
_STATUS_LINE: Final = re.compile(r"RTSP/1\.\d ([1-5]\d\d)(?: ([ -~]*))?")


class MalformedError(Exception):
    """What came is no RTSP, or too much of it; the connection cannot be followed any further."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of one thing is taken in.

    Attributes:
        head: octets of a request or response without its body.
        body: octets of a body.
        frame: octets of an interleaved frame.
    """

    head: int = 8192
    body: int = 4096
    frame: int = 2048


OF_A_CLIENT: Final = Limits()
"""What a server takes from its clients: requests without anything large, and RTCP reports."""
OF_A_SERVER: Final = Limits(head=16384, body=65536, frame=65535)
"""What a client takes from its server: descriptions and audio."""
MOST_HEADERS: Final = 64


@dataclass(frozen=True, slots=True)
class Message:
    """What requests and responses have in common.

    Attributes:
        headers: names in lower case and values, in their order.
        body: after the head.
    """

    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """Return the first value of a header by its name in lower case; None without one."""
        return next((value for known, value in self.headers if known == name), None)

    def all(self, name: str) -> list[str]:
        """Return every value of a header by its name in lower case."""
        return [value for known, value in self.headers if known == name]


@dataclass(frozen=True, slots=True)
class Request(Message):
    """A request.

    Attributes:
        method: as it came; there are more than we know.
        url: absolute, or ``*``; printable ASCII without blanks.
        version: major and minor.
    """

    method: str = field(kw_only=True)
    url: str = field(kw_only=True)
    version: tuple[int, int] = (1, 0)


@dataclass(frozen=True, slots=True)
class Response(Message):
    """A response.

    Attributes:
        status: 100 to 599.
        reason: in words.
    """

    status: int = field(kw_only=True)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """An interleaved frame.

    Attributes:
        channel: 0 to 255.
        data: an RTP or RTCP packet.
    """

    channel: int
    data: bytes


Item = Request | Response | Frame


class Reader:
    """Puts together what comes in pieces.

    Args:
        limits: of what is taken in.
    """

    def __init__(self, limits: Limits = OF_A_CLIENT) -> None:
        self._limits = limits
        self._waiting = bytearray()
        self._head: Request | Response | None = None
        self._missing = 0

    @property
    def unfinished(self) -> bool:
        """Whether something has begun and is not whole yet."""
        return bool(self._waiting) or self._head is not None

    def feed(self, data: bytes) -> None:
        """Take in the next octets; call :meth:`next` until it returns None afterwards."""
        self._waiting += data

    def next(self) -> Item | None:
        """Return the next whole thing; None until there is more.

        Raises:
            MalformedError: it is no RTSP or too long. Nothing that follows can be read.
        """
        if self._head is not None:
            return self._with_body(self._head)
        # Some clients end a body with a line of its own (RFC 2068 section 4.1).
        while self._waiting.startswith((b"\r", b"\n")):
            del self._waiting[0]
        if not self._waiting:
            return None
        return self._frame() if self._waiting[0] == FRAME else self._message()

    def _frame(self) -> Frame | None:
        if len(self._waiting) < FRAME_HEAD:
            return None
        channel, length = self._waiting[1], int.from_bytes(self._waiting[2:FRAME_HEAD])
        if length > self._limits.frame:
            raise MalformedError(f"an interleaved frame of {length} octets")
        if len(self._waiting) < FRAME_HEAD + length:
            return None
        data = bytes(self._waiting[FRAME_HEAD : FRAME_HEAD + length])
        del self._waiting[: FRAME_HEAD + length]
        return Frame(channel, data)

    def _message(self) -> Item | None:
        end = _HEAD_END.search(self._waiting, 0, self._limits.head)
        if end is None:
            if len(self._waiting) >= self._limits.head:
                raise MalformedError(f"a head of more than {self._limits.head} octets")
            if not is_text(self._waiting[:16]):
                raise MalformedError("what begins is neither text nor a frame")
            return None
        head = bytes(self._waiting[: end.start()])
        del self._waiting[: end.end()]
        message = parse_head(head)
        self._missing = _length(message, self._limits.body)
        return self._with_body(message)

    def _with_body(self, message: Request | Response) -> Request | Response | None:
        if len(self._waiting) < self._missing:
            self._head = message
            return None
        body = bytes(self._waiting[: self._missing])
        del self._waiting[: self._missing]
        self._head = None
        return replace(message, body=body)


def is_text(data: bytes | bytearray) -> bool:
    """Return whether octets may begin a message: printable ASCII, blanks and line ends."""
    return all(0x20 <= octet < 0x7F or octet in b"\r\n\t" for octet in data)


def parse_head(head: bytes) -> Request | Response:
    """Return the message, without its body, that a head is.

    Args:
        head: without the empty line at its end.

    Raises:
        MalformedError: it is none.
    """
    try:
        first, *lines = head.decode("utf-8").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError:
        raise MalformedError("a head that is no UTF-8") from None
    headers = tuple(_headers(lines))
    if first.startswith("RTSP/"):
        status = _STATUS_LINE.fullmatch(first)
        if status is None:
            raise MalformedError("a status line that is none")
        return Response(headers, status=int(status[1]), reason=status[2] or "")
    line = _REQUEST_LINE.fullmatch(first)
    if line is None:
        raise MalformedError("a request line that is none")
    return Request(headers, method=line[1], url=line[2], version=(int(line[3]), int(line[4])))


def _headers(lines: list[str]) -> Iterable[tuple[str, str]]:
    if len(lines) > MOST_HEADERS:
        raise MalformedError(f"{len(lines)} headers")
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or _NAME.fullmatch(name) is None or not value.replace("\t", " ").isprintable():
            raise MalformedError("a header that is none")
        yield name.lower(), value.strip()


def _length(message: Message, most: int) -> int:
    lengths = set(message.all("content-length"))
    if not lengths:
        return 0
    text = lengths.pop()
    # Of two that differ nobody knows where the next message begins.
    if lengths or not (text.isascii() and text.isdigit() and len(text) <= 6) or int(text) > most:
        raise MalformedError("a Content-Length that is none, or too long")
    return int(text)


def write_response(
    status: int, cseq: str | None, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
) -> bytes:
    """Return a response as octets.

    Args:
        status: one of `REASONS`.
        cseq: of its request; None where that had none.
        headers: names and values, without line ends.
        body: after them.
    """
    own = [] if cseq is None else [("CSeq", cseq)]
    return _written(f"{VERSION} {status} {REASONS[status]}", [*own, *headers], body)


def write_request(method: str, url: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Return a request without a body as octets."""
    return _written(f"{method} {url} {VERSION}", headers, b"")


def write_frame(channel: int, data: bytes) -> bytes:
    """Return an interleaved frame as octets."""
    return bytes((FRAME, channel)) + len(data).to_bytes(2) + data


def _written(first: str, headers: Iterable[tuple[str, str]], body: bytes) -> bytes:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
