"""What is played through paths, and what is found of it at their end: pure.

`tone` is for dropouts and clicks: a soft tone of 1 kHz that no receiver's gaps can hide in, and a
chirp over it each quarter of a second, by which the latency is known. `noise` is for what a
receiver makes up where packets are missing: nothing in it comes again, so that what is not the
original is seen, and where the original lies says how late it is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jackrf.latency.chirps import CHIRP_FRAMES, make_chirp

RATE = 48000
TONE_FRAMES = 48
TONE_PEAK = 0.05
CHIRP_GAP = 12_000
TONE_SECONDS, NOISE_SECONDS = 10, 20
NOISE_HZ = 4000
"""Its highest frequency: half a frame of delay hardly changes it then."""
NOISE_RMS = 0.1

Audio = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """What is played over and over.

    Attributes:
        track: float32, shape (frames,).
        chirps: frame at which each begins.
    """

    track: Audio
    chirps: NDArray[np.int64]


def tone() -> Sound:
    """Return a tone with a chirp each 250 ms, each somewhere else in a period."""
    frames = np.arange(TONE_SECONDS * RATE)
    track = (TONE_PEAK * np.sin(2 * np.pi * frames / TONE_FRAMES)).astype(np.float32)
    count = len(track) // CHIRP_GAP
    aside = np.random.default_rng(1).integers(0, 2048, count)
    chirps = np.arange(count) * CHIRP_GAP + 2000 + aside
    for start in chirps:
        track[start : start + CHIRP_FRAMES] += make_chirp()
    return Sound(track, chirps)


def noise() -> Sound:
    """Return noise up to 4 kHz whose end leads into its beginning."""
    count = NOISE_SECONDS * RATE
    random = np.random.default_rng(2)
    spectrum = random.normal(size=(2, count // 2 + 1)).T @ [1.0, 1.0j]
    hertz = np.arange(len(spectrum)) / NOISE_SECONDS
    spectrum[(hertz < 100) | (hertz > NOISE_HZ)] = 0.0
    track = np.fft.irfft(spectrum, count)
    return Sound((NOISE_RMS * track / np.std(track)).astype(np.float32), np.zeros(0, np.int64))


SOUNDS: dict[str, Callable[[], Sound]] = {"tone": tone, "noise": noise}
