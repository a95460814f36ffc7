"""Octets that nobody should send to an RTSP server: good requests gone wrong, noise, troublemakers.

Seeded, so that what was found once is found again; as many as JACKRF_FUZZ says (`make fuzz`).
"""

import os
import random
from collections.abc import Iterator

from tests.rtsp.exchange import EXCHANGES, blocks, whole

COUNT = int(os.environ.get("JACKRF_FUZZ", "20000"))
"""How many messages a fuzzing test makes."""

GOOD = [whole(text).encode() for path in EXCHANGES for sign, text in blocks(path) if sign == ">"]

TROUBLE = (
    b"",
    b"\x00" * 64,
    b"\r\n" * 200,
    b"$\x00\xff\xff" + b"x" * 100,
    b"$\x00\x00\x00" * 64,
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"OPTIONS * RTSP/1.0\r\nCSeq: 99999999999\r\n\r\n",
    b"OPTIONS * RTSP/1.0\r\nCSeq: \xd9\xa3\r\n\r\n",
    b"DESCRIBE rtsp://%00/%2e%2e/etc RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"DESCRIBE rtsp://[::1%25a]:99999/drums RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    b"SETUP /drums RTSP/1.0\r\nCSeq: 1\r\nTransport: " + b"RTP/AVP;" * 900 + b"\r\n\r\n",
    b"SETUP /drums RTSP/1.0\r\nCSeq: 1\r\nTransport: RTP/AVP;client_port="
    + b"9" * 99
    + b"\r\n\r\n",
    b"DESCRIBE /keys RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest " + b'a="\\' * 400 + b"\r\n\r\n",
    b"DESCRIBE /keys RTSP/1.0\r\nCSeq: 1\r\nAuthorization: Digest " + b"a=1, " * 400 + b"\r\n\r\n",
    b"PLAY /drums RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 4096\r\n\r\n" + b"$" * 4096,
)
"""Each of them once made some server stumble."""


def hostile(seed: int, count: int = COUNT) -> Iterator[bytes]:
    """Yield so many pieces of what a client might send."""
    chance = random.Random(seed)  # noqa: S311 - to be the same each time
    for _ in range(count):
        yield _piece(chance)


def _piece(chance: random.Random) -> bytes:
    kind = chance.random()
    if kind < 0.1:
        return chance.choice(TROUBLE)
    if kind < 0.2:
        return chance.randbytes(chance.randrange(200))
    data = bytearray(chance.choice(GOOD))
    for _ in range(chance.randrange(4)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = chance.randbytes(1)
            case 1:
                del data[at : at + chance.randrange(20)]
            case 2:
                data[at:at] = data[: chance.randrange(40)]
            case 3:
                data[at:at] = chance.choice(TROUBLE)[:200]
            case _:
                del data[at:]
    return bytes(data)
