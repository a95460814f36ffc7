"""The engineer's cue: a mix that listens in on others, and to single inputs, and changes no other.

A mix with ``cue = true`` can take over the sends of another mix once (`Cue.copy`) or for as long as
one likes (`Cue.follow`), and it is the only place where PFL is heard (`Cue.pfl`): while any input
is on PFL, the cue has these inputs alone, at 0 dB in the middle. Its own gain and mute, which are
the engineer's headphones, stay as they are.
"""

from collections.abc import Mapping

from jackrf.desk import Desk
from jackrf.errors import InputError
from jackrf.parameters import Place, Value

BY = "cue"
"""Who makes the changes, as those who watch the desk hear it."""
HEARD = ("gain", "pan", "mute", "solo")
"""What a listener hears of a send; whether it is safe stays each mix's own."""
_PFL: Mapping[str, Value] = {"gain": 0.0, "pan": 0.0, "mute": False, "solo": True}


class Cue:
    """Drives the cue mix of a desk.

    Args:
        desk: watched from here on.
        mix: id of the mix that is the cue.
    """

    def __init__(self, desk: Desk, mix: str) -> None:
        self.mix = mix
        self.following: str | None = None
        self._desk = desk
        self._pfl: dict[str, None] = {}
        self._beneath: dict[Place, Value] = {}
        desk.watch(self._hear)

    @property
    def listening(self) -> list[str]:
        """The inputs that are on PFL, the latest last."""
        return list(self._pfl)

    def copy(self, source: str) -> None:
        """Take over the sends of a mix, once.

        Raises:
            InputError: there is no such mix, or it is the cue itself.
        """
        self._lay(self._sends_of(source))

    def follow(self, source: str | None) -> None:
        """Take over the sends of a mix, and every change of them from now on.

        Args:
            source: its id; None to stay as it is from now on.

        Raises:
            InputError: there is no such mix, or it is the cue itself.
        """
        if source is not None:
            self.copy(source)
        self.following = source

    def pfl(self, strip: str, *, on: bool) -> None:
        """Listen to an input before all faders but its trim, or no more.

        Raises:
            InputError: there is no such input.
        """
        self._desk.mixer.value(Place(None, strip, "trim"))
        if on and not self._pfl:
            self._beneath = self._sends(self.mix)
        if on:
            self._pfl[strip] = None
        else:
            self._pfl.pop(strip, None)
        if self._pfl or self._beneath:
            self._desk.change(self._heard(), by=BY)
        if not self._pfl:
            self._beneath = {}

    def _heard(self) -> dict[Place, Value]:
        """Return what the cue's sends have to be: a solo silences those that are not on PFL."""
        if not self._pfl:
            return self._beneath
        return {
            place: _PFL[place.name] if place.strip in self._pfl else place.name != "solo" and value
            for place, value in self._beneath.items()
        }

    def _lay(self, values: Mapping[Place, Value]) -> None:
        if self._pfl:
            self._beneath.update(values)
        else:
            self._desk.change(values, by=BY)

    def _hear(self, changes: Mapping[Place, Value], _: str) -> None:
        if self.following is None:
            return
        moved = {
            place._replace(mix=self.mix): value
            for place, value in changes.items()
            if place.mix == self.following and place.strip is not None and place.name in HEARD
        }
        if moved:
            self._lay(moved)

    def _sends_of(self, source: str) -> dict[Place, Value]:
        if source == self.mix:
            raise InputError(f"mix {source!r} is the cue itself: name another mix")
        return {place._replace(mix=self.mix): value for place, value in self._sends(source).items()}

    def _sends(self, mix: str) -> dict[Place, Value]:
        mixer = self._desk.mixer
        places = [Place(mix, strip.id, name) for strip in mixer.strips for name in HEARD]
        return {place: mixer.value(place) for place in places}
