"""Messages that do more than set one value, alone and in bundles."""

import math

import pytest

from jackrf.osc.moves import LIFT_FROM_DB
from jackrf.osc.namespace import Namespace, OscError
from jackrf.parameters import Place
from tests.osc.desks import everything, get, set_, small_desk

GAIN = "/mix/drums/in/vox/gain"
NUDGE = "/mix/drums/in/vox/nudge"


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        (0.0, 1.0, 1.0),
        (0.0, -2, -2.0),
        (9.5, 1.0, 10.0),
        (0.0, 50.0, 6.0),
        (0.0, -50.0, -6.0),
        (-89.5, -1.0, -math.inf),
        (-math.inf, 1.0, LIFT_FROM_DB),
        (-math.inf, -1.0, -math.inf),
    ],
)
def test_a_nudge_is_a_small_step(before: float, step: float, after: float) -> None:
    """It goes no further than 6 dB at once, and not over the ends; off is left at -60 dB."""
    desk = small_desk()
    namespace = Namespace(desk)
    desk.change({Place("drums", "vox", "gain"): before})
    assert set_(namespace, NUDGE, step) == ()
    assert desk.mixer.value(Place("drums", "vox", "gain")) == after


def test_a_nudge_has_no_value_to_ask_for() -> None:
    """It is a step, not a state."""
    with pytest.raises(OscError, match="cannot be read"):
        get(Namespace(small_desk()), NUDGE)


def test_a_finger_holds_a_fader_until_it_is_lifted() -> None:
    """Per endpoint: another's finger stays."""
    desk = small_desk()
    namespace = Namespace(desk)
    (touch,) = namespace.resolve("/mix/drums/in/vox/fader/touch")
    place = Place("drums", "vox", "gain")
    for by in ("one", "two"):
        assert namespace.set(touch, (1,), by=by) == (1,)
    assert namespace.set(touch, (0.0,), by="one") == (1,)
    assert desk.is_held(place)
    assert namespace.set(touch, (False,), by="two") == (0,)
    assert not desk.is_held(place)


def test_the_fader_of_a_mix_is_held_too() -> None:
    """The finger on a master is not one on a send."""
    desk = small_desk()
    set_(Namespace(desk), "/mix/drums/fader/touch", 1)
    assert desk.is_held(Place("drums", None, "gain"))
    assert not desk.is_held(Place("drums", "vox", "gain"))


@pytest.mark.parametrize("source", ["drums", "1", 1, 1.0])
def test_copy_takes_over_what_is_heard(source: str | float) -> None:
    """Gain, pan and mute of every send; whether it is soloed or safe, and the master, stay."""
    desk = small_desk()
    desk.change({Place("keys", "vox", "safe"): True, Place("keys", None, "gain"): -3.0})
    before = everything(desk)
    set_(Namespace(desk), "/mix/keys/copy", source)
    for place, value in everything(desk).items():
        mix, strip, name = place
        if mix == "keys" and strip is not None and name in ("gain", "pan", "mute"):
            assert value == before[Place("drums", strip, name)]
        else:
            assert value == before[place]


@pytest.mark.parametrize("source", ["nobody", "9", 0, "*", 0.5, "", True, "x" * 500])
def test_copy_needs_one_mix_that_is_there(source: str | float) -> None:
    """Anything else changes nothing, and the line names the mixes."""
    desk = small_desk()
    before = everything(desk)
    with pytest.raises(OscError, match=r"to copy: there are drums, keys$"):
        set_(Namespace(desk), "/mix/keys/copy", source)
    assert everything(desk) == before


def test_a_bundle_is_made_in_order_and_told_once() -> None:
    """Each message sees what those before it did; the desk changes in one step."""
    desk = small_desk()
    namespace = Namespace(desk)
    told: list[dict[Place, object]] = []
    desk.watch(lambda changes, _: told.append(dict(changes)))
    revision = desk.revision
    wishes = [(GAIN, -20.0), (NUDGE, 1.0), (NUDGE, 1.0), ("/mix/drums/in/bass/mute", 1)]
    results = namespace.set_all(
        [(namespace.resolve(path)[0], (value,)) for path, value in wishes], by="tablet"
    )
    assert results == [(-18.0,), (), (), (1,)]
    assert desk.revision == revision + 1
    assert told == [{Place("drums", "vox", "gain"): -18.0, Place("drums", "bass", "mute"): True}]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/mix/drums/in/bass/mute", "no"),
        ("/mix/drums/name", "two\nlines"),
        ("/mix/drums/in/vox/text", "-3 dB"),
        ("/mix/keys/moreme", 1.0),
        ("/mix/keys/copy", "nobody"),
        ("/mix/drums/undo", 1.0),
    ],
)
def test_a_bundle_with_one_wrong_message_does_nothing(path: str, value: float | str) -> None:
    """All or none, fingers and tilts included."""
    desk = small_desk()
    namespace = Namespace(desk)
    before = everything(desk)
    wishes = [(GAIN, -20.0), ("/mix/drums/moreme", 1.0), ("/mix/1/in/2/fader/touch", 1)]
    pairs = [(namespace.resolve(one)[0], (two,)) for one, two in [*wishes, (path, value)]]
    with pytest.raises(OscError):
        namespace.set_all(pairs, by="tablet")
    assert everything(desk) == before
    assert get(namespace, "/mix/drums/moreme") == (0.0,)
    assert not desk.is_held(Place("drums", "vox", "gain"))


def test_more_me_in_a_bundle_begins_where_the_bundle_has_led() -> None:
    """A fader set before it in the same bundle is its base."""
    desk = small_desk()
    namespace = Namespace(desk)
    wishes = [(GAIN, -20.0), ("/mix/drums/moreme", 1.0)]
    namespace.set_all([(namespace.resolve(p)[0], (v,)) for p, v in wishes], by="tablet")
    assert get(namespace, GAIN) == (-26.0,)
    set_(namespace, "/mix/drums/moreme", 0.0)
    assert get(namespace, GAIN) == (-20.0,)
