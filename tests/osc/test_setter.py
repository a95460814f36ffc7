"""What a surface sets."""

import pytest

from jackrf.osc.admission import ALL, Rights, musician
from jackrf.osc.calls import Call
from jackrf.osc.counters import Reason
from jackrf.osc.hands import Hands
from jackrf.osc.namespace import Namespace
from jackrf.osc.refusals import OscError
from jackrf.osc.setter import Denied, Setter, position
from jackrf.osc.telling import Teller
from jackrf.osc.views import Args
from jackrf.parameters import Place
from tests.osc.desks import everything, small_desk
from tests.osc.hub import TABLET

DESK = small_desk()
NAMESPACE = Namespace(DESK)
SETTER = Setter(NAMESPACE, Teller(NAMESPACE, lambda: 0))
FADER = NAMESPACE.target("send.fader", "drums", "vox")
TOUCH = NAMESPACE.target("send.fader.touch", "drums", "vox")


def call(rights: Rights) -> Call:
    """A datagram of somebody who is told nothing."""
    return Call(TABLET, rights, None, Hands(), 10.0)


def test_one_that_may_not_and_nothing_is_set() -> None:
    """All or none; and it is told which one, and why."""
    foreign = NAMESPACE.target("send.fader", "keys", "vox")
    before = everything(DESK)
    with pytest.raises(Denied) as denied:
        SETTER.set(call(musician(["drums"])), [(FADER, (0.5,)), (foreign, (0.5,))])
    assert denied.value.reason is Reason.FOREIGN
    assert denied.value.target is foreign
    with pytest.raises(OscError):
        SETTER.set(call(ALL), [(FADER, (0.5,)), (foreign, ("x",))])
    assert everything(DESK) == before


def test_who_is_told_nothing_is_answered_nothing() -> None:
    """Its hand is known all the same."""
    one = call(ALL)
    SETTER.set(one, [(FADER, (7.0,))])
    assert one.answers == []
    assert one.hands.hold(FADER, 10.1)


def test_a_touch_of_nobody_is_a_hand_and_holds_no_desk() -> None:
    """There would be nobody to let go."""
    one = call(ALL)
    SETTER.set(one, [(TOUCH, (1,))])
    assert one.hands.touching(FADER, 11.0)
    assert not DESK.is_held(Place("drums", "vox", "gain"))
    SETTER.set(one, [(TOUCH, (1, 2))])
    assert not one.hands.touching(FADER, 11.0)


@pytest.mark.parametrize(
    ("name", "args", "place"),
    [
        ("send.fader", (0.25,), 0.25),
        ("send.fader", (7,), 1.0),
        ("send.pan", (0.0,), 0.5),
        ("send.gain", (-144.0,), 0.0),
        ("send.gain", (10.0,), 1.0),
        ("send.mute", (1,), None),
        ("strip.name", ("x",), None),
        ("send.fader", ("x",), None),
        ("send.fader", (), None),
        ("send.fader", None, None),
        ("mix.copy", (0.5,), None),
    ],
)
def test_where_a_value_stands_on_the_way_of_its_control(
    name: str, args: Args | None, place: float | None
) -> None:
    """From 0 to 1; switches and texts have no way."""
    scope = name.partition(".")[0]
    mix = None if scope == "strip" else "drums"
    strip = None if scope == "mix" else "vox"
    assert position(NAMESPACE.target(name, mix, strip), args) == place
