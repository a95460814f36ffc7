"""Numbers that wrap around (RFC 1982)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.rtp.sequence import distance


@given(st.sampled_from([16, 32]), st.data())
def test_a_distance_is_what_was_added(bits: int, data: st.DataObject) -> None:
    """However far one number is moved, up to half the circle, the distance says how far."""
    half = 1 << (bits - 1)
    start = data.draw(st.integers(0, 2 * half - 1))
    moved = data.draw(st.integers(-half, half - 1))
    assert distance((start + moved) % (2 * half), start, bits) == moved


@pytest.mark.parametrize(
    ("later", "earlier", "bits", "expected"),
    [
        (0, 65535, 16, 1),
        (65535, 0, 16, -1),
        (32768, 0, 16, -32768),
        (32767, 0, 16, 32767),
        (0, 2**32 - 1, 32, 1),
        (5, 5, 32, 0),
    ],
)
def test_at_the_ends_of_the_circle(later: int, earlier: int, bits: int, expected: int) -> None:
    """Past the top comes 0; what is exactly half a circle away counts as behind."""
    assert distance(later, earlier, bits) == expected
