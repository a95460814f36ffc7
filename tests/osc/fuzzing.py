"""Datagrams that nobody should send: good ones gone wrong, noise, and known troublemakers.

Seeded, so that what was found once is found again; as many as JACKRF_FUZZ says (`make fuzz`).
"""

import contextlib
import gc
import math
import os
import random
import struct
from collections.abc import Iterator

from jackrf.osc.guard import Argument
from jackrf.osc.messages import IMMEDIATELY, bundles, message, of, tags_of
from tests.quiet import untraced

COUNT = int(os.environ.get("JACKRF_FUZZ", "20000"))
"""How many datagrams or messages a fuzzing test makes."""


@contextlib.contextmanager
def steady_heap() -> Iterator[None]:
    """Let the garbage collector pass over what is there already, so that its pauses are short.

    What is timed meanwhile is not slowed by the measuring of coverage.
    """
    gc.collect()
    gc.freeze()
    with untraced():
        yield
    gc.unfreeze()


PATHS = (
    "/mix/1/in/3/fader",
    "/mix/drums/in/vox/gain",
    "/mix/*/in/{vox,bass}/mute",
    "/in/2/name",
    "/scene/recall",
    "/sync",
    "/ch/01/mix/02/level",
    "/cue/send/fader/3",
)
GOOD = tuple(
    message(one.path, one.types, one.args)
    for path in PATHS
    for one in (
        of(path),
        of(path, 0.75),
        of(path, 1),
        of(path, "text ü"),
        of(path, True, None, b"blob"),
    )
)


def bundle(*elements: bytes, tag: bytes = IMMEDIATELY) -> bytes:
    """A bundle of these."""
    return b"#bundle\0" + tag + b"".join(struct.pack(">i", len(one)) + one for one in elements)


def nested(depth: int) -> bytes:
    """A message in so many bundles."""
    data = GOOD[1]
    for _ in range(depth):
        data = bundle(data)
    return data


KNOWN = {
    "an element of -4 bytes": bundle() + struct.pack(">i", -4),
    "400 bundles in bundles": nested(400),
    "5 bundles in bundles": nested(5),
    "not UTF-8 in a path": b"/\xff\xfe\0,\0\0\0",
    "not UTF-8 in a text": b"/a\0\0,s\0\0\xff\xfe\xfd\0",
    "a float without data": b"/a\0\0,f\0\0",
    "a float of 2 bytes": b"/a\0\0,f\0\0\0\0",
    "an unknown type": b"/a\0\0,cf\0\0\0\0a\0\0\0\0",
    "an array": b"/a\0\0,[i]\0\0\0\0\0\0\0\1",
    "3000 arrays": b"/a\0\0," + b"[" * 3000 + b"\0" * 3,
    "a blob of -1 bytes": b"/a\0\0,b\0\0\xff\xff\xff\xff",
    "a blob of 2 GiB": b"/a\0\0,b\0\0\x7f\xff\xff\xff",
    "a blob without data": b"/a\0\0,b\0\0",
    "NaN": b"/a\0\0,f\0\0" + struct.pack(">f", math.nan),
    "infinity": b"/a\0\0,f\0\0" + struct.pack(">f", math.inf),
    "-infinity as a double": b"/a\0\0,d\0\0" + struct.pack(">d", -math.inf),
    "2000 elements of 0 bytes": bundle() + bytes(8000),
    "16000 elements of 0 bytes": bundle() + bytes(64000),
    "65 messages": bundle(*[b"/a\0\0,\0\0\0"] * 65),
    "65 messages in 2 bundles": bundle(
        bundle(*[b"/a\0\0,\0\0\0"] * 32), bundle(*[b"/a\0\0,\0\0\0"] * 33)
    ),
    "17 arguments": b"/a\0\0," + b"T" * 17 + b"\0\0",
    "9000 bytes": b"/" + b"a" * 8998 + b"\0",
    "a path of 8000 bytes": b"/" + b"a" * 7998 + b"\0",
    "a path without an end": b"/abc",
    "a path with a blank": b"/a b\0\0\0\0,\0\0\0",
    "types without an end": b"/a\0\0,iii",
    "types without a comma": b"/a\0\0iii\0",
    "trailing bytes": b"/a\0\0,\0\0\0\0\0\0\0",
    "half a bundle": b"#bundle\0\0\0\0\0",
    "an element of 3 bytes": bundle() + struct.pack(">i", 3) + b"/a\0\0",
    "an element longer than the bundle": bundle() + struct.pack(">i", 1000) + b"/a\0\0",
    "neither message nor bundle": b"GET / HTTP/1.1\r\n",
    "nothing": b"",
    "three bytes": b"/a\0",
}
"""By what is wrong with them: the list of design notes, 7.1, and more."""


def datagrams(seed: int, count: int = COUNT) -> Iterator[bytes]:
    """Good datagrams gone wrong in many ways, noise, and all of `KNOWN`."""
    rnd = random.Random(seed)  # noqa: S311 - chance, not a secret
    good = [*GOOD, *bundles([*GOOD, *GOOD], 700), nested(4)]
    known = list(KNOWN.values())
    for number in range(count):
        if number % 50 == 0:
            yield known[number // 50 % len(known)]
            continue
        data = bytearray(rnd.choice(good))
        kind = rnd.random()
        if kind < 0.1:
            data = bytearray(rnd.randbytes(4 * rnd.randrange(0, 64)))
        elif kind < 0.2:
            data = bytearray(bundle()) + rnd.randbytes(4 * rnd.randrange(0, 500))
        else:
            _damage(data, rnd)
        yield bytes(data)


def _damage(data: bytearray, rnd: random.Random) -> None:
    for _ in range(rnd.randint(1, 6)):
        data[rnd.randrange(len(data))] = rnd.choice((0, 1, 0x7F, 0xFF, rnd.randrange(256)))
    kind = rnd.random()
    if kind < 0.2:
        del data[4 * rnd.randrange(0, len(data) // 4 + 1) :]
    elif kind < 0.3:
        data += rnd.randbytes(rnd.choice((1, 4, 8)))
    elif kind < 0.4:
        at = 4 * rnd.randrange(0, len(data) // 4)
        data[at : at + 4] = struct.pack(">i", rnd.choice((-4, -1, 0, 3, 2**31 - 1, len(data))))


_COMPONENTS = (
    *("mix", "in", "fader", "gain", "mute", "pan", "name", "touch", "scene", "recall", "copy"),
    *("moreme", "nudge", "undo", "sync", "1", "2", "02", "0", "99", "9" * 40, "drums", "vox", ""),
    *("*", "**", "***", "?", "[1-9]", "[!a]", "[z-a]", "{1,2}", "{drums,}", "{", "[", "]", "}"),
    *(
        "*a*",
        "*" * 200,
        "{" + ",".join("abcdefgh") + "}",
        "?" * 200,
        "[a-z]*[a-z]*",
        "~",
        "..",
        "%s",
    ),
)
_ARGUMENTS = (
    *(0, 1, -1, 2**31 - 1, -(2**63), 0.0, 0.5, 1.7, -144.0, 1e308, -1e308, 5e-324, 0.75),
    *(True, False, None, b"", b"\0" * 100, "", "drums", "1", "\n", "x" * 1000, "\u202e", "ü"),
)


def hostile_messages(seed: int, count: int = COUNT) -> Iterator[tuple[str, tuple[Argument, ...]]]:
    """Paths and arguments that pass for OSC, and that nobody means well with."""
    rnd = random.Random(seed)  # noqa: S311 - chance, not a secret
    for _ in range(count):
        if rnd.random() < 0.5:
            parts = list(rnd.choice(PATHS).split("/"))
            for _ in range(rnd.randrange(3)):
                parts[rnd.randrange(1, len(parts))] = rnd.choice(_COMPONENTS)
        else:
            parts = ["", *(rnd.choice(_COMPONENTS) for _ in range(rnd.randint(1, 7)))]
        args = tuple(rnd.choice(_ARGUMENTS) for _ in range(rnd.choice((0, 1, 1, 1, 2))))
        yield "/".join(parts)[:256], args


_COMMANDS = ("/subscribe", "/xremote", "/unsubscribe", "/sync", "/pair", "/ping", "/info")


def traffic(seed: int, count: int = COUNT) -> Iterator[bytes]:
    """All of it in one stream, as it reaches a server: datagrams that are none, messages that
    nobody means well with, alone and in bundles, and commands.
    """
    rnd = random.Random(seed)  # noqa: S311 - chance, not a secret
    broken, hostile = datagrams(seed, count), hostile_messages(seed + 1, 64 * count)
    for _ in range(count):
        kind = rnd.random()
        if kind < 0.4:
            yield next(broken)
        elif kind < 0.8:
            yield encoded(*next(hostile))
        elif kind < 0.9:
            yield bundle(*(encoded(*next(hostile)) for _ in range(rnd.randint(1, 8))))
        else:
            args = tuple(rnd.choice(_ARGUMENTS) for _ in range(rnd.randrange(4)))
            prefix = ("/mix/1", "/", "/in", "/mix/*", "1111", "2222", "9999", 9000)
            yield encoded(rnd.choice(_COMMANDS), (rnd.choice(prefix), *args)[: rnd.randrange(5)])


def encoded(path: str, args: tuple[Argument, ...]) -> bytes:
    """A message with these, numbers of any size."""
    return message(path, "".join(map(_tag, args)), args)


def _tag(value: Argument) -> str:
    large = isinstance(value, int | float) and not -(2**31) <= value < 2**31
    return {"i": "h", "f": "d"}.get(tags_of((value,)), "b") if large else tags_of((value,))
