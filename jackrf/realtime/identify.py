"""The tone that tells a musician which ears are theirs: soft, and made in the callback.

left  ▁▂▁            one ping of 660 Hz
right      ▁▂▁ ▁▂▁   two of 880 Hz, so left and right tell themselves apart
0.0   0.2  0.5  0.8                                        2.0 s, and again
"""

import math

import numpy as np

from jackrf.realtime.compiling import kernel

AMPLITUDE = 10.0 ** (-30.0 / 20.0)
"""-30 dBFS at the peak of a ping."""
PATTERN_SECONDS = 2.0
PING_SECONDS = 0.2
LEFT_HZ, RIGHT_HZ = 660.0, 880.0
LEFT_AT = 0.0
RIGHT_AT = (0.5, 0.8)
"""s from the pattern's beginning."""
RAMP_SECONDS = 0.010
"""From full to nothing when it is switched off within a ping."""
LONGEST_SECONDS = 60.0
"""Nobody has to listen to it for ever, whatever becomes of who switched it on."""


@kernel
def _ping(since, hertz):
    """Return a ping `since` s after it began: a sine that swells and dies away."""
    if since < 0.0 or since >= PING_SECONDS:
        return 0.0
    swell = math.sin(math.pi * since / PING_SECONDS)
    return AMPLITUDE * swell * swell * math.sin(2.0 * math.pi * hertz * since)


@kernel
def add_tone(samplerate, mix, left, right):
    """Add the pattern to a mix while its ``tone`` is 1, and let it die away once it is 0."""
    if mix.tone == 0 and mix.tone_level == 0.0:
        mix.tone_frames = 0
        return
    wanted = mix.tone == 1 and mix.tone_frames < LONGEST_SECONDS * samplerate
    step = np.float32(1.0 / (RAMP_SECONDS * samplerate))
    pattern = np.int64(PATTERN_SECONDS * samplerate)
    level = mix.tone_level
    for frame in range(len(left)):
        level = min(level + step, np.float32(1.0)) if wanted else max(level - step, np.float32(0.0))
        since = ((mix.tone_frames + frame) % pattern) / samplerate
        left[frame] += np.float32(level * _ping(since - LEFT_AT, LEFT_HZ))
        high = _ping(since - RIGHT_AT[0], RIGHT_HZ) + _ping(since - RIGHT_AT[1], RIGHT_HZ)
        right[frame] += np.float32(level * high)
    mix.tone_level = level
    mix.tone_frames += len(left)
