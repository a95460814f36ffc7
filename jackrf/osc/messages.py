"""Building OSC with python-osc: messages, and bundles that fit into a packet of a radio link."""

import struct
from collections.abc import Callable, Sequence
from functools import lru_cache
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
    datagrams: list[bytes] = []
    waiting: list[bytes] = []
    size = len(_HEAD)
    for one in messages:
        if waiting and size + _SIZE.size + len(one) > limit:
            datagrams.append(_bundle(waiting))
            waiting, size = [], len(_HEAD)
        waiting.append(one)
        size += _SIZE.size + len(one)
    if waiting:
        datagrams.append(_bundle(waiting))
    return datagrams


def _bundle(messages: Sequence[bytes]) -> bytes:
    if len(messages) == 1:
        return messages[0]
    return _HEAD + b"".join(_SIZE.pack(len(one)) + one for one in messages)
