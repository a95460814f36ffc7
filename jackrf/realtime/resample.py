"""From the stream's frames to ours: a polyphase filter at a ratio that changes as it likes.

The table holds a windowed sinc at 256 positions between two frames, and straight lines between
those; for streams at the ports' own rate it has 32 taps, so it looks 16 frames ahead.
"""

import math

import numpy as np
from numpy.typing import NDArray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.reception import MOST_TAPS, PHASES

KAISER = 9.2
"""Of the window: 20 kHz at 48 kHz pass whole, and of 1 kHz nothing above -100 dB is mirrored."""


def taps_for(rate: int, samplerate: int) -> int:
    """Return how many taps the filter from one rate in Hz to another has, a multiple of 8."""
    if rate == samplerate:
        return 32
    return min(MOST_TAPS, 8 * math.ceil(8 * rate / min(rate, samplerate)))


def design(rate: int, samplerate: int) -> NDArray[np.float32]:
    """Return the table for a stream's rate and the ports', float32[PHASES + 1, MOST_TAPS].

    Row p, tap t weighs the frame t - taps / 2 + 1 from the one before position p / PHASES. It
    cuts off at half of the lower rate, and each row passes a constant as it is.
    """
    taps = taps_for(rate, samplerate)
    places = np.arange(taps) - taps // 2 + 1 - np.arange(PHASES + 1)[:, None] / PHASES
    band = min(1.0, samplerate / rate)
    inside = np.clip(1.0 - (places / (taps / 2)) ** 2, 0.0, None)
    rows = band * np.sinc(band * places) * np.i0(KAISER * np.sqrt(inside)) / np.i0(KAISER)
    table = np.zeros((PHASES + 1, MOST_TAPS), np.float32)
    table[:, :taps] = rows / rows.sum(axis=1, keepdims=True)
    return table


@kernel
def _convolve(left, right, repaired, table, taps, read, ratio):
    for frame in range(len(left)):
        whole = np.int64(read)
        part = (read - whole) * PHASES
        phase = np.int64(part)
        between = np.float32(part - phase)
        first = whole - taps // 2 + 1
        a, b = np.float32(0.0), np.float32(0.0)
        for tap in range(taps):
            low = table[phase, tap]
            weight = low + between * (table[phase + 1, tap] - low)
            a += weight * repaired[0, first + tap]
            b += weight * repaired[1, first + tap]
        left[frame], right[frame] = a, b
        read += ratio
    return read


@kernel
def resample(left, right, repaired, table, taps, read, ratio):
    """Play float32[n] left and right from a position in float32[2, frames], and return the next.

    Args:
        table: float32[PHASES + 1, MOST_TAPS]
        taps: used of it, a multiple of 8.
        read: position of the first frame; from taps / 2 - 1 before to taps / 2 after it is read.
        ratio: from a position to the next.
    """
    if taps == 32:
        # A known length is unrolled.
        return _convolve(left, right, repaired, table, 32, read, ratio)
    return _convolve(left, right, repaired, table, taps, read, ratio)
