"""The values of the desk, as surfaces see them, and back."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.osc.addresses import BY_NAME
from jackrf.osc.namespace import OscError
from jackrf.osc.views import VIEWS, Args, in_range, shown, taken
from jackrf.parameters import Place, checked

numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**63), 2**63), st.booleans()
)


@pytest.mark.parametrize(
    ("name", "given_", "kept"),
    [
        ("send.fader", 0.75, 0.0),
        ("send.fader", 0, -math.inf),
        ("send.fader", True, 10.0),
        ("send.fader", 1.7, 10.0),
        ("send.fader", -0.5, -math.inf),
        ("send.fader", 1e-30, -math.inf),
        ("send.gain", -6, -6.0),
        ("send.gain", 11.0, 10.0),
        ("send.gain", -144.0, -math.inf),
        ("send.gain", -90.5, -math.inf),
        ("send.pan", 2, 1.0),
        ("send.pan01", 0.5, 0.0),
        ("send.pan01", -1, -1.0),
        ("send.mute", 1, True),
        ("send.mute", 0.4, False),
        ("send.mute", 7, True),
        ("send.on", 1.0, False),
        ("send.on", False, True),
    ],
)
def test_a_message_becomes_a_value_in_its_range(
    name: str, given_: float | bool, kept: float | bool
) -> None:
    """Ints, floats and booleans stand for each other, and what is beyond the range is its end."""
    found = taken(BY_NAME[name], (given_,))
    assert found == kept
    assert type(found) is type(kept)


@pytest.mark.parametrize(
    ("name", "kept", "seen"),
    [
        ("send.fader", 0.0, 0.75),
        ("send.fader", -math.inf, 0.0),
        ("send.gain", -math.inf, -144.0),
        ("send.text", -6.5, "-6.5 dB"),
        ("send.text", -math.inf, "off"),
        ("send.mute", True, 1),
        ("send.on", True, 0),
        ("send.pan01", 1.0, 1.0),
        ("send.name", "Vox", "Vox"),
    ],
)
def test_a_value_is_shown_in_the_type_of_its_address(name: str, kept: Any, seen: Any) -> None:
    """A float is sent as f, an int as i, a text as s."""
    (found,) = shown(BY_NAME[name], kept)
    assert found == seen
    assert type(found) is {"f": float, "i": int, "s": str}[BY_NAME[name].types]


@given(st.sampled_from(["send.fader", "send.gain", "send.pan", "send.pan01", "send.mute"]), numbers)
def test_whatever_number_comes_the_desk_can_keep_it(name: str, number: float) -> None:
    """What a view takes, passes the desk's own check as it is, and is what is shown again."""
    address = BY_NAME[name]
    kept = taken(address, (number,))
    assert checked(Place("mix", "strip", address.parameter), kept) == kept
    assert taken(address, shown(address, kept)) == pytest.approx(kept, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("send.fader", ()),
        ("send.fader", (0.5, 0.5)),
        ("send.fader", ("0.5",)),
        ("send.fader", (None,)),
        ("send.fader", (b"x",)),
        ("send.fader", (math.nan,)),
        ("send.fader", (math.inf,)),
        ("mix.name", (1,)),
        ("mix.name", ()),
    ],
)
def test_what_is_no_value_is_refused(name: str, args: Args) -> None:
    """The text names the address."""
    with pytest.raises(OscError, match=BY_NAME[name].path.replace("{", r"\{")):
        taken(BY_NAME[name], args)


def test_a_long_argument_is_not_repeated_in_full() -> None:
    """An error is one short line, whatever was sent."""
    with pytest.raises(OscError) as told:
        taken(BY_NAME["send.fader"], ("x" * 5000,))
    assert len(told.value.text) < 120


def test_a_range_may_be_open() -> None:
    """Without a limit nothing is moved."""
    assert in_range(BY_NAME["mix.stream.delay"], 1e9) == 1e9
    assert in_range(BY_NAME["mix.stream.delay"], -1.0) == 0.0


def test_every_parameter_has_its_view() -> None:
    """Whatever the desk keeps can be shown and taken."""
    assert {address.kind for address in BY_NAME.values() if address.parameter} == set(VIEWS)
