"""Peaks, and the check that an input is audio at all.

Both look at the bits of the samples: without its sign bit a float32 orders as an integer, so one
integer maximum is the peak, and NaN and infinity lie above every number. It holds whatever the
compiler assumes about NaN.
"""

import math

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer

MAGNITUDE = np.int32(0x7FFFFFFF)
LOUDEST = np.int32(np.float32(2.0**20).view(np.int32))
"""+120 dBFS: no audio; a runaway filter on its way to infinity."""

FALL_DB_PER_SECOND = 20.0 / 1.5
"""IEC 60268-10 type I: a peak meter falls 20 dB in 1.5 s."""


@kernel
def peak_bits(bits):
    """Return the largest magnitude of int32[period] float bits, as bits."""
    largest = np.int32(0)
    for frame in range(len(bits)):
        largest = max(largest, bits[frame] & MAGNITUDE)
    return largest


@kernel
def clean(bits, clean_bits):
    """Copy a buffer with everything that is no audio made zero.

    Returns:
        The number of samples that were made zero.
    """
    bad = 0
    for frame in range(len(bits)):
        if (bits[frame] & MAGNITUDE) > LOUDEST:
            clean_bits[frame] = 0
            bad += 1
        else:
            clean_bits[frame] = bits[frame]
    return bad


@kernel
def as_float(bits):
    """Return the float32 that some bits are."""
    return np.int32(bits).view(np.float32)


@kernel
def peak_of(samples_at, frames):
    """Return the peak amplitude of the float32[frames] at an address."""
    return as_float(peak_bits(carray(pointer(samples_at), (frames,), np.int32)))


@kernel
def kept_reading(frames, samplerate):
    """Return the share of its reading that a meter keeps over a period."""
    decibels = FALL_DB_PER_SECOND * frames / samplerate
    return np.float32(math.exp(-decibels * (math.log(10.0) / 20.0)))
