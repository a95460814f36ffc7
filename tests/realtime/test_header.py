"""What a packet says before its audio; `test_receive.py` holds the parser to `jackrf.rtp`."""

import numpy as np
import pytest

from jackrf.realtime.header import clock_and_age, payload_of, word
from jackrf.rtp.packet import Packet
from tests.packets import write


def octets(data: bytes) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """Bytes as the kernels see them."""
    return np.frombuffer(data + bytes(8), np.uint8)


def told(extension: tuple[int, bytes] | None) -> tuple[int, int]:
    """Clock and age that a packet with an extension tells."""
    data = Packet(97, 1, 2, 3, bytes(6), extension=extension).serialise()
    start, end = payload_of(octets(data), len(data))
    assert end - start == 6
    clock, age = clock_and_age(octets(data), start)
    return int(clock), int(age)


def test_a_word_is_big_endian() -> None:
    """Four bytes, the highest first."""
    assert word(octets(b"\x00\xf0\x00\x01\x02"), 1) == 0xF0000102


@pytest.mark.parametrize("age", [0, 1, -1, 1_234_567, 2**23 - 1, -(2**23)])
def test_clock_and_age_are_read(age: int) -> None:
    """Also behind other elements and padding; the age has a sign, and becomes ns."""
    element = b"\x16\xde\xad\xbe\xef" + age.to_bytes(3, "big", signed=True)
    for others in (b"", b"\x00\x00\x00\x00", b"\x20\xaa\x00\x31\xbb\xbb\x00\x00"):
        assert told((0xBEDE, others + element)) == (0xDEADBEEF, age * 1000)


@pytest.mark.parametrize(
    "extension",
    [
        None,
        (0x1000, b"\x16\xde\xad\xbe\xef\x00\x00\x00"),
        (0xBEDE, b"\x26\xde\xad\xbe\xef\x00\x00\x00"),
        (0xBEDE, b"\x15\xde\xad\xbe\xef\x00\x00\x00"),
        (0xBEDE, b"\x00\x00\x00\x16"),
        (0xBEDE, b"\x16\xde\xad\xbe"),
        (0xBEDE, b"\xf0\x00\x00\x00\x16\xde\xad\xbe\xef\x00\x00\x00"),
        (0xBEDE, b""),
    ],
)
def test_what_is_not_ours_or_cut_tells_nothing(extension: tuple[int, bytes] | None) -> None:
    """Another profile, another element, one that is cut or stands behind number 15."""
    assert told(extension) == (0, 0)


def test_the_golden_packets_tell_what_was_put_down() -> None:
    """The packets that the sender makes, put down by hand."""
    data = write.octets("sent-l24")
    start, _ = payload_of(octets(data), len(data))
    assert clock_and_age(octets(data), start) == (0x0BADCAFE, 0)
