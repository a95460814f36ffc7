"""More me lifts one's own input against the rest, and gives back what was."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackrf.desk import Desk
from jackrf.osc.moreme import REACH_DB
from jackrf.osc.namespace import Namespace, OscError
from jackrf.parameters import Place
from tests.osc.desks import everything, get, set_, small_desk

MOREME = "/mix/drums/moreme"


def gains(desk: Desk, mix: str = "drums") -> list[float]:
    """Of all sends of a mix, in dB."""
    return [float(desk.mixer.value(Place(mix, s.id, "gain"))) for s in desk.mixer.strips]


def test_the_own_input_goes_up_and_the_rest_down() -> None:
    """At the end of the control each side has gone 6 dB; the control shows where it stands."""
    desk = small_desk()
    namespace = Namespace(desk)
    assert set_(namespace, MOREME, 1.0) == (1.0,)
    assert gains(desk) == [-6.0 + REACH_DB, 0.0 - REACH_DB, -12.0 - REACH_DB]
    assert set_(namespace, MOREME, -0.5) == get(namespace, MOREME) == (-0.5,)
    assert gains(desk) == [-9.0, 3.0, -9.0]


@given(st.lists(st.floats(-1.5, 1.5), max_size=8))
def test_at_its_centre_everything_stands_as_it_stood(amounts: list[float]) -> None:
    """However far it went, over the top of the fader and below its bottom too."""
    desk = small_desk()
    desk.change({Place("drums", "drums", "gain"): 8.0, Place("drums", "bass", "gain"): -89.0})
    namespace = Namespace(desk)
    before = everything(desk)
    for amount in amounts:
        set_(namespace, MOREME, amount)
    set_(namespace, MOREME, 0.0)
    assert everything(desk) == before


def test_what_is_off_stays_off() -> None:
    """Nothing comes out of silence."""
    desk = small_desk()
    namespace = Namespace(desk, own={"keys": "vox"})
    set_(namespace, "/mix/keys/moreme", -1.0)
    assert gains(desk, "keys") == [-math.inf, -3.0, -math.inf]


def test_a_fader_that_is_moved_meanwhile_keeps_its_move() -> None:
    """2 dB up during the tilt is 2 dB up after it; the others come back."""
    desk = small_desk()
    namespace = Namespace(desk)
    set_(namespace, MOREME, 0.5)
    set_(namespace, "/mix/drums/in/vox/gain", -1.0)
    assert get(namespace, MOREME) == (0.5,)
    set_(namespace, MOREME, 0.0)
    assert gains(desk) == [-6.0, 2.0, -12.0]


def test_undo_takes_the_control_back_too() -> None:
    """Undone at once, nothing is tilted any more, and the next tilt begins where things stand."""
    desk = small_desk()
    namespace = Namespace(desk)
    before = gains(desk)
    set_(namespace, MOREME, 0.25)
    set_(namespace, MOREME, 0.75)
    desk.undo("drums")
    assert gains(desk) == before
    assert get(namespace, MOREME) == (0.0,)
    set_(namespace, MOREME, 0.0)
    assert gains(desk) == before


def test_undo_to_an_earlier_tilt_is_recognised() -> None:
    """When only the latest of two tilts is undone, the control goes back to the first."""
    desk = small_desk()
    namespace = Namespace(desk)
    before = gains(desk)
    set_(namespace, MOREME, 0.25)
    tilted = {
        Place("drums", s.id, "gain"): g for s, g in zip(desk.mixer.strips, gains(desk), strict=True)
    }
    set_(namespace, MOREME, 0.75)
    desk.change(tilted)
    (amount,) = get(namespace, MOREME)
    assert amount == pytest.approx(0.25)
    set_(namespace, MOREME, 0.0)
    assert gains(desk) == pytest.approx(before)


@pytest.mark.parametrize("level", [-3.0, 10.0, -math.inf])
def test_a_recalled_scene_is_the_new_base(level: float) -> None:
    """When everything goes elsewhere at once, the control is at its centre."""
    desk = small_desk()
    namespace = Namespace(desk)
    set_(namespace, MOREME, 1.0)
    desk.change({Place("drums", one, "gain"): level for one in ("drums", "vox", "bass")})
    assert get(namespace, MOREME) == (0.0,)
    set_(namespace, MOREME, 0.0)
    assert gains(desk) == [level] * 3


def test_the_only_input_of_a_mix_can_be_moved_by_hand() -> None:
    """A single fader that moves is a hand, not a scene."""
    desk = small_desk()
    namespace = Namespace(desk, own={"keys": "vox"})
    set_(namespace, "/mix/keys/moreme", 0.5)
    set_(namespace, "/mix/keys/in/vox/gain", 0.0)
    assert get(namespace, "/mix/keys/moreme") == (0.5,)
    set_(namespace, "/mix/keys/moreme", 0.0)
    assert gains(desk, "keys")[1] == -3.0


def test_a_mix_without_an_input_of_its_own_says_so() -> None:
    """Nothing is changed, and the line tells what would help."""
    desk = small_desk()
    before = everything(desk)
    with pytest.raises(OscError, match="no input of its own: give one the id 'keys'"):
        set_(Namespace(desk), "/mix/keys/moreme", 1.0)
    assert everything(desk) == before
