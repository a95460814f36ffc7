"""The model of the desk: strips, mixes and sends, in dB, and the amplitudes that follow from them.

A **strip** is an input, a **mix** is what one musician hears, a **send** is how much of a strip is
in a mix. Everything here is plain state without I/O; whoever changes it hands the amplitudes of
what changed to the engine (`jackrf.engine.Engine`), which glides to them.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

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


@dataclass(slots=True)
class Mix:
    """What one musician hears."""

    id: str
    name: str
    gain: float = 0.0
    """dB"""
    mute: bool = False
    sends: dict[str, Send] = field(default_factory=dict)
    """By strip id; a strip that is not here is silent."""

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

    def amplitudes(self, mix: Mix) -> NDArray[np.float32]:
        """Return the amplitudes of one mix, float32, shape (2, strips): left row, right row.

        Trim, mute, solo, pan, send gain and mix gain are all in it.
        """
        rows = np.zeros((2, len(self.strips)), np.float32)
        if mix.mute:
            return rows
        soloing = any(send.solo for send in mix.sends.values())
        master = db_to_amplitude(mix.gain)
        for strip_id, send in mix.sends.items():
            number = self.strip_number[strip_id]
            strip = self.strips[number]
            if send.mute or strip.mute or (soloing and not send.solo):
                continue
            amplitude = master * db_to_amplitude(send.gain) * db_to_amplitude(strip.trim)
            left, right = pan_amplitudes(send.pan)
            rows[:, number] = amplitude * left, amplitude * right
        return rows

    def matrix(self) -> NDArray[np.float32]:
        """Return the amplitudes of all mixes, float32, shape (2 * mixes, strips)."""
        rows = [self.amplitudes(mix) for mix in self.mixes]
        return np.concatenate(rows) if rows else np.zeros((0, len(self.strips)), np.float32)
