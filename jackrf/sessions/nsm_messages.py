"""The OSC that a session manager speaks: messages of strings, integers and floats, over UDP.

Strict and linear: what is not well-formed to the last byte is `Malformed`, and never an exception
of another kind. Strings are UTF-8; bytes of a path that are not come through as they are, as
Python's file functions have them (PEP 383).
"""

import math
import struct
from dataclasses import dataclass

Argument = str | int | float

BUNDLE = b"#bundle\0"
DEEPEST = 4
"""Bundles in bundles; a session manager's broadcast is one, with one message in it."""


class Malformed(Exception):  # noqa: N818 - what it is called in the OSC part, too
    """A datagram that is no OSC, or not of the types that a session manager sends."""


@dataclass(frozen=True, slots=True)
class Message:
    """One OSC message.

    Attributes:
        path: the OSC address, such as ``/nsm/client/open``.
        args: strings, integers of 32 bits, floats.
    """

    path: str
    args: tuple[Argument, ...] = ()

    @property
    def types(self) -> str:
        """The type tags without the comma: one of ``s i f`` for each argument."""
        return "".join(_tag(argument) for argument in self.args)


def encode(path: str, *args: Argument) -> bytes:
    """Return a message as a datagram.

    Args:
        path: an OSC address without NUL.
        args: texts, whose NULs are left out; integers of 32 bits; finite floats.
    """
    tags = "".join(_tag(argument) for argument in args)
    return b"".join([_string(path), _string(f",{tags}"), *map(_argument, args)])


def parse(datagram: bytes) -> list[Message]:
    """Return the messages of a datagram, those of bundles in their order; time tags say nothing.

    Raises:
        Malformed: anything at all is wrong with it.
    """
    messages = []
    waiting = [(datagram, 0)]
    while waiting:
        packet, depth = waiting.pop()
        if packet.startswith(BUNDLE):
            if depth == DEEPEST:
                raise Malformed(f"bundles in bundles, more than {DEEPEST} deep")
            waiting += [(element, depth + 1) for element in reversed(_elements(packet))]
        else:
            messages.append(_message(packet))
    return messages


def _tag(argument: Argument) -> str:
    return "s" if isinstance(argument, str) else "i" if isinstance(argument, int) else "f"


def _argument(argument: Argument) -> bytes:
    if isinstance(argument, str):
        return _string(argument)
    return struct.pack(">i" if isinstance(argument, int) else ">f", argument)


def _string(text: str) -> bytes:
    raw = text.replace("\0", "").encode("utf-8", "surrogateescape")
    return raw + bytes(4 - len(raw) % 4)


def _elements(packet: bytes) -> list[bytes]:
    if len(packet) < 16:
        raise Malformed("a bundle without a whole time tag")
    elements, at = [], 16
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        at += 4
        if size == 0 or size % 4 or at + size > len(packet):
            raise Malformed(f"an element of {size} bytes at byte {at} of {len(packet)}")
        elements.append(packet[at : at + size])
        at += size
    return elements


def _message(packet: bytes) -> Message:
    path, at = _read_string(packet, 0)
    if not path.startswith("/"):
        raise Malformed("an address that does not begin with /")
    tags, at = _read_string(packet, at)
    if not tags.startswith(","):
        raise Malformed("no type tags")
    args: list[Argument] = []
    for tag in tags[1:]:
        argument, at = _read(packet, at, tag)
        args.append(argument)
    if at != len(packet):
        raise Malformed(f"{len(packet) - at} bytes after the last argument")
    return Message(path, tuple(args))


def _read(packet: bytes, at: int, tag: str) -> tuple[Argument, int]:
    if tag == "s":
        return _read_string(packet, at)
    if tag not in ("i", "f"):
        raise Malformed(f"an argument of type {tag!r}; known are s, i and f")
    if at + 4 > len(packet):
        raise Malformed("an argument that is cut off")
    value: int | float = struct.unpack_from(f">{tag}", packet, at)[0]
    if not math.isfinite(value):
        raise Malformed("a float that is no number")
    return value, at + 4


def _read_string(packet: bytes, at: int) -> tuple[str, int]:
    end = packet.find(b"\0", at)
    if end < 0:
        raise Malformed("a string without an end")
    after = end + 4 - end % 4
    if packet[end:after] != bytes(after - end):
        raise Malformed("a string that is not filled up to four bytes with NUL")
    return packet[at:end].decode("utf-8", "surrogateescape"), after
