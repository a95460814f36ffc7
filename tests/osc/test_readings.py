"""Meters and states are read where the desk has them."""

import pytest

from jackrf.desk import Levels
from jackrf.engine import MixMeters
from jackrf.osc.namespace import Namespace
from jackrf.osc.readings import level, metered, reduced
from tests.osc.desks import get, small_desk

LEVELS = Levels([1.0, 0.1, 0.0], [MixMeters(0.1, 0.5, 0.5), MixMeters(0.0, 0.0, 1.0)])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/in/1/meter", 1.0),
        ("/in/2/meter", 0.5),
        ("/mix/keys/in/2/meter", 0.5),
        ("/in/3/meter", 0.0),
        ("/mix/1/meter/l", 0.5),
        ("/mix/1/meter/r", 0.8494),
        ("/mix/1/limit", -6.0206),
        ("/mix/2/limit", 0.0),
        ("/mix/2/meter/r", 0.0),
    ],
)
def test_a_meter_shows_its_level(path: str, value: float) -> None:
    """An input's before its send, a mix's as it is sent, on the scale of IEC 60268-18."""
    (target,) = Namespace(small_desk()).resolve(path)
    assert level(LEVELS, target) == pytest.approx((value,), abs=1e-3)


def test_all_meters_of_a_mix_are_read_at_once() -> None:
    """Its inputs', its two sides and its limiter; or those of the input strips."""
    namespace = Namespace(small_desk())
    assert {target.path: args for target, args in namespace.meters("keys", LEVELS)} == {
        "/mix/2/in/1/meter": (1.0,),
        "/mix/2/in/2/meter": (0.5,),
        "/mix/2/in/3/meter": (0.0,),
        "/mix/2/meter/l": (0.0,),
        "/mix/2/meter/r": (0.0,),
        "/mix/2/limit": (0.0,),
    }
    assert [target.path for target, _ in namespace.meters(None)] == [
        "/in/1/meter",
        "/in/2/meter",
        "/in/3/meter",
    ]


def test_silence_and_a_closed_limiter_are_numbers() -> None:
    """No infinity goes out."""
    assert metered(0.0) == (0.0,)
    assert reduced(0.0) == (-144.0,)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("/jack/state", "waiting for JACK"),
        ("/jack/xruns", 0),
        ("/jack/load", 0.0),
        ("/session/name", "Evening"),
        ("/mix/1/meter/l", 0.0),
        ("/mix/1/fader/touch", 0),
        ("/mix/1/moreme", 0.0),
    ],
)
def test_a_desk_without_jack_can_be_asked(path: str, value: float | str) -> None:
    """Surfaces stay alive while the server is away."""
    assert get(Namespace(small_desk()), path) == (value,)


def test_what_is_missing_is_one_line() -> None:
    """Each port once; empty when all that is wanted is connected."""
    desk = small_desk()
    namespace = Namespace(desk)
    assert get(namespace, "/jack/missing") == ("",)
    wishes = desk.patchbay.wishes
    for place in [port.wished for port in desk.patchbay.inputs][:2]:
        wishes.put(place, ["system:capture_1", "ardour:Vox/out 1"])
    assert get(namespace, "/jack/missing") == ("system:capture_1, ardour:Vox/out 1",)
