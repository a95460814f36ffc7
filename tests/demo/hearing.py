"""A listener made with numpy: what the demo's recorder would bring if jackrf were perfect."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from jackrf.demo.findings import Findings, examine
from jackrf.demo.measure import FLOOR_DB, FaderMove
from jackrf.demo.script import fader_gain
from jackrf.demo.song import BANDS, synthesise
from jackrf.units import pan_amplitudes

SAMPLERATE = 48000
PERIOD = 128
SECONDS = 6.0
MIX_GAIN = -5.0
"""dB; on every instrument."""
PANS = {"kick": 0.0, "bass": -0.2, "guitar": 0.4, "vox": -0.3}

Audio = NDArray[np.float32]


def moves() -> FaderMove:
    """The demo's fader, thirty times a second for six seconds."""
    seconds = np.arange(0.0, SECONDS, 1 / 30)
    return FaderMove(seconds, np.array([fader_gain(t / SECONDS) for t in seconds]))


@cache
def played() -> Audio:
    """Six seconds of the band, shape (4, frames)."""
    return np.stack(
        [part[: round(SECONDS * SAMPLERATE)] for part in synthesise(SAMPLERATE).values()]
    )


def heard(lag: int = PERIOD, fader: FaderMove | None = None) -> Audio:
    """The band mixed in stereo, `lag` frames later, as L16 carries it; shape (2, frames)."""
    fader = moves() if fader is None else fader
    frames = played().shape[1]
    ride = 10.0 ** (np.interp(np.arange(frames) / SAMPLERATE, fader.seconds, fader.decibels) / 20)
    ears = np.zeros((2, frames))
    for name, part in zip(BANDS, played(), strict=True):
        gain = 10.0 ** (MIX_GAIN / 20) * (ride if name == "guitar" else 1.0)
        ears += np.outer(pan_amplitudes(PANS[name]), gain * part)
    late = np.concatenate((np.zeros((2, lag)), ears[:, : frames - lag]), axis=1)
    return (np.round(late * 32767) / 32768).astype(np.float32)


def findings(
    ears: Audio | None = None, fader: FaderMove | None = None, band: Audio | None = None
) -> Findings:
    """What the demo finds in such a recording."""
    return examine(
        heard() if ears is None else ears,
        played() if band is None else band,
        SAMPLERATE,
        PERIOD,
        fader_name="guitar",
        fader=moves() if fader is None else fader,
        other_gain=MIX_GAIN,
    )


def still(gain: float = FLOOR_DB) -> FaderMove:
    """A fader that nobody moves."""
    return FaderMove(moves().seconds, np.full(len(moves().seconds), gain))
