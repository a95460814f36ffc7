"""The delay-locked loop: which frame of the stream is now, on the sender's clock, as we see it.

Each packet is an observation: its first frame's own time, less what the network took. A straight
line is kept through them, stream frames over local ones, by a Kalman filter: it weighs what it
knows against what an observation is worth, so that it is quick at first, and slow and quiet later,
at whatever jitter there is. Its steady state is the second-order loop of "Using a DLL to filter
time" (F. Adriaensen, 2005). The line's slope is the ratio of the two clocks; where the quickest
packets alone know that better (`jackrf.realtime.floor`), they are asked, too.
"""

import math

import numpy as np

from jackrf.realtime.compiling import kernel

UNKNOWN_DRIFT = 200e-6
"""How far crystals are usually apart, at the beginning."""
WANDER = 5e-8
"""By how much the drift itself may change in a second."""
NOISE_AT_FIRST = 24.0
LEAST_NOISE = 1.0
"""Frames: the mean error of an observation, as believed at first and at the least."""
MEMORY = 500
"""Observations over which the noise is averaged."""
OUTLIER = 4.0
"""In noises: what is further away counts as that far."""
STRAY = 8.0
STRAY_SECONDS = 0.0005
STRAY_COUNT = 8
STRAY_SPAN_SECONDS = 0.100
"""When all come so far off on one side for so long, the line itself has moved."""
EARLY_SPAN_SECONDS = 0.020
"""A network may hold packets back, all of them, for a while; before their time none can come."""
STEADY_COUNT = 4
STEADY_SECONDS = 0.008
STEADY_SPREAD_SECONDS = 0.00025
"""Packets that were held back come together. Where so many come at their own pace, all as far off,
a server has stood still: then the line has moved already.
"""
SETTLED = 1e-6
SHARPER = 0.5
"""Share of the line's own variance of slope, below which that of the quickest packets counts."""
FARTHEST = 6.0
"""Deviations by which both may differ, or else the quickest packets are of no one floor."""


@kernel
def start_loop(reception, position, stream, slope):
    """Begin anew at one observation: a local position, and the stream's frame that is then."""
    reception.anchor = position
    reception.stream = stream
    reception.slope = slope
    reception.noise = NOISE_AT_FIRST
    reception.p_stream = NOISE_AT_FIRST * NOISE_AT_FIRST
    reception.p_cross = 0.0
    reception.p_slope = UNKNOWN_DRIFT * UNKNOWN_DRIFT * slope * slope
    reception.samples = 16
    reception.strayed = 0
    reception.settled = 0
    _forget_floor(reception)


@kernel
def _forget_floor(reception):
    """Forget the quickest packets: they came by another line."""
    reception.cells = 0
    reception.cell_open = 0
    reception.floor_p = 0.0


@kernel
def stream_at(reception, position):
    """Return which frame of the stream is at a local position."""
    return reception.stream + reception.slope * (position - reception.anchor)


@kernel
def local_at(reception, stream):
    """Return the local position at which a frame of the stream is."""
    return reception.anchor + (stream - reception.stream) / reception.slope


@kernel
def _go_to(reception, position):
    """Move the point at which the line is held, and forget a little."""
    ahead = position - reception.anchor
    reception.stream += reception.slope * ahead
    reception.p_stream += ahead * (2.0 * reception.p_cross + ahead * reception.p_slope)
    reception.p_cross += ahead * reception.p_slope
    if ahead > 0.0:
        reception.p_slope += WANDER * WANDER / reception.samplerate * ahead
    reception.anchor = position


@kernel
def observe(reception, position, stream):
    """Take an observation in.

    Returns:
        Whether the line was moved at once, because everything has been elsewhere for a while.
    """
    error = stream - stream_at(reception, position)
    limit = max(STRAY * reception.noise, STRAY_SECONDS * reception.rate)
    if abs(error) > limit:
        return _stray(reception, position, error)
    reception.strayed = 0
    _go_to(reception, position)
    most = OUTLIER * reception.noise
    error = min(max(error, -most), most)
    variance = 1.6 * reception.noise * reception.noise
    total = reception.p_stream + variance
    of_stream, of_slope = reception.p_stream / total, reception.p_cross / total
    reception.stream += of_stream * error
    reception.slope += of_slope * error
    reception.p_slope -= of_slope * reception.p_cross
    reception.p_cross *= 1.0 - of_stream
    reception.p_stream *= 1.0 - of_stream
    reception.samples = min(reception.samples + 1, MEMORY)
    reception.noise += (abs(error) - reception.noise) / reception.samples
    reception.noise = max(reception.noise, LEAST_NOISE)
    _, variance = slope_of(reception)
    deviation = math.sqrt(max(variance, 0.0)) / reception.slope
    reception.settled = np.uint32(1 if deviation < SETTLED else 0)
    return False


@kernel
def _stray(reception, position, error):
    if reception.strayed == 0 or (error > 0.0) != (reception.strayed_by > 0.0):
        reception.strayed = 0
        reception.strayed_from = position
        reception.strayed_since = reception.local
        reception.strayed_by = error
        reception.strayed_most = error
    if abs(error) < abs(reception.strayed_by):
        reception.strayed_by = error
    if abs(error) > abs(reception.strayed_most):
        reception.strayed_most = error
    reception.strayed += 1
    span = (position - reception.strayed_from) / reception.samplerate
    needed = EARLY_SPAN_SECONDS if error > 0.0 else STRAY_SPAN_SECONDS
    if (reception.strayed < STRAY_COUNT or span < needed) and not _is_steady(reception):
        return False
    _go_to(reception, position)
    reception.stream += reception.strayed_by
    reception.p_stream += NOISE_AT_FIRST * NOISE_AT_FIRST
    reception.strayed = 0
    _forget_floor(reception)
    return True


@kernel
def _is_steady(reception):
    """Say whether packets have strayed by the same for a while."""
    passed = reception.local - reception.strayed_since
    if reception.strayed < STEADY_COUNT or passed < STEADY_SECONDS * reception.samplerate:
        return False
    spread = abs(reception.strayed_most - reception.strayed_by)
    return spread < max(OUTLIER * reception.noise, STEADY_SPREAD_SECONDS * reception.rate)


@kernel
def slope_of(reception):
    """Return the slope that the line and the quickest packets make together, and its variance."""
    own, floor = reception.p_slope, reception.floor_p
    apart = reception.floor_slope - reception.slope
    far = apart * apart > FARTHEST * FARTHEST * (own + floor)
    if floor <= 0.0 or floor > SHARPER * own or far:
        return reception.slope, own
    share = own / (own + floor)
    return reception.slope + share * apart, share * floor


@kernel
def drift_of(reception):
    """Return by how much the sender's clock is faster than ours, as a share."""
    slope, _ = slope_of(reception)
    return slope * reception.samplerate / reception.rate - 1.0
