"""The check that every OSC datagram passes before anything acts on it: strict, and linear in time.

Takes OSC 1.0 messages and bundles with the types of OSC 1.0 and 1.1 and h, d, S; time tags are read
over, since everything happens at once here. There is no recursion, no waiting and no second look
at a byte, so the worst datagram costs about as much as a good one of its length.

    Malformed      not OSC, or more of it than is taken; `Malformed.reason` can be counted
"""

import math
import struct
from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple, get_args

Argument = int | float | str | bytes | bool | None

MOST_BYTES: Final = 8192
MOST_MESSAGES: Final = 64
"""Elements of one datagram's bundles, messages and inner bundles together."""
MOST_DEPTH: Final = 4
MOST_ARGUMENTS: Final = 16
LONGEST_PATH: Final = 256

Reason = Literal[
    "too long",
    "length",
    "not OSC",
    "string",
    "path",
    "type tags",
    "unknown type",
    "short argument",
    "not finite",
    "UTF-8",
    "too many arguments",
    "trailing bytes",
    "bundle",
    "too deep",
    "too many messages",
]
REASONS: Final[tuple[Reason, ...]] = get_args(Reason)


class Malformed(Exception):  # noqa: N818 - what it is of a datagram, not of a program
    """A datagram was refused.

    Attributes:
        reason: one of `REASONS`.
    """

    def __init__(self, reason: Reason, found: str) -> None:
        super().__init__(f"{reason}: {found}")
        self.reason: Reason = reason


class Message(NamedTuple):
    """An OSC message.

    Attributes:
        path: the address, or a pattern of addresses.
        types: type tags without the comma, one for each argument.
        args: T is True, F False, N and I are None, t the 64 bits of the time tag.
    """

    path: str
    types: str
    args: tuple[Argument, ...]


_BUNDLE: Final = b"#bundle\0"
_BUNDLE_HEAD: Final = 16
# What OSC 1.0 allows in an address or a pattern: printable ASCII but for blank and #.
_PATH_CHARACTERS: Final = bytes(set(range(0x21, 0x7F)) - {ord("#")})

_Unpack = Callable[[bytes, int], tuple[Any, ...]]
_FIXED: Final[dict[int, tuple[int, _Unpack]]] = {
    ord(tag): (struct.calcsize(form), struct.Struct(form).unpack_from)
    for tag, form in (("i", ">i"), ("f", ">f"), ("h", ">q"), ("d", ">d"), ("t", ">Q"))
}
_CONSTANT: Final[dict[int, bool | None]] = {
    ord(tag): value for tag, value in (("T", True), ("F", False), ("N", None), ("I", None))
}
_STRINGS: Final = frozenset(b"sS")
_BLOB: Final = ord("b")
_read_size: Final = struct.Struct(">i").unpack_from


def parse(datagram: bytes) -> list[Message]:
    """Return the messages of a datagram, those of bundles in the order in which they stand.

    Args:
        datagram: a UDP payload, or a packet of a TCP stream without its framing.

    Raises:
        Malformed: nothing of it is to be used.
    """
    size = len(datagram)
    if size > MOST_BYTES:
        raise Malformed("too long", f"{size} bytes, at most {MOST_BYTES} are taken")
    if size == 0 or size % 4:
        raise Malformed("length", f"{size} bytes, not a multiple of 4 above 0")
    if not datagram.startswith(_BUNDLE):
        return [_message(datagram, 0, size)]
    messages: list[Message] = []
    waiting = [(0, size, 0)]
    elements = 0
    while waiting:
        start, end, depth = waiting.pop()
        if not datagram.startswith(_BUNDLE, start, end):
            messages.append(_message(datagram, start, end))
            continue
        if depth >= MOST_DEPTH:
            raise Malformed("too deep", f"bundles in bundles, at most {MOST_DEPTH} deep")
        inner = _elements(datagram, start, end, MOST_MESSAGES - elements)
        elements += len(inner)
        waiting.extend((at, stop, depth + 1) for at, stop in reversed(inner))
    return messages


def _elements(data: bytes, start: int, end: int, most: int) -> list[tuple[int, int]]:
    """Return where the elements of a bundle begin and end."""
    at = start + _BUNDLE_HEAD
    if at > end:
        raise Malformed("bundle", f"{end - start} bytes, a bundle has at least {_BUNDLE_HEAD}")
    found: list[tuple[int, int]] = []
    while at < end:
        # All lengths are multiples of 4, so these 4 bytes are there.
        (size,) = _read_size(data, at)
        at += 4
        if size <= 0 or size % 4 or size > end - at:
            raise Malformed("bundle", f"an element of {size} bytes where {end - at} are left")
        if len(found) == most:
            raise Malformed("too many messages", f"at most {MOST_MESSAGES} are taken")
        found.append((at, at + size))
        at += size
    return found


def _message(data: bytes, start: int, end: int) -> Message:
    if data[start] != 0x2F:
        raise Malformed("not OSC", f"begins with {data[start : start + 8]!r}")
    path, at = _string(data, start, end)
    if len(path) > LONGEST_PATH or path.translate(None, _PATH_CHARACTERS):
        raise Malformed("path", f"{path[:LONGEST_PATH]!r}")
    if at == end:
        # Old senders leave out the type tags of a message without arguments.
        return Message(path.decode("ascii"), "", ())
    tags, at = _string(data, at, end)
    if tags[:1] != b",":
        raise Malformed("type tags", f"{tags[:8]!r} does not begin with a comma")
    if len(tags) > MOST_ARGUMENTS + 1:
        raise Malformed(
            "too many arguments", f"{len(tags) - 1}, at most {MOST_ARGUMENTS} are taken"
        )
    args: list[Argument] = []
    for tag in tags[1:]:
        value, at = _argument(data, at, end, tag)
        args.append(value)
    if at != end:
        raise Malformed("trailing bytes", f"{end - at} bytes after the last argument")
    return Message(path.decode("ascii"), tags[1:].decode("ascii"), tuple(args))


def _argument(data: bytes, at: int, end: int, tag: int) -> tuple[Argument, int]:
    """Return one argument, and where the next begins."""
    fixed = _FIXED.get(tag)
    if fixed is not None:
        size, unpack = fixed
        if size > end - at:
            raise Malformed("short argument", f"{end - at} bytes for ,{chr(tag)}")
        (value,) = unpack(data, at)
        if not math.isfinite(value):
            raise Malformed("not finite", f"{value} for ,{chr(tag)}")
        return value, at + size
    if tag in _STRINGS:
        text, after = _string(data, at, end)
        try:
            return text.decode("utf-8"), after
        except UnicodeDecodeError:
            raise Malformed("UTF-8", f"{text[:32]!r}") from None
    if tag in _CONSTANT:
        return _CONSTANT[tag], at
    if tag == _BLOB:
        return _blob(data, at, end)
    raise Malformed("unknown type", f"{chr(tag)!r}")


def _string(data: bytes, start: int, end: int) -> tuple[bytes, int]:
    """Return an OSC string without its zeros, and where what follows begins."""
    zero = data.find(b"\0", start, end)
    if zero < 0:
        raise Malformed("string", "no zero ends it")
    # Starts and ends are multiples of 4, so the padding is inside.
    return data[start:zero], start + (zero - start) // 4 * 4 + 4


def _blob(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    if end - at < 4:
        raise Malformed("short argument", f"{end - at} bytes for ,b")
    (size,) = _read_size(data, at)
    at += 4
    padded = (size + 3) // 4 * 4
    if size < 0 or padded > end - at:
        raise Malformed("short argument", f"a blob of {size} bytes where {end - at} are left")
    return data[at : at + size], at + padded
