"""Small desks without JACK, for the tests of OSC."""

import math

from jackrf.desk import Desk, MixPlan
from jackrf.mixer import Mix, Mixer, Send, Strip
from jackrf.osc.namespace import Namespace
from jackrf.parameters import Place, Value


def small_desk() -> Desk:
    """Three inputs and two mixes; the drummer's own input is the one with the mix's id."""
    strips = [Strip("drums", "Drums"), Strip("vox", "Vox (Anna)"), Strip("bass", "Bass")]
    mixes = [
        Mix("drums", "Dave", sends={"drums": Send(-6.0), "vox": Send(0.0), "bass": Send(-12.0)}),
        Mix("keys", "Keith", sends={"vox": Send(3.0, pan=0.5, mute=True)}),
    ]
    return desk_of(strips, mixes)


def large_desk(strips: int = 32, mixes: int = 16) -> Desk:
    """As many inputs and mixes as asked for, all sends at -6 dB."""
    ids = [f"input-{number}" for number in range(1, strips + 1)]
    return desk_of(
        [Strip(one, f"Input {one}") for one in ids],
        [
            Mix(f"mix-{number}", f"Mix {number}", sends={one: Send(-6.0) for one in ids})
            for number in range(1, mixes + 1)
        ],
    )


def desk_of_names(strips: int = 32, mixes: int = 16) -> Desk:
    """A large desk that begins with the inputs and mixes of the small one."""
    inputs = ["drums", "vox", "bass", *(f"input-{number}" for number in range(4, strips + 1))]
    people = ["drums", "keys", *(f"mix-{number}" for number in range(3, mixes + 1))]
    sends = {one: Send(-6.0) for one in inputs}
    return desk_of(
        [Strip(one, f"Input {one}") for one in inputs],
        [Mix(one, f"Mix {one}", sends=dict(sends)) for one in people],
    )


def desk_of(strips: list[Strip], mixes: list[Mix]) -> Desk:
    """A desk with these, sent nowhere."""
    plans = {mix.id: MixPlan([], "L16", -1.0) for mix in mixes}
    return Desk("Evening", Mixer(strips, mixes), {}, plans, clock=lambda: 0.0)


def everything(desk: Desk) -> dict[Place, Value]:
    """All values of a desk."""
    return {place: desk.mixer.value(place) for place in desk.mixer.places()}


def set_(namespace: Namespace, path: str, *args: float | str | bool) -> tuple[object, ...]:
    """Set the one address of a path, as by a tablet; return what is kept."""
    (target,) = namespace.resolve(path)
    return namespace.set(target, args, by="tablet")


def get(namespace: Namespace, path: str) -> tuple[object, ...]:
    """Ask the one address of a path."""
    (target,) = namespace.resolve(path)
    return namespace.get(target)


def check_desk(desk: Desk) -> None:
    """See that whatever was done to a desk, all of its values are such as a desk has."""
    for place, value in everything(desk).items():
        _check(place, value)


def _check(place: Place, value: Value) -> None:
    if place.name in ("gain", "trim"):
        assert isinstance(value, float)
        assert value == -math.inf or -90.0 <= value <= 10.0
    elif place.name == "pan":
        assert isinstance(value, float)
        assert -1.0 <= value <= 1.0
    elif place.name == "name":
        assert isinstance(value, str)
        assert value.isprintable()
    else:
        assert isinstance(value, bool)
