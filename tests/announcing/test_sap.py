"""SAP's packets, octet by octet (RFC 2974 section 3)."""

from hypothesis import given
from hypothesis import strategies as st

from jackrf.announcing.sap import announcement, message_hash

SDP = "v=0\r\ns=Drums\r\n"


def test_an_announcement() -> None:
    """Version 1, IPv4; hash, origin, media type, text."""
    packet = announcement("192.168.1.10", SDP)
    assert packet[:2] == b"\x20\x00"
    assert int.from_bytes(packet[2:4]) == message_hash(SDP)
    assert packet[4:8] == bytes((192, 168, 1, 10))
    assert packet[8:] == b"application/sdp\x00" + SDP.encode()


def test_taking_it_back_differs_in_one_bit() -> None:
    """So that receivers know which announcement is meant."""
    there, gone = announcement("10.0.0.1", SDP), announcement("10.0.0.1", SDP, delete=True)
    assert (there[0], gone[0]) == (0x20, 0x24)
    assert there[1:] == gone[1:]


@given(st.text())
def test_the_hash_is_the_texts_own_and_never_zero(text: str) -> None:
    """Zero would say that there is none."""
    assert 0 < message_hash(text) < 2**16
    assert message_hash(text) == message_hash(text)
