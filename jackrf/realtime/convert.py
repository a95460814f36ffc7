"""Between float32 and the samples of RFC 3551 L16 and RFC 3190 L24: big-endian two's complement.

Round to nearest (even at a tie), saturate, interleave; full scale is 2**15 and 2**23, so +1.0 is
one step above the largest number and saturates, and what a decoder divides by 2**15 is the float.
Everything goes through 16-bit words, written in the machine's order (little-endian).
"""

import numpy as np

from jackrf.realtime.compiling import kernel

FULL_16 = np.float32(2.0**15)
FULL_24 = np.float32(2.0**23)
TOP_24 = np.float32(2.0**23 - 1.0)


@kernel
def _quantise_16(sample):
    scaled = min(max(np.rint(sample * FULL_16), -FULL_16), np.float32(32767.0))
    return np.int32(scaled)


@kernel
def _quantise_24(sample):
    scaled = min(max(np.rint(sample * FULL_24), -FULL_24), TOP_24)
    return np.int32(scaled)


@kernel
def to_l16(left, right, words):
    """Write float32[n] left and right as n L16 frames to uint16[2 * n]."""
    for frame in range(len(left)):
        a = _quantise_16(left[frame])
        b = _quantise_16(right[frame])
        words[2 * frame] = ((a & 0xFF) << 8) | ((a >> 8) & 0xFF)
        words[2 * frame + 1] = ((b & 0xFF) << 8) | ((b >> 8) & 0xFF)


@kernel
def to_l24(left, right, words):
    """Write float32[n] left and right as n L24 frames to uint16[3 * n]."""
    for frame in range(len(left)):
        a = _quantise_24(left[frame])
        b = _quantise_24(right[frame])
        words[3 * frame] = ((a >> 16) & 0xFF) | (a & 0xFF00)
        words[3 * frame + 1] = (a & 0xFF) | ((b >> 8) & 0xFF00)
        words[3 * frame + 2] = ((b >> 8) & 0xFF) | ((b & 0xFF) << 8)


@kernel
def from_l16(octets, left, right, channels):
    """Write uint8[2 * channels * n] of L16 frames as float32[n]: the first two, one on both."""
    other = 2 if channels > 1 else 0
    for frame in range(len(left)):
        at = 2 * channels * frame
        a = np.int16((np.uint16(octets[at]) << 8) | octets[at + 1])
        b = np.int16((np.uint16(octets[at + other]) << 8) | octets[at + other + 1])
        left[frame] = np.float32(a) * np.float32(2.0**-15)
        right[frame] = np.float32(b) * np.float32(2.0**-15)


@kernel
def from_l24(octets, left, right, channels):
    """Write uint8[3 * channels * n] of L24 frames as float32[n]: the first two, one on both."""
    other = 3 if channels > 1 else 0
    for frame in range(len(left)):
        at = 3 * channels * frame
        left[frame] = _float_24(octets[at], octets[at + 1], octets[at + 2])
        at += other
        right[frame] = _float_24(octets[at], octets[at + 1], octets[at + 2])


@kernel
def _float_24(high, middle, low):
    # In the top 24 bits of an int32 the sign needs no care; the scale takes the 8 bits back.
    bits = (np.uint32(high) << 24) | (np.uint32(middle) << 16) | (np.uint32(low) << 8)
    return np.float32(np.int32(bits)) * np.float32(2.0**-31)
