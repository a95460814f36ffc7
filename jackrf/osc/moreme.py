"""More me: one control that lifts a musician's own input and lowers all the rest, and back.

The faders move with it, by dB, from where they stood when the control left its centre; at the
centre they stand there again. Whoever moves a single fader meanwhile moves its base along.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from jackrf.mixer import Mixer
from jackrf.parameters import Place, Value
from jackrf.units import GAIN_MAX_DB, GAIN_MIN_DB

REACH_DB: Final = 6.0
"""How far each side goes at the end of the control."""


@dataclass(slots=True)
class _Tilt:
    amount: float = 0.0
    base: dict[str, float] = field(default_factory=dict)
    """dB, by strip id, for the amount 0."""


def _moved(base: float, decibels: float) -> float:
    gain = min(base + decibels, GAIN_MAX_DB)
    return gain if gain >= GAIN_MIN_DB else -math.inf


class MoreMe:
    """The tilt of every mix.

    Args:
        mixer: the model; it is only read here.
        own: by mix id, the strip that is the musician's own.
    """

    def __init__(self, mixer: Mixer, own: Mapping[str, str]) -> None:
        self._mixer = mixer
        self._own = own
        self._tilts: dict[str, _Tilt] = {}

    def amount(self, mix: str) -> float:
        """Return where the control of a mix stands, -1 to 1."""
        tilt = self._tilts.get(mix)
        return 0.0 if tilt is None else tilt.amount

    def has(self, mix: str) -> bool:
        """Return whether a mix has an input of its own to lift."""
        return mix in self._own

    def tilt(self, mix: str, amount: float, gain: Callable[[Place], Value]) -> dict[Place, float]:
        """Move the control of a mix; the caller puts the gains that are returned on the desk.

        Args:
            mix: id of one that has an input of its own.
            amount: -1 to 1.
            gain: of a send, as it stands now, in dB.
        """
        tilt = self._tilts.pop(mix, None) or _Tilt()
        for strip in self._mixer.strips:
            now = float(gain(Place(mix, strip.id, "gain")))
            if now != self._expected(mix, tilt, strip.id, tilt.amount):
                tilt.base[strip.id] = now - self._decibels(mix, strip.id, tilt.amount)
        tilt.amount = amount
        if amount != 0.0:
            self._tilts[mix] = tilt
        return {
            Place(mix, strip, "gain"): self._expected(mix, tilt, strip, amount)
            for strip in tilt.base
        }

    def hear(self, changes: Iterable[Place]) -> None:
        """Take in what was changed on the desk, by whomever, so that the base stays true."""
        moved: dict[str, list[str]] = {}
        for mix, strip, name in changes:
            if name == "gain" and mix in self._tilts and strip is not None:
                moved.setdefault(mix, []).append(strip)
        for mix, strips in moved.items():
            self._follow(mix, self._tilts[mix], strips)

    def _follow(self, mix: str, tilt: _Tilt, strips: list[str]) -> None:
        away = [one for one in strips if not self._stands(mix, tilt, one, tilt.amount)]
        sounding = sum(gain > -math.inf for gain in tilt.base.values())
        if len(away) < max(sounding, 2):
            for strip in away:
                gain = self._gain(mix, strip)
                tilt.base[strip] = gain - self._decibels(mix, strip, tilt.amount)
            return
        # All went elsewhere at once: an undo leads back to an earlier amount, a scene does not.
        amount = self._recognised(mix, tilt)
        if amount:
            tilt.amount = amount
        else:
            del self._tilts[mix]

    def _recognised(self, mix: str, tilt: _Tilt) -> float:
        """Return the amount at which all sends would stand as they do, 0 if there is none."""
        for strip, base in tilt.base.items():
            gain = self._gain(mix, strip)
            if -math.inf < gain < GAIN_MAX_DB and base > -math.inf:
                amount = (gain - base) / self._decibels(mix, strip, 1.0)
                close = all(self._stands(mix, tilt, one, amount, 1e-9) for one in tilt.base)
                return amount if close and abs(amount) <= 1.0 else 0.0
        return 0.0

    def _stands(
        self, mix: str, tilt: _Tilt, strip: str, amount: float, tolerance: float = 0.0
    ) -> bool:
        gain, wanted = self._gain(mix, strip), self._expected(mix, tilt, strip, amount)
        return gain == wanted or abs(gain - wanted) <= tolerance

    def _expected(self, mix: str, tilt: _Tilt, strip: str, amount: float) -> float:
        return _moved(tilt.base.get(strip, -math.inf), self._decibels(mix, strip, amount))

    def _decibels(self, mix: str, strip: str, amount: float) -> float:
        return REACH_DB * amount if strip == self._own[mix] else -REACH_DB * amount

    def _gain(self, mix: str, strip: str) -> float:
        send = self._mixer.mixes[self._mixer.mix_number[mix]].sends.get(strip)
        return -math.inf if send is None else send.gain
