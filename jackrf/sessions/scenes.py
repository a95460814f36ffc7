"""Scenes: what was heard when somebody saved it, and what recalling it would change now.

A scene holds levels, pans, mutes and solos. Names stay as they are, and so does `safe`, which is
there to keep scenes off. It knows the inputs and mixes that were there when it was saved: what came
later it leaves alone.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from jackrf.mixer import Mixer
from jackrf.parameters import Place, Value, table_of
from jackrf.sessions.check import pan_text
from jackrf.sessions.document import rounded
from jackrf.units import db_text

OF_A_STRIP: Final = ("trim", "pan", "mute")
OF_A_MIX: Final = ("gain", "mute")
OF_A_SEND: Final = ("gain", "pan", "mute", "solo")
"""What a scene holds."""

HELD: Final = "held"
SAFE: Final = "safe"
NOT_HERE: Final = "not on the desk"
NOT_IN_IT: Final = "not in the scene"
NOT_ITS_OWN: Final = "not this scene's mix"
"""Why something was left alone."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be heard.

    Attributes:
        name: for people.
        mix: the one mix that it is of; None for the whole desk.
        inputs: that it knows.
        mixes: that it knows.
        values: gains in dB to 0.01, pans to 0.01; what is not in it is as by default.
    """

    name: str
    mix: str | None
    inputs: tuple[str, ...]
    mixes: tuple[str, ...]
    values: Mapping[Place, Value]

    def value(self, place: Place) -> Value:
        """Return what is to stand at one of its places."""
        return self.values.get(place, table_of(place)[place.name].default)

    def strips_of(self, mix: str) -> Collection[str]:
        """Return the inputs whose sends it sets in a mix."""
        written = [p.strip for p in self.values if p.mix == mix and p.strip is not None]
        return dict.fromkeys([*self.inputs, *written])

    def places(self) -> Iterator[Place]:
        """Go through all that it sets, inputs first."""
        if self.mix is None:
            for strip in self.inputs:
                yield from (Place(None, strip, name) for name in OF_A_STRIP)
        for mix in self.mixes:
            if self.mix in (None, mix):
                yield from (Place(mix, None, name) for name in OF_A_MIX)
                for strip in self.strips_of(mix):
                    yield from (Place(mix, strip, name) for name in OF_A_SEND)


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that a recall leaves alone.

    Attributes:
        mix: id; None for an input.
        strip: id; None for a whole mix.
        name: of one value; empty for all of them.
        reason: `HELD` (there is a finger on it), `SAFE`, `NOT_HERE`, `NOT_IN_IT`, `NOT_ITS_OWN`.
    """

    mix: str | None
    strip: str | None
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a recall does.

    Attributes:
        changes: values that are different now.
        skipped: what would be different, and is left alone; and what scene and desk do not share.
    """

    changes: Mapping[Place, Value]
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What changes in one mix, or of the inputs.

    Attributes:
        mix: its id; None for the inputs.
        what: in a few words: ``3 sends, gain``.
        lines: one for each value: ``Kick gain: -6.0 dB -> off``.
    """

    mix: str | None
    what: str
    lines: tuple[str, ...]


def captured(mixer: Mixer, name: str, mix: str | None = None, leave: Collection[str] = ()) -> Scene:
    """Return what is heard now as a scene.

    Args:
        mixer: the desk.
        name: of the scene.
        mix: of which mix; None for the whole desk.
        leave: mixes that no scene of the desk has to do with.
    """
    mixes = tuple(one for one in mixer.mix_number if one not in leave) if mix is None else (mix,)
    whole = Scene(name, mix, tuple(mixer.strip_number), mixes, {})
    now = {place: rounded(mixer.value(place)) for place in whole.places()}
    values = {place: value for place, value in now.items() if value != whole.value(place)}
    return Scene(name, mix, whole.inputs, mixes, values)


def planned(
    scene: Scene, mixer: Mixer, is_held: Callable[[Place], bool], leave: Collection[str] = ()
) -> Plan:
    """Return what recalling a scene does now: touched goes before safe, and safe before the scene.

    Args:
        scene: to be recalled.
        mixer: the desk.
        is_held: whether a finger is on a control.
        leave: mixes that no scene of the desk has to do with.
    """
    changes: dict[Place, Value] = {}
    skipped: dict[Skipped, None] = dict.fromkeys(_not_shared(scene, mixer, leave))
    for place in scene.places():
        if not is_there(mixer, place) or place.mix in leave:
            continue
        value = scene.value(place)
        if rounded(mixer.value(place)) == value:
            continue
        reason = Skipped(*place, HELD) if is_held(place) else _safe(mixer, place)
        if reason is None:
            changes[place] = value
        else:
            skipped[reason] = None
    return Plan(changes, tuple(skipped))


def is_there(mixer: Mixer, place: Place) -> bool:
    """Return whether a desk has the input and the mix of a place."""
    return (place.mix is None or place.mix in mixer.mix_number) and (
        place.strip is None or place.strip in mixer.strip_number
    )


def _safe(mixer: Mixer, place: Place) -> Skipped | None:
    if place.mix is None:
        return None
    if mixer.value(Place(place.mix, None, "safe")):
        return Skipped(place.mix, None, "", SAFE)
    if place.strip is not None and mixer.value(Place(place.mix, place.strip, "safe")):
        return Skipped(place.mix, place.strip, "", SAFE)
    return None


def _not_shared(scene: Scene, mixer: Mixer, leave: Collection[str]) -> Iterator[Skipped]:
    """Yield what only the scene knows, and what only the desk has."""
    ours = [mix for mix in scene.mixes if scene.mix in (None, mix)]
    named = dict.fromkeys([*scene.inputs, *(s for mix in ours for s in scene.strips_of(mix))])
    for strip in named:
        if strip not in mixer.strip_number:
            yield Skipped(None, strip, "", NOT_HERE)
    for mix in scene.mixes:
        if mix not in ours:
            yield Skipped(mix, None, "", NOT_ITS_OWN)
        elif mix not in mixer.mix_number:
            yield Skipped(mix, None, "", NOT_HERE)
    for strip in mixer.strip_number:
        if strip not in named:
            yield Skipped(None, strip, "", NOT_IN_IT)
    for mix in mixer.mix_number if scene.mix is None else (scene.mix,):
        if mix not in scene.mixes and mix not in leave:
            yield Skipped(mix, None, "", NOT_IN_IT)


def differences(changes: Mapping[Place, Value], mixer: Mixer) -> list[Difference]:
    """Return changes as a person takes them in: one entry for each mix, one for the inputs.

    Args:
        changes: that are not made yet.
        mixer: the desk, with what is there before.
    """
    owners = dict.fromkeys(place.mix for place in changes)
    return [_difference(mix, changes, mixer) for mix in owners]


def _difference(mix: str | None, changes: Mapping[Place, Value], mixer: Mixer) -> Difference:
    own = {place: value for place, value in changes.items() if place.mix == mix}
    strips = len({place.strip for place in own if place.strip is not None})
    kind = "input" if mix is None else "send"
    parts = [f"{strips} {kind}{'s' if strips > 1 else ''}"] if strips else []
    parts += [place.name for place in own if place.strip is None]
    lines = tuple(_line(place, mixer.value(place), value, mixer) for place, value in own.items())
    return Difference(mix, ", ".join(parts), lines)


def _line(place: Place, before: Value, after: Value, mixer: Mixer) -> str:
    strip = "" if place.strip is None else called(mixer, None, place.strip) + " "
    return f"{strip}{place.name}: {_shown(place, before)} -> {_shown(place, after)}"


def _shown(place: Place, value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, str):
        return value
    return pan_text(value) if place.name == "pan" else db_text(value)


def called(mixer: Mixer, mix: str | None, strip: str | None = None, name: str = "") -> str:
    """Return how people call a place: ``Anna: Kick gain``; by its id what is not on the desk."""
    parts = []
    if mix is not None:
        known = mix in mixer.mix_number
        parts.append(mixer.mixes[mixer.mix_number[mix]].name if known else mix)
    if strip is not None:
        known = strip in mixer.strip_number
        parts.append(mixer.strips[mixer.strip_number[strip]].name if known else strip)
    return ": ".join(parts) + (f" {name}" if name else "")
