"""What was heard, kept for a moment in a ring: Python writes it to a file in its own time.

The callback only ever writes and counts up; a reader that is too slow loses the oldest frames and
can tell how many.
"""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer

TAP_RING = 1 << 18
"""Frames, a power of two: 5.4 s at 48 kHz."""

TAP = np.dtype(
    [
        ("ring_at", "u8"),  # float32[2, TAP_RING], frame n at n modulo TAP_RING
        ("written", "i8"),  # frames so far; counted up after they are in the ring
    ]
)


@kernel
def keep(tap_at, left_at, right_at, frames):
    """Put a period of both sides into the ring of the TAP at an address; 0 is none."""
    if tap_at == 0:
        return
    tap = carray(pointer(tap_at), (1,), TAP)[0]
    ring = carray(pointer(tap.ring_at), (2, TAP_RING), np.float32)
    left = carray(pointer(left_at), (frames,), np.float32)
    right = carray(pointer(right_at), (frames,), np.float32)
    for frame in range(frames):
        place = (tap.written + frame) & (TAP_RING - 1)
        ring[0, place] = left[frame]
        ring[1, place] = right[frame]
    tap.written += frames
