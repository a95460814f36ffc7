"""The gains that the audio thread glides to, and how long each takes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from jackrf.units import GAIN_MIN_DB, db_to_amplitude

GLIDE_SECONDS = 0.020
"""How long a changed gain takes; no step is larger than this slope."""

FREE_RISE_DB = 12.0
RISE_DB_PER_SECOND = 60.0
"""A gain that rises by more than the first rises no faster than the second, where asked to."""


class Gains:
    """Targets of all sends, in the memory that the callback reads.

    Args:
        rows: two per mix.
        inputs: columns.
        samplerate: Hz.

    Attributes:
        array: float32, shape (2, rows, inputs): amplitudes, and behind them, as uint32, the frames
            that a glide to each takes.
    """

    def __init__(self, rows: int, inputs: int, samplerate: int) -> None:
        self.array = np.zeros((2, rows, inputs), np.float32)
        self._samplerate = float(samplerate)

    def swap(
        self,
        rows: NDArray[np.float32],
        mix: int | None = None,
        seconds: float = GLIDE_SECONDS,
        *,
        gently: bool = False,
    ) -> None:
        """Glide to other gains, from wherever they are: one swap at a period's border.

        Args:
            rows: amplitudes, float32, shape (2, inputs) for one mix, (2 * mixes, inputs) for all.
            mix: which mix; None for all.
            seconds: how long it takes, at least 20 ms.
            gently: what rises by more than 12 dB takes as long as 60 dB/s need.
        """
        times = np.full(rows.shape, max(seconds, GLIDE_SECONDS), np.float32)
        changed = slice(None) if mix is None else slice(2 * mix, 2 * mix + 2)
        if gently:
            times = np.maximum(times, slowest_rises(self.array[0, changed], rows))
        targets = self.array.copy()
        targets[0, changed] = rows
        glides = np.rint(times * self._samplerate)
        targets[1].view(np.uint32)[changed] = glides
        self.array = targets

    def write(
        self,
        places: Sequence[tuple[int, int]],
        amplitudes: NDArray[np.float32],
        seconds: float = GLIDE_SECONDS,
        *,
        gently: bool = False,
    ) -> None:
        """Glide single sends to other gains, in the array that the callback reads.

        Args:
            places: (mix number, input number) of each.
            amplitudes: float32, shape (places, 2): left and right.
            seconds: how long it takes, at least 20 ms.
            gently: what rises by more than 12 dB takes as long as 60 dB/s need.
        """
        mixes, columns = np.array(places).T
        rows = np.stack((2 * mixes, 2 * mixes + 1), axis=1)
        columns = columns[:, np.newaxis]
        times = np.full(amplitudes.shape, max(seconds, GLIDE_SECONDS))
        if gently:
            times = np.maximum(times, slowest_rises(self.array[0, rows, columns], amplitudes))
        glides = np.rint(times * self._samplerate)
        self.array[1].view(np.uint32)[rows, columns] = glides
        self.array[0, rows, columns] = amplitudes


def slowest_rises(before: NDArray[np.float32], after: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the seconds that gains have to take from amplitude to amplitude, for ears' sake."""
    floor = db_to_amplitude(GAIN_MIN_DB)
    rise = 20.0 * np.log10(np.maximum(after, floor) / np.maximum(before, floor))
    seconds: NDArray[np.float64] = np.maximum(rise - FREE_RISE_DB, 0.0) / RISE_DB_PER_SECOND
    return seconds
