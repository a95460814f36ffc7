"""What a line of a journal says is what was written, or nothing."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackrf.parameters import Place, Value
from jackrf.sessions.journal_lines import (
    LATEST,
    changes_line,
    line_of,
    number_in,
    parsed_line,
    values_in,
    wishes_in,
)
from jackrf.sessions.store import Changes

VALUES: dict[Place, Value] = {
    Place("drums", "kick", "gain"): -math.inf,
    Place("drums", "kick", "pan"): -0.25,
    Place("drums", None, "name"): "Käthe \u2603",
    Place(None, "vox", "mute"): True,
}
WISHES = {Place(None, "kick", "connect"): ["a:b", "c:d"], Place("drums", None, "connect_left"): []}


def test_what_was_written_is_read() -> None:
    """Values of every kind, and wishes, on one line."""
    line = changes_line(Changes(VALUES, WISHES), 1000.005)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    said = parsed_line(line)
    assert said is not None
    assert (values_in(said["set"]), wishes_in(said["connect"])) == (VALUES, WISHES)
    assert number_in(said["at"]) == pytest.approx(1000.0, abs=0.01)
    assert parsed_line(changes_line(Changes(), 1.0)) == {"at": 1.0, "set": []}
    assert parsed_line(line_of({"of": "a"})) == {"of": "a"}


@pytest.mark.parametrize("line", [b"", b"3", b"[]", b"{", b"\0\0\0\0", b"\xff", b"[" * 100_000])
def test_what_is_no_line_is_none(line: bytes) -> None:
    """Whatever a disk has in its place."""
    assert parsed_line(line) is None


@pytest.mark.parametrize("value", [None, "1", [], math.nan, math.inf, -1, 10**400, LATEST + 1])
def test_what_is_no_time_is_none(value: object) -> None:
    """It is older than any."""
    assert number_in(value) == 0.0


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
)


@settings(deadline=None)
@given(JSON)
def test_nonsense_is_left_out(batch: object) -> None:
    """And what makes sense beside it stays."""
    gain = Place("drums", "kick", "gain")
    assert values_in([batch, [*gain, -6.0]])[gain] == -6.0
    left = Place("drums", None, "connect_left")
    assert wishes_in([batch, [*left, ["a:b", batch]]])[left][0] == "a:b"
    assert values_in(batch) == {} or isinstance(batch, list)
    assert wishes_in(batch) == {} or isinstance(batch, list)
