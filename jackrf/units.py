"""Units of the desk: decibel and amplitude, pan, meter scale, and how people read them."""

import math

GAIN_MIN_DB = -90.0
"""Below this a gain is silence."""
GAIN_MAX_DB = 10.0
"""The top of a fader."""

_DB_PER_DOUBLING = 20.0 * math.log10(2.0)


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


_X32_PIECES = (
    # from position, from dB, dB per position, dB at position 0: the level fader of Behringer's X32
    (0.5, -10.0, 40.0, -30.0),
    (0.25, -30.0, 80.0, -50.0),
    (0.0625, -60.0, 160.0, -70.0),
    (0.0, -90.0, 480.0, -90.0),
)


def fader_to_db(position: float) -> float:
    """Return the gain in dB of a fader's position 0..1, on the taper of the X32.

    1 is +10 dB, 0.75 is 0 dB, 0.5 is -10 dB, 0.25 is -30 dB, and 0 is -inf.
    """
    if position <= 0.0:
        return -math.inf
    slope, base = next((slope, base) for start, _, slope, base in _X32_PIECES if position >= start)
    return slope * position + base


def db_to_fader(db: float) -> float:
    """Return the position 0..1 at which a fader with the taper of the X32 has a gain in dB.

    -90 dB and below, -inf too, is 0; +10 dB and above is 1.
    """
    for _, start, slope, base in _X32_PIECES:
        if db >= start:
            return min((db - base) / slope, 1.0)
    return 0.0


def ardour_fader_to_db(position: float) -> float:
    """Return the gain in dB of a position 0..1 of an Ardour fader: 0.7818 is 0 dB, 1 is +6 dB."""
    if position <= 0.0:
        return -math.inf
    return (198.0 * math.pow(position, 1.0 / 8.0) - 192.0) / 6.0 * _DB_PER_DOUBLING


def db_to_ardour_fader(db: float) -> float:
    """Return the position 0..1 of an Ardour fader for a gain in dB; its top is +6.02 dB."""
    root = (6.0 * db / _DB_PER_DOUBLING + 192.0) / 198.0
    return math.pow(min(max(root, 0.0), 1.0), 8.0)


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
