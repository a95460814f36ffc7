"""Building OSC with python-osc: messages, and bundles that fit into a packet of a radio link."""

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final

from pythonosc.parsing import osc_types

from jackrf.osc.guard import Argument, Message

MOST_BYTES: Final = 1400
"""Of one datagram: it stays in one packet on any network."""

IMMEDIATELY: Final = b"\0\0\0\0\0\0\0\1"
"""The time tag of OSC 1.0 for "now". Clocks of surfaces differ, so no other is ever sent."""

_HEAD: Final = b"#bundle\0" + IMMEDIATELY
_SIZE: Final = struct.Struct(">I")


def _blob(value: bytes) -> bytes:
    # python-osc refuses to write an empty one.
    return osc_types.write_blob(value) if value else _SIZE.pack(0)


def _nothing(_: object) -> bytes:
    return b""


_WRITERS: Final[dict[str, Callable[[Any], bytes]]] = {
    "i": osc_types.write_int,
    "f": osc_types.write_float,
    "s": osc_types.write_string,
    "b": _blob,
    "h": osc_types.write_int64,
    "d": osc_types.write_double,
    "t": struct.Struct(">Q").pack,
    "S": osc_types.write_string,
    **dict.fromkeys("TFNI", _nothing),
}


@lru_cache(maxsize=16384)
def _address(path: str, types: str) -> bytes:
    return osc_types.write_string(path) + osc_types.write_string("," + types)


def message(path: str, types: str, args: Sequence[Argument]) -> bytes:
    """Return an OSC message as it goes on the wire.

    Args:
        path: the address.
        types: type tags without the comma, one for each argument.
        args: as `jackrf.osc.guard` reads them.

    Raises:
        ValueError: there are more types than arguments, or fewer.
        pythonosc.parsing.osc_types.BuildError: an argument is not of its type.
    """
    written = [_WRITERS[tag](value) for tag, value in zip(types, args, strict=True)]
    return b"".join((_address(path, types), *written))


def encode(one: Message) -> bytes:
    """Return a message as it goes on the wire."""
    return message(*one)


def tags_of(args: Sequence[Argument]) -> str:
    """Return the type tags with which values of Python are sent."""
    return "".join(map(_tag, args))


def _tag(value: Argument) -> str:
    # bool before int, which it is one of
    if isinstance(value, bool):
        return "T" if value else "F"
    if value is None:
        return "N"
    for kind, tag in ((int, "i"), (float, "f"), (str, "s")):
        if isinstance(value, kind):
            return tag
    return "b"


def of(path: str, *args: Argument) -> Message:
    """Return a message whose types are those of its arguments."""
    return Message(path, tags_of(args), args)


def bundles(messages: Sequence[bytes], limit: int = MOST_BYTES) -> list[bytes]:
    """Return datagrams that carry these messages in their order.

    A message that stands alone is sent as it is: it is shorter so, and not every surface reads
    bundles.

    Args:
        messages: each as `message` returned it.
        limit: bytes of one datagram; a longer message goes alone all the same.
    """
    begins = [*_beginnings(messages, limit), len(messages)]
    return [_bundle(messages[begin:end]) for begin, end in pairwise(begins)]


def room(messages: Sequence[bytes], datagrams: int, limit: int = MOST_BYTES) -> int:
    """Return how many of these messages, from the first on, so many datagrams carry."""
    begins = _beginnings(messages, limit)
    return begins[datagrams] if len(begins) > datagrams else len(messages)


def _beginnings(messages: Sequence[bytes], limit: int) -> list[int]:
    """Return the number of the message with which each datagram begins."""
    begins: list[int] = []
    size = limit
    for number, one in enumerate(messages):
        needed = _SIZE.size + len(one)
        if not begins or size + needed > limit:
            begins.append(number)
            size = len(_HEAD)
        size += needed
    return begins


def _bundle(messages: Sequence[bytes]) -> bytes:
    if len(messages) == 1:
        return messages[0]
    return _HEAD + b"".join(_SIZE.pack(len(one)) + one for one in messages)
