"""The brick-wall limiter of a mix: ear safety without latency.

It sees the whole period before any of it is sent. Where a peak lies within the period the gain
goes down to it along a line over up to 1 ms; where it lies at the very start there is no time, and
the gain steps. It returns towards 1 with a time constant of 150 ms. Both sides share one gain, so
the picture does not move.
"""

import numpy as np

from jackrf.realtime.compiling import kernel

ATTACK_SECONDS = 0.001
RELEASE_SECONDS = 0.150
OPEN = np.float32(0.9999)
"""From here (-0.0009 dB) the gain counts as 1."""
LEAST_RISE = np.float32(2.0**-23)
"""Two steps of a float32 below 1: with less the gain would stand still before it is open."""


@kernel
def limit(left, right, envelope, ceiling, gain, attack, release):
    """Keep both sides within +-ceiling, in place.

    Args:
        left, right: float32[period], any level.
        envelope: float32[period], scratch.
        ceiling: amplitude, > 0.
        gain: at the end of the last period, 0..1.
        attack: how much the gain may fall per frame ahead of a peak.
        release: share of the way to 1 that it returns per frame.

    Returns:
        The gain at the end of the period, and the lowest gain in it.
    """
    frames = len(left)
    for frame in range(frames):
        loudest = max(abs(left[frame]), abs(right[frame]))
        envelope[frame] = ceiling / max(loudest, ceiling)
    allowed = np.float32(1.0)
    for back in range(frames):
        frame = frames - 1 - back
        allowed = min(envelope[frame], allowed + attack)
        envelope[frame] = allowed
    lowest = gain
    for frame in range(frames):
        rise = max((np.float32(1.0) - gain) * release, LEAST_RISE)
        gain = min(envelope[frame], gain + rise)
        lowest = min(lowest, gain)
        envelope[frame] = gain
    for frame in range(frames):
        left[frame] = min(max(left[frame] * envelope[frame], -ceiling), ceiling)
        right[frame] = min(max(right[frame] * envelope[frame], -ceiling), ceiling)
    if gain > OPEN:
        gain = np.float32(1.0)
    return gain, lowest
