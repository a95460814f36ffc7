"""The receive side on a sound card without JACK: what PortAudio calls each period.

It does the same work as `jackrf.realtime.receive.receive`; PortAudio keeps no frame time, so the
frames that it asked for so far are counted here.
"""

import numpy as np
from numba import carray, types

from jackrf.realtime.compiling import callback
from jackrf.realtime.context import MAX_PERIOD
from jackrf.realtime.libc import flush_denormals, pointer
from jackrf.realtime.receive import receive_period
from jackrf.realtime.reception import RECEPTION

OUTPUT_UNDERFLOW = 0x4
"""paOutputUnderflow (portaudio.h)"""

PORTAUDIO = types.int32(
    types.voidptr, types.voidptr, types.uintp, types.voidptr, types.uintp, types.voidptr
)
"""``PaStreamCallback``: input, output, frames, time, flags, user data; 0 to go on."""

CARD = np.dtype(
    [
        ("reception_at", "u8"),  # RECEPTION
        ("sides_at", "u8"),  # float32[2, MAX_PERIOD]: left and right before they are interleaved
        ("channels", "u4"),  # of the card: 1 plays the sum at -6 dB, more than 2 stay silent
        ("time", "u4"),  # frames so far, modulo 2**32
        ("period", "u4"),  # frames of the last period
        ("padding", "u4"),
        ("underflows", "i8"),  # counter: periods that came too late for the card
        ("refused_periods", "i8"),  # counter: longer than MAX_PERIOD, played as silence
        ("cycles", "i8"),
    ]
)


@callback(PORTAUDIO)
def receive_to_card(_input, output, frames, _time, flags, argument):
    """Be PortAudio's stream callback: ``argument`` is the address of a CARD."""
    card = carray(argument, (1,), CARD)[0]
    flush_denormals()
    channels = np.int64(card.channels)
    played = carray(output, (np.int64(frames), channels), np.float32)
    if flags & OUTPUT_UNDERFLOW:
        card.underflows += 1
    if frames > MAX_PERIOD:
        card.refused_periods += 1
        for frame in range(frames):
            for channel in range(channels):
                played[frame, channel] = 0.0
        return 0
    reception = carray(pointer(card.reception_at), (1,), RECEPTION)[0]
    reception.left_at = card.sides_at
    reception.right_at = card.sides_at + np.uint64(4 * MAX_PERIOD)
    receive_period(reception, np.uint32(frames), card.time)
    left = carray(pointer(reception.left_at), (np.int64(frames),), np.float32)
    right = carray(pointer(reception.right_at), (np.int64(frames),), np.float32)
    for frame in range(frames):
        if channels == 1:
            played[frame, 0] = np.float32(0.5) * (left[frame] + right[frame])
            continue
        played[frame, 0] = left[frame]
        played[frame, 1] = right[frame]
        for channel in range(2, channels):
            played[frame, channel] = 0.0
    reception.cycles += 1
    card.time = np.uint32(card.time + frames)
    card.period = np.uint32(frames)
    card.cycles += 1
    return 0
