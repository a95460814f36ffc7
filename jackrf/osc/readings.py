"""What can be read beside the desk's values: meters, fingers, and the state of JACK."""

from collections.abc import Callable, Mapping

from jackrf.desk import Desk, Levels
from jackrf.osc.moreme import MoreMe
from jackrf.osc.rows import OFF_DB
from jackrf.osc.tree import Target
from jackrf.osc.views import Args
from jackrf.parameters import Place
from jackrf.units import amplitude_to_db, meter_position

Reader = Callable[[Target], Args]


def held_by(target: Target) -> Place:
    """Return what a finger on this fader holds."""
    return Place(target.mix, target.strip, "gain")


def metered(amplitude: float) -> Args:
    """Return a level as a meter shows it."""
    return (meter_position(amplitude_to_db(amplitude)),)


def reduced(amplitude: float) -> Args:
    """Return the limiter's gain in dB."""
    return (max(amplitude_to_db(amplitude), OFF_DB),)


def level(levels: Levels, target: Target) -> Args:
    """Return what one meter shows.

    Args:
        levels: of all inputs and mixes.
        target: one that is told as a meter.
    """
    name = target.address.name
    if name in ("send.meter", "strip.meter"):
        return metered(levels.inputs[target.strip_number - 1])
    mix = levels.mixes[target.mix_number - 1]
    if name == "mix.limit":
        return reduced(mix.limiter)
    return metered(mix.left if name == "mix.meter.l" else mix.right)


def readers(desk: Desk, moreme: MoreMe) -> Mapping[str, Reader]:
    """Return how to read each of them, by the name of its address."""

    def meter(target: Target) -> Args:
        return level(desk.levels(), target)

    def finger(target: Target) -> Args:
        return (int(desk.is_held(held_by(target))),)

    return {
        "send.fader.touch": finger,
        "mix.fader.touch": finger,
        "send.meter": meter,
        "strip.meter": meter,
        "mix.meter.l": meter,
        "mix.meter.r": meter,
        "mix.limit": meter,
        "mix.moreme": lambda target: (moreme.amount(target.mix or ""),),
        "session.name": lambda _: (desk.name,),
        "jack.state": lambda _: (desk.state,),
        "jack.xruns": lambda _: (desk.xruns,),
        "jack.missing": lambda _: (", ".join(desk.patchbay.wishes.all_missing(desk.client)),),
        "jack.load": lambda _: (desk.client.load if desk.client else 0.0,),
    }
