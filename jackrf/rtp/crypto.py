"""The key of an SRTP stream as an SDP tells it: ``a=crypto`` (RFC 4568, RFC 3711 section 8.2)."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Final

SUITE: Final = "AES_CM_128_HMAC_SHA1_80"
"""What jackrf encrypts with (RFC 4568 section 6.2.1)."""
SUITES: Final = (SUITE, "AES_CM_128_HMAC_SHA1_32")
"""What it opens, too."""
KEY_BYTES: Final = 30
"""Of all of them: a master key of 16, and its salt of 14."""

_LINE: Final = re.compile(r"\d{1,9} +(\S+) +inline:([A-Za-z0-9+/]{40})(\|2\^\d{1,2}|\|\d{1,20})?")
"""Tag, suite, key, and its lifetime. What has more to it, such as an MKI, is not for us."""


@dataclass(frozen=True, slots=True)
class Crypto:
    """How a stream is encrypted.

    Attributes:
        key: master key and salt, 30 bytes.
        suite: of `SUITES`.
    """

    key: bytes = field(repr=False)
    suite: str = SUITE

    def line(self) -> str:
        """Return the attribute's value."""
        return f"1 {self.suite} inline:{base64.b64encode(self.key).decode()}"


def parse_crypto(value: str) -> Crypto | None:
    """Return what an attribute's value says; None where jackrf cannot do what it asks for."""
    found = _LINE.fullmatch(value.strip())
    if found is None or found[1] not in SUITES:
        return None
    try:
        key = base64.b64decode(found[2], validate=True)
    except binascii.Error:
        return None
    return Crypto(key, found[1])
