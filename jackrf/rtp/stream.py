"""What is fixed about the stream of a mix: encoding, payload type, SSRC, timestamp offset."""

import hashlib
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["L16", "L24"]

CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Payload:
    """A sample format on the wire: interleaved, big-endian two's complement.

    Attributes:
        encoding: its name in SDP (RFC 3551 section 4.5.11, RFC 3190).
        payload_type: dynamic (RFC 3551 section 6); which of them means what is jackrf's own
            convention, so that `jackrf listen` needs no SDP.
        sample_bytes: 2 or 3.
    """

    encoding: Encoding
    payload_type: int
    sample_bytes: int


PAYLOADS: dict[Encoding, Payload] = {
    "L16": Payload("L16", 96, 2),
    "L24": Payload("L24", 97, 3),
}


def identify(session: str, mix: str) -> tuple[int, int]:
    """Return SSRC and timestamp offset of a mix, the same after every restart.

    RFC 3550 section 8.1 asks for SSRCs that do not collide, section 5.1 for offsets that cannot be
    guessed from outside; receivers ask for one that stays: PipeWire is silent for good when the
    SSRC changes. Both are taken from SHA-256 of the names of session and mix.
    """
    digest = hashlib.sha256(f"jackrf\0{session}\0{mix}".encode()).digest()
    return int.from_bytes(digest[:4], "big"), int.from_bytes(digest[4:8], "big")
