"""Which scene is the current one, and whether anything that it sets was changed since."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from jackrf.mixer import Mixer
from jackrf.parameters import Place, Value
from jackrf.sessions.document import rounded
from jackrf.sessions.scenes import Scene, is_there


@dataclass(slots=True)
class Current:
    """The scene that was recalled or saved last.

    Attributes:
        name: of the scene.
        expected: what stood at its places then, rounded.
        moved: where something else stands now.
    """

    name: str
    expected: Mapping[Place, Value]
    moved: set[Place] = field(default_factory=set)


class Currents:
    """The current scene of the desk (None) and that of each mix."""

    def __init__(self) -> None:
        self._of: dict[str | None, Current] = {}

    def name(self, mix: str | None) -> str:
        """Return the name of the current scene; empty without one."""
        current = self._of.get(mix)
        return "" if current is None else current.name

    def is_dirty(self, mix: str | None) -> bool:
        """Return whether anything that the current scene sets was changed since."""
        current = self._of.get(mix)
        return current is not None and bool(current.moved)

    def of(self, mix: str | None) -> Current | None:
        """Return all about the current scene, to `put` it back later."""
        return self._of.get(mix)

    def put(self, mix: str | None, current: Current | None, mixer: Mixer) -> None:
        """Make a scene the current one again that was it before; None for no scene."""
        self._of.pop(mix, None)
        if current is not None:
            expected = current.expected
            moved = {p for p, value in expected.items() if rounded(mixer.value(p)) != value}
            self._of[mix] = Current(current.name, expected, moved)

    def make(self, scene: Scene, mixer: Mixer) -> None:
        """Make a scene the current one: as the desk is now, it is not changed."""
        there = (place for place in scene.places() if is_there(mixer, place))
        now = {place: rounded(mixer.value(place)) for place in there}
        self._of[scene.mix] = Current(scene.name, now)

    def rename(self, mix: str | None, old: str, new: str) -> None:
        """Take note that a scene has another name."""
        current = self._of.get(mix)
        if current is not None and current.name == old:
            current.name = new

    def forget(self, mix: str | None, name: str) -> None:
        """Take note that a scene is deleted."""
        if name and self.name(mix) == name:
            del self._of[mix]

    def hear(self, changes: Mapping[Place, Value]) -> None:
        """Take note of what has changed on the desk."""
        for current in self._of.values():
            for place, value in changes.items():
                if place not in current.expected:
                    continue
                if current.expected[place] == rounded(value):
                    current.moved.discard(place)
                else:
                    current.moved.add(place)
