"""A row of the table follows from little: its kind, its scope, and what is special about it."""

import pytest

from jackrf.osc.rows import KINDS, Role, row, value


def test_a_value_has_the_shape_of_its_kind() -> None:
    """Types, range and unit are the kind's."""
    made = value("send", "gain", "decibels", "level", parameter="gain")
    assert (made.name, made.path) == ("send.gain", "/mix/{mix}/in/{strip}/gain")
    assert (made.types, made.low, made.high, made.unit) == KINDS["decibels"]
    assert (made.settable, made.readable, made.owner) == (True, True, "send")
    assert (made.role, made.reader) == (Role.MUSICIAN, Role.MUSICIAN)


def test_what_is_only_read_is_read_by_its_least_reader() -> None:
    """Meters and names are for everybody's eyes."""
    made = value("strip", "meter", "meter", "peak", direction="out", told="meter")
    assert (made.settable, made.readable) == (False, True)
    assert made.role is made.reader is Role.OBSERVER


@pytest.mark.parametrize(
    ("path", "name"),
    [("/scene/recall", "scene.recall"), ("/mix/{mix}/scene/recall", "mix.scene.recall")],
)
def test_a_command_is_named_by_its_path(path: str, name: str) -> None:
    """The name is the path's words; those of a mix begin with mix."""
    made = row(path, "s", "command", Role.ENGINEER, "recalls")
    assert (made.name, made.settable, made.readable) == (name, False, False)
