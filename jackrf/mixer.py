"""The model of the desk: strips, mixes and sends, in dB, and the amplitudes that follow from them.

A **strip** is an input, a **mix** is what one musician hears, a **send** is how much of a strip is
in a mix. Everything here is plain state without I/O; whoever changes it hands the amplitudes of
what changed to the engine (`jackrf.engine.Engine`), which glides to them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from jackrf.errors import InputError
from jackrf.parameters import MIX, SEND, STRIP, Place, Value, checked, table_of
from jackrf.units import db_to_amplitude, pan_amplitudes

SILENT = float("-inf")

MAX_STRIPS = 64
MAX_MIXES = 32


@dataclass(slots=True)
class Strip:
    """An input. Its trim and mute act on every mix."""

    id: str
    name: str
    trim: float = 0.0
    """dB"""
    pan: float = 0.0
    """-1 to 1, added to the pan of every send"""
    mute: bool = False


@dataclass(slots=True)
class Send:
    """How much of one strip is in one mix."""

    gain: float = SILENT
    """dB, -inf to +10"""
    pan: float = 0.0
    """-1 (left) to 1 (right), constant power"""
    mute: bool = False
    solo: bool = False
    """With any solo in a mix, only the soloed sends of that mix are heard."""
    safe: bool = False
    """Recalling a scene leaves it alone."""


@dataclass(slots=True)
class Mix:
    """What one musician hears."""

    id: str
    name: str
    gain: float = 0.0
    """dB"""
    mute: bool = False
    safe: bool = False
    """Recalling a scene leaves the whole mix alone."""
    sends: dict[str, Send] = field(default_factory=dict)
    """By strip id; a strip that is not here is silent."""

    @property
    def soloing(self) -> bool:
        """Whether any send of this mix is soloed."""
        return any(send.solo for send in self.sends.values())

    def send(self, strip_id: str) -> Send:
        """Return the send of a strip, made silent if it was not written before."""
        return self.sends.setdefault(strip_id, Send())


class Mixer:
    """All strips and mixes of a session, in port order.

    Args:
        strips: at most 64, in the order of the JACK ports.
        mixes: at most 32 stereo mixes, in the order of the JACK ports.
    """

    def __init__(self, strips: list[Strip], mixes: list[Mix]) -> None:
        self.strips = strips
        self.mixes = mixes
        self.strip_number = {strip.id: number for number, strip in enumerate(strips)}
        self.mix_number = {mix.id: number for number, mix in enumerate(mixes)}

    def _holder(self, place: Place) -> Strip | Mix | Send:
        if place.mix is not None and place.mix not in self.mix_number:
            raise InputError(f"no mix {place.mix!r}: there are {', '.join(self.mix_number)}")
        if place.strip is not None and place.strip not in self.strip_number:
            known = ", ".join(self.strip_number)
            raise InputError(f"no input {place.strip!r}: there are {known}")
        if place.mix is None:
            if place.strip is None:
                raise InputError("name a mix, an input, or both")
            return self.strips[self.strip_number[place.strip]]
        mix = self.mixes[self.mix_number[place.mix]]
        return mix if place.strip is None else mix.send(place.strip)

    def value(self, place: Place) -> Value:
        """Return what stands at a place.

        Raises:
            InputError: there is no such mix, input or name.
        """
        holder = self._holder(place)
        if place.name not in table_of(place):
            raise InputError(f"{place}: {place.name!r} is not one of {', '.join(table_of(place))}")
        found: Value = getattr(holder, place.name)
        return found

    def put(self, place: Place, value: object) -> Value:
        """Put a value in its place, checked; return it as it is kept.

        Raises:
            InputError: there is no such place, or the value is not allowed there.
        """
        holder = self._holder(place)
        kept = checked(place, value)
        setattr(holder, place.name, kept)
        return kept

    def places(self) -> Iterator[Place]:
        """Go through everything that can be set, sends of every strip in every mix included."""
        for strip in self.strips:
            yield from (Place(None, strip.id, name) for name in STRIP)
        for mix in self.mixes:
            yield from (Place(mix.id, None, name) for name in MIX)
            for strip in self.strips:
                yield from (Place(mix.id, strip.id, name) for name in SEND)

    def affected(self, changed: Iterable[Place]) -> set[tuple[int, int]]:
        """Return the sends, as (mix number, strip number), that a change of these places moves."""
        sends: set[tuple[int, int]] = set()
        for mix_id, strip_id, name in changed:
            if name in ("name", "safe"):
                continue
            one_send = mix_id is not None and strip_id is not None and name != "solo"
            mixes = range(len(self.mixes)) if mix_id is None else (self.mix_number[mix_id],)
            strips: Sequence[int] = range(len(self.strips))
            if strip_id is not None and (mix_id is None or one_send):
                strips = (self.strip_number[strip_id],)
            sends.update((mix, strip) for mix in mixes for strip in strips)
        return sends

    def send_amplitudes(self, mix: Mix, strip: Strip, *, soloing: bool) -> tuple[float, float]:
        """Return left and right amplitude of one send, with all that acts on it.

        Args:
            soloing: whether any send of the mix is soloed.
        """
        send = mix.sends.get(strip.id)
        if send is None or send.mute or strip.mute or mix.mute or (soloing and not send.solo):
            return 0.0, 0.0
        # A product of factors, not a sum of dB: each is 0 on its own below -90 dB.
        amplitude = db_to_amplitude(mix.gain) * db_to_amplitude(send.gain)
        amplitude *= db_to_amplitude(strip.trim)
        left, right = pan_amplitudes(min(max(send.pan + strip.pan, -1.0), 1.0))
        return amplitude * left, amplitude * right

    def amplitudes(self, mix: Mix) -> NDArray[np.float32]:
        """Return the amplitudes of one mix, float32, shape (2, strips): left row, right row.

        Trim, mute, solo, pan, send gain and mix gain are all in it.
        """
        soloing = mix.soloing
        pairs = [self.send_amplitudes(mix, strip, soloing=soloing) for strip in self.strips]
        return np.array(pairs, np.float32).reshape(len(self.strips), 2).T

    def matrix(self) -> NDArray[np.float32]:
        """Return the amplitudes of all mixes, float32, shape (2 * mixes, strips)."""
        rows = [self.amplitudes(mix) for mix in self.mixes]
        return np.concatenate(rows) if rows else np.zeros((0, len(self.strips)), np.float32)
