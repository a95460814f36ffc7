"""Every value of the desk has one rule, and what breaks it is told in one line."""

import math

import pytest

from jackrf.errors import InputError
from jackrf.parameters import MIX, SEND, STRIP, Place, checked, table_of

SEND_GAIN = Place("drums", "kick", "gain")


def test_a_place_reads_as_the_session_file_has_it() -> None:
    """The name of a place is its key in a session file."""
    assert str(SEND_GAIN) == "mixes.drums.sends.kick.gain"
    assert str(Place("drums", None, "gain")) == "mixes.drums.gain"
    assert str(Place(None, "kick", "trim")) == "inputs.kick.trim"


def test_a_place_tells_its_table() -> None:
    """Mix and strip name a send, a mix alone a mix, a strip alone a strip."""
    assert table_of(SEND_GAIN) is SEND
    assert table_of(Place("drums", None, "gain")) is MIX
    assert table_of(Place(None, "kick", "trim")) is STRIP


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("gain", -6, -6.0),
        ("gain", 10.0, 10.0),
        ("gain", None, -math.inf),
        ("gain", -90.5, -math.inf),
        ("gain", -90.0, -90.0),
        ("pan", -1, -1.0),
        ("mute", True, True),
    ],
)
def test_what_is_allowed_is_kept(name: str, value: object, kept: object) -> None:
    """Numbers become floats, None and anything below -90 dB is off, the rest stays."""
    found = checked(Place("drums", "kick", name), value)
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gain", 10.1),
        ("gain", math.nan),
        ("gain", "loud"),
        ("gain", True),
        ("pan", 1.5),
        ("pan", None),
        ("mute", 1),
        ("volume", 0.0),
    ],
)
def test_what_is_not_allowed_is_told_in_one_line(name: str, value: object) -> None:
    """The line names the place."""
    with pytest.raises(InputError) as told:
        checked(Place("drums", "kick", name), value)
    assert f"mixes.drums.sends.kick.{name}" in str(told.value)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("name", ["", "   ", "two\nlines", "x" * 65, 7])
def test_a_name_is_one_line_that_can_be_read(name: object) -> None:
    """Empty, blank, too long or unprintable names are refused."""
    with pytest.raises(InputError, match="one line of 1 to 64"):
        checked(Place("drums", None, "name"), name)
