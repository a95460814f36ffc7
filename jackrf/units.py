"""Units of the desk: decibel and amplitude, pan, meter scale, and how people read them."""

import math

GAIN_MIN_DB = -90.0
"""Below this a gain is silence."""
GAIN_MAX_DB = 10.0
"""The top of a fader."""


def db_to_amplitude(db: float) -> float:
    """Return the linear amplitude of a gain in dB; below -90 dB, and at -inf, exactly 0."""
    if db < GAIN_MIN_DB:
        return 0.0
    return math.exp(db * (math.log(10.0) / 20.0))


def amplitude_to_db(amplitude: float) -> float:
    """Return the level in dB of a linear amplitude >= 0; -inf for 0."""
    if amplitude <= 0.0:
        return -math.inf
    return 20.0 * math.log10(amplitude)


def pan_amplitudes(pan: float) -> tuple[float, float]:
    """Return (left, right) amplitudes of a constant-power pan.

    Args:
        pan: -1 (left) to 1 (right); at 0 both sides are at -3 dB, and
            left² + right² is 1 everywhere.
    """
    angle = (pan + 1.0) * (math.pi / 4.0)
    # cos(pi/2) is 6e-17 in binary: hard left is to be silent on the right.
    left = 0.0 if pan >= 1.0 else math.cos(angle)
    right = 0.0 if pan <= -1.0 else math.sin(angle)
    return left, right


_IEC_KNEES = (
    # from dB, position at that dB, slope per dB
    (-20.0, 0.50, 0.025),
    (-30.0, 0.30, 0.020),
    (-40.0, 0.15, 0.015),
    (-50.0, 0.075, 0.0075),
    (-60.0, 0.025, 0.0050),
    (-70.0, 0.0, 0.0025),
)


def meter_position(db: float) -> float:
    """Return where a level stands on a meter, 0..1, on the scale of IEC 60268-18.

    0 dB and above is 1, -20 dB is 0.5, -60 dB is 0.025, below -70 dB is 0.
    """
    if db >= 0.0:
        return 1.0
    for knee, position, slope in _IEC_KNEES:
        if db >= knee:
            return position + (db - knee) * slope
    return 0.0


def db_text(db: float) -> str:
    """Return a gain as a desk shows it: ``+3.0 dB``, ``-6.5 dB``, ``off``."""
    if db < GAIN_MIN_DB:
        return "off"
    rounded = round(db, 1) + 0.0  # + 0.0 turns -0.0 into 0.0
    return "0.0 dB" if rounded == 0.0 else f"{rounded:+.1f} dB"
