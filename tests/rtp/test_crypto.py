"""a=crypto, written and read (RFC 4568)."""

import pytest

from jackrf.rtp.crypto import KEY_BYTES, Crypto, parse_crypto

EXAMPLE = "AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
"""From RFC 4568, section 4, without its lifetime and MKI."""


def test_the_example_of_the_rfc() -> None:
    """Its key is the text that stands there, and it is written again as it was."""
    found = parse_crypto(f"1 {EXAMPLE}|2^20")
    assert found is not None
    assert found.key == b"YS___semctl () {\t220;}\n}\nunles"
    assert len(found.key) == KEY_BYTES
    assert found.line() == f"1 {EXAMPLE}"


def test_the_shorter_tag_is_known() -> None:
    """Others send it."""
    found = parse_crypto("2 AES_CM_128_HMAC_SHA1_32 inline:" + 40 * "A")
    assert found == Crypto(bytes(30), "AES_CM_128_HMAC_SHA1_32")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1",
        f"x {EXAMPLE}",
        f"1 {EXAMPLE}|2^20|1:4",
        f"1 {EXAMPLE} UNENCRYPTED_SRTP",
        "1 F8_128_HMAC_SHA1_80 inline:" + 40 * "A",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + 39 * "A",
        "1 AES_CM_128_HMAC_SHA1_80 inline:" + 41 * "A",
        "1 AES_CM_128_HMAC_SHA1_80 uri:" + 40 * "A",
    ],
)
def test_what_cannot_be_done_is_none(value: str) -> None:
    """An MKI, parameters, another suite, a key of another length."""
    assert parse_crypto(value) is None


def test_a_key_is_not_printed() -> None:
    """Whoever prints the object, as a traceback does."""
    assert "WVNfX" not in repr(parse_crypto(f"1 {EXAMPLE}"))
    assert "semctl" not in repr(parse_crypto(f"1 {EXAMPLE}"))
