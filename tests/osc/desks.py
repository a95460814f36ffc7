"""Small desks without JACK, for the tests of OSC."""

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
