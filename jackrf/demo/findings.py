"""What a recording of the demo shows, and whether it shows that jackrf did what was asked."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from jackrf.demo.measure import (
    FLOOR_DB,
    FaderMove,
    Latency,
    Levels,
    gains,
    latency,
    levels,
    silences,
    touched,
)
from jackrf.demo.song import BANDS
from jackrf.errors import JackrfError

Audio = NDArray[np.float32]
Samples = NDArray[np.float64]

HEARD_DB: Final = -60.0
"""A recording that is softer than this all along is silence."""
TOLERANCE_DB: Final = 1.5
"""How far a gain that is heard may be from the one that was asked, in nine windows of ten."""
_TRUSTED_DB: Final = -24.0
"""Gains that are lower are not held to the tolerance: other instruments leak into the band."""
_OFF_DB: Final = -30.0
"""A fader that is off must be heard lower than this."""
_FEWEST_WINDOWS: Final = 10


@dataclass(frozen=True, slots=True)
class Findings:
    """What the listener heard, measured."""

    audio: Audio
    """What the listener heard, shape (2, frames)."""
    samplerate: int
    period: int
    latency: Latency
    heard: Levels
    """Levels of the instruments in `audio`."""
    fader_name: str
    fader: FaderMove
    """What was asked of the fader of that instrument."""
    fader_heard: Samples
    """What was heard of it: gain in dB on the fader's own scale, for each window of `heard`. NaN
    where that cannot be told: nothing was played, or a gap clicked in all regions at once."""
    fader_error: float
    """dB; nine windows of ten are closer than this to what was asked."""
    fader_off: float
    """dB; how loud the instrument was still heard when its fader was off, `FLOOR_DB` for not."""
    gaps: NDArray[np.int64]
    """Where the listener heard nothing although the band played: first frame and number of frames
    of each, shape (gaps, 2)."""
    stumbles: int
    """How often the listener heard nothing because the band was late and played nothing."""

    @property
    def latency_periods(self) -> float:
        """The latency in periods."""
        return self.latency.frames / self.period

    @property
    def latency_ms(self) -> float:
        """The latency in milliseconds."""
        return 1000.0 * self.latency.frames / self.samplerate


def examine(
    heard: Audio,
    played: Audio,
    samplerate: int,
    period: int,
    *,
    fader_name: str,
    fader: FaderMove,
    other_gain: float,
) -> Findings:
    """Measure a recording, and hold it to what was asked of the fader.

    Args:
        heard: what the listener's two ports played, shape (2, frames).
        played: what the band's ports played meanwhile, shape (4, frames), in the order of `BANDS`.
        samplerate: Hz.
        period: frames.
        fader_name: whose fader moved, an instrument of `BANDS`.
        fader: what was asked of it, seconds from the first frame of `heard`.
        other_gain: dB; what trim and mix add to the fader.

    Raises:
        JackrfError: nothing was heard, it lags by no steady amount, or the instrument did not
            follow the fader.
    """
    delay = _delay(heard, played, samplerate)
    length = heard.shape[1] - delay.frames
    lined_up = levels(heard[:, delay.frames :], samplerate, BANDS)
    sources = {
        name: levels(played[n : n + 1, :length], samplerate, {name: region}).decibels[name]
        for n, (name, region) in enumerate(BANDS.items())
    }
    gain = gains(lined_up, Levels(lined_up.seconds, sources))[fader_name] - other_gain
    holes = silences(heard)
    gaps, stumbles = _causes(holes, played, delay.frames)
    gain[touched(lined_up.seconds + delay.frames / samplerate, samplerate, holes)] = np.nan
    error, softest = _fader_error(gain, fader.over_windows(lined_up.seconds), fader_name)
    return Findings(
        audio=heard,
        samplerate=samplerate,
        period=period,
        latency=delay,
        heard=lined_up,
        fader_name=fader_name,
        fader=fader,
        fader_heard=gain,
        fader_error=error,
        fader_off=softest,
        gaps=gaps,
        stumbles=len(stumbles),
    )


def _delay(heard: Audio, played: Audio, samplerate: int) -> Latency:
    all_there_is = levels(heard, samplerate, {"all": (20.0, 20000.0)}).decibels["all"]
    loudest = max(all_there_is, default=FLOOR_DB)
    if loudest < HEARD_DB:
        raise JackrfError(
            f"the listener heard nothing: its loudest moment is {loudest:.0f} dB full scale, "
            f"expected more than {HEARD_DB:.0f}"
        )
    delay = latency(heard.sum(axis=0), played.sum(axis=0), samplerate)
    if delay is None:
        raise JackrfError(
            "the listener heard sound, but its delay is not steady: no latency to tell"
        )
    return delay


def _causes(
    holes: NDArray[np.int64], played: Audio, lag: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return those silences that are gaps, and those in which the band itself was silent.

    The rest are what the recorder missed: there it has nothing of the band either.
    """
    sounding = np.any(played != 0.0, axis=0)
    holes = holes[holes[:, 0] >= lag]
    sent = np.array([bool(sounding[f - lag : f - lag + n].any()) for f, n in holes], bool)
    recorded = np.array([bool(sounding[f : f + n].any()) for f, n in holes], bool)
    return holes[sent & recorded], holes[~sent]


def _fader_error(heard: Samples, asked: Samples, name: str) -> tuple[float, float]:
    """Return how far off the instrument was heard, and how loud when its fader was off, in dB."""
    trusted = (asked > _TRUSTED_DB) & np.isfinite(heard)
    off = (asked <= FLOOR_DB) & np.isfinite(heard)
    if trusted.sum() < _FEWEST_WINDOWS or off.sum() < _FEWEST_WINDOWS:
        raise JackrfError(f"too little of {name} was heard to tell whether it followed its fader")
    error = float(np.quantile(np.abs(heard - asked)[trusted], 0.9))
    if error > TOLERANCE_DB:
        raise JackrfError(
            f"{name} did not follow its fader: heard {error:.1f} dB off, allowed {TOLERANCE_DB} dB"
        )
    softest = float(np.median(heard[off]))
    if softest > _OFF_DB:
        raise JackrfError(
            f"{name} was still heard at {softest:.0f} dB when its fader was off, "
            f"allowed {_OFF_DB:.0f} dB"
        )
    return error, softest
