"""How long each callback took: a histogram that the audio thread fills and Python reads.

Durations in ns fall into bins of 1/32 octave, so a quantile is exact to 3 %.
"""

import numpy as np
from numpy.typing import NDArray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.context import DURATION_BINS

_STEPS = 32


@kernel
def bin_of(duration):
    """Return the bin of a duration in ns: exact below 64 ns, then 32 to an octave."""
    octave = 0
    while duration >= 2 * _STEPS:
        duration >>= 1
        octave += 1
    return min(octave * _STEPS + duration, DURATION_BINS - 1)


def bin_middle(number: int) -> float:
    """Return the duration in ns in the middle of a bin."""
    octave = max(0, number // _STEPS - 1)
    return (number - octave * _STEPS + 0.5) * 2.0**octave


def quantiles(counts: NDArray[np.int64], shares: tuple[float, ...]) -> list[float]:
    """Return the durations in ns below which the given shares (0..1) of `counts` lie.

    Args:
        counts: int64[DURATION_BINS], a histogram or the difference of two.
        shares: for example (0.5, 0.99, 0.999).
    """
    running = np.cumsum(counts)
    if running[-1] == 0:
        return [0.0] * len(shares)
    return [bin_middle(int(np.searchsorted(running, share * running[-1]))) for share in shares]
