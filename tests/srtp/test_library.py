"""Sealed and opened by libsrtp."""

import struct

import pytest

from jackrf.errors import InputError
from jackrf.rtp.crypto import SUITES, Crypto
from jackrf.srtp import library
from jackrf.srtp.library import Opener, Sealer, check_library

KEY = bytes(range(30))
PACKET = struct.pack(">BBHII", 0x80, 96, 7, 1000, 0x12345678) + 100 * b"audio"
REPORT = struct.pack(">BBHIQIII", 0x80, 200, 6, 0x12345678, 0, 0, 1, 500)


@pytest.mark.parametrize("suite", SUITES)
def test_what_was_sealed_is_opened_once(suite: str) -> None:
    """By the same key, and by no other; the same packet once more is none."""
    sealer, opener = Sealer(Crypto(KEY, suite)), Opener(Crypto(KEY, suite))
    sealed, report = sealer.packet(PACKET), sealer.report(REPORT)
    assert b"audio" not in sealed
    assert len(sealed) == len(PACKET) + (10 if suite.endswith("80") else 4)
    assert (opener.packet(sealed), opener.report(report)) == (PACKET, REPORT)
    assert (opener.packet(sealed), opener.report(report)) == (None, None)
    other = Opener(Crypto(bytes(30), suite))
    assert (other.packet(sealed), other.report(report)) == (None, None)


def test_the_test_vector_of_rfc_3711() -> None:
    """Appendix B.2: the keystream of the session key, here by way of its own derivation (B.3)."""
    key = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6")
    plain = struct.pack(">BBHII", 0x80, 15, 0x1234, 0xDECAFBAD, 0xCAFEBABE) + 16 * b"\xab"
    # libsrtp's own known answer for this key and packet (test/srtp_driver.c).
    sealed = "800f1234decafbadcafebabe4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb"
    assert Sealer(Crypto(key)).packet(plain).hex() == sealed
    assert Opener(Crypto(key)).packet(bytes.fromhex(sealed)) == plain


@pytest.mark.parametrize("data", [b"", b"x", 12 * b"\x80", 2000 * b"\x80", 300 * b"\xff"])
def test_anything_at_all_is_opened_as_nothing(data: bytes) -> None:
    """Whoever sent it."""
    opener = Opener(Crypto(KEY))
    assert (opener.packet(data), opener.report(data)) == (None, None)


def test_a_number_may_be_used_again() -> None:
    """Of a packet that never left."""
    sealer = Sealer(Crypto(KEY))
    assert sealer.packet(PACKET) == sealer.packet(PACKET)


def test_without_the_library_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it; exit code 2."""
    check_library("mix 'drums'")
    monkeypatch.setattr(library, "find_spec", lambda _: None)
    told = r"mix 'drums' is encrypted, .*pip install \"jackrf\[srtp\]\""
    with pytest.raises(InputError, match=told):
        check_library("mix 'drums'")
