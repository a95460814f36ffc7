"""What is fixed about a stream."""

from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.stream import PAYLOADS, identify


def test_the_documented_session_has_its_documented_numbers() -> None:
    """Session Rehearsal, mix drums: SSRC 0xf09fe4a3, offset 0x3d59b4c9 (docs/wire-format.md)."""
    assert identify("Rehearsal", "drums") == (0xF09FE4A3, 0x3D59B4C9)


names = st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=20)


@given(names, names)
def test_a_stream_keeps_its_numbers(session: str, mix: str) -> None:
    """The same names give the same numbers, each of 32 bits."""
    numbers = identify(session, mix)
    assert numbers == identify(session, mix)
    assert all(0 <= number < 2**32 for number in numbers)


def test_streams_differ() -> None:
    """No two of 32 mixes in 50 sessions share an SSRC, nor do names that join to the same text."""
    ids = {identify(f"s{s}", f"m{m}")[0] for s in range(50) for m in range(32)}
    assert len(ids) == 50 * 32
    assert identify("ab", "c") != identify("a", "bc")


def test_payload_types_are_dynamic_and_tell_the_encodings_apart() -> None:
    """L16 is 96 of 2 bytes, L24 is 97 of 3: the convention that listen goes by."""
    found = {
        name: (payload.encoding, payload.payload_type, payload.sample_bytes)
        for name, payload in PAYLOADS.items()
    }
    assert found == {"L16": ("L16", 96, 2), "L24": ("L24", 97, 3)}
