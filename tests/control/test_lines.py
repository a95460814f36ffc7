"""Messages as lines of JSON."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.control.lines import decode, encode

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.text(), JSON))
def test_what_is_encoded_is_one_line_and_decodes_to_itself(message: dict[str, Any]) -> None:
    """No text inside a message can break the line."""
    line = encode(message)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


@given(st.binary())
def test_any_bytes_decode_to_an_object_or_are_refused(line: bytes) -> None:
    """Whatever a peer sends, nothing but ValueError is raised."""
    try:
        assert isinstance(decode(line), dict)
    except ValueError as error:
        assert str(error).startswith(("one line of JSON", "an object"))  # noqa: PT017


@pytest.mark.parametrize(
    "line", [b"[" * 60_000, b'{"a":' * 10_000, b'{"a": Infinity}', b'{"a": NaN}', b"\xff\xfe{}"]
)
def test_deep_nesting_and_words_that_json_has_not_are_refused(line: bytes) -> None:
    """60,000 brackets do not exhaust the stack; NaN and Infinity are not JSON."""
    with pytest.raises(ValueError, match="one line of JSON, not"):
        decode(line)


@pytest.mark.parametrize("line", [b"[]", b"1", b'"status"', b"null"])
def test_what_is_not_an_object_is_refused(line: bytes) -> None:
    """A message is an object."""
    with pytest.raises(ValueError, match="an object such as"):
        decode(line)


def test_infinity_and_nan_become_null() -> None:
    """A silent meter, -inf dB, is null."""
    assert decode(encode({"peak_db": [-math.inf, -3.0], "x": {"y": (math.nan,)}})) == {
        "peak_db": [None, -3.0],
        "x": {"y": [None]},
    }
