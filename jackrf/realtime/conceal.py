"""Where frames are missing: a short fade to silence instead of a click, and a fade back in.

The fade-out plays the last 64 frames backwards under a falling line, which begins exactly where the
audio stopped, whatever it was. When audio is back it rises over 64 frames.
"""

import numpy as np

from jackrf.realtime.compiling import kernel
from jackrf.realtime.reception import RING, TAIL


@kernel
def play_whole(left, right, ring, start):
    """Copy a period that is all there, frame `start` first."""
    for frame in range(len(left)):
        place = (start + frame) & (RING - 1)
        left[frame] = ring[0, place]
        right[frame] = ring[1, place]


@kernel
def play_broken(left, right, memory, start, presence, tail, written):
    """Play a period with frames missing, or just after such a one.

    Args:
        memory: the tuple (ring, stamps, history, fading): history float32[2, TAIL] holds what was
            played last, frame `written` - 1 at its place modulo TAIL; fading float32[2, TAIL] what
            a fade-out under way reads.
        start: timestamp of the first frame.
        presence: 0..1, how far audio has faded in.
        tail: frames of the fade-out done.
        written: frames ever put into history.

    Returns:
        presence, tail, and how many frames were missing.
    """
    ring, stamps, history, fading = memory
    missing = 0
    rise = np.float32(1.0 / TAIL)
    for frame in range(len(left)):
        timestamp = np.uint32(start + frame)
        place = timestamp & (RING - 1)
        a = np.float32(0.0)
        b = np.float32(0.0)
        if stamps[place] == timestamp:
            presence = min(presence + rise, np.float32(1.0))
            a = ring[0, place] * presence
            b = ring[1, place] * presence
        else:
            missing += 1
            if presence > 0.0:
                presence = np.float32(0.0)
                tail = 0
                mirror(history, fading, written + frame)
        if tail < TAIL:
            falling = np.float32(1.0) - np.float32(tail + 1) / np.float32(TAIL + 1)
            a += fading[0, tail] * falling
            b += fading[1, tail] * falling
            tail += 1
        left[frame] = a
        right[frame] = b
        history[0, (written + frame) & (TAIL - 1)] = a
        history[1, (written + frame) & (TAIL - 1)] = b
    return presence, tail, missing


@kernel
def mirror(history, fading, written):
    """Prepare a fade-out that begins where the audio stops: the last TAIL frames backwards."""
    for place in range(TAIL):
        fading[0, place] = history[0, (written - 1 - place) & (TAIL - 1)]
        fading[1, place] = history[1, (written - 1 - place) & (TAIL - 1)]


@kernel
def remember_period(history, left, right, written):
    """Keep the last TAIL frames of a period that was played whole."""
    frames = len(left)
    for frame in range(max(frames - TAIL, 0), frames):
        history[0, (written + frame) & (TAIL - 1)] = left[frame]
        history[1, (written + frame) & (TAIL - 1)] = right[frame]
