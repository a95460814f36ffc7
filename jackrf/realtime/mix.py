"""Mixing: rows of the gain matrix over input buffers, steady or gliding.

A *row* is one side of one mix. Inputs that sound in it are kept as a list, steady ones first, so a
send that is off costs nothing, and steady inputs are added eight at a time: nine reads and one
write for eight multiply-adds instead of sixteen and eight.
"""

import numpy as np
from numba import carray

from jackrf.realtime.compiling import kernel
from jackrf.realtime.libc import pointer


@kernel
def follow_targets(targets, glides, goals, remaining):
    """Start a glide for each gain whose target has changed, of as many frames as `glides` says."""
    for row in range(targets.shape[0]):
        for column in range(targets.shape[1]):
            target = targets[row, column]
            if target != goals[row, column]:
                goals[row, column] = target
                remaining[row, column] = glides[row, column]


@kernel
def sort_row(gains, goals, remaining, sounding):
    """List the inputs of a row: steady ones from the front, gliding ones from the back.

    Returns:
        How many are steady, how many glide.
    """
    columns = len(gains)
    steady = 0
    moving = 0
    for column in range(columns):
        if remaining[column] != 0:
            moving += 1
            sounding[columns - moving] = column
        else:
            gains[column] = goals[column]
            if goals[column] != 0.0:
                sounding[steady] = column
                steady += 1
    return steady, moving


@kernel
def mix_row(out, inputs, gains, sounding, steady):
    """Write the sum of the steady inputs of a row to `out`, float32[period]."""
    done = _begin(out, inputs, gains, sounding, steady)
    while steady - done >= 8:
        _add_eight(out, inputs, gains, sounding[done : done + 8])
        done += 8
    while done < steady:
        column = sounding[done]
        source = carray(pointer(inputs[column].buffer_at), (len(out),), np.float32)
        _add(out, source, gains[column])
        done += 1


@kernel
def _begin(out, inputs, gains, sounding, steady):
    """Write over what `out` held, and return how many inputs that took in: up to two.

    They are of those that do not come in eights, so a row of 64 loses none of its eights.
    """
    frames = len(out)
    if steady % 8 == 0:
        for frame in range(frames):
            out[frame] = 0.0
        return 0
    first = carray(pointer(inputs[sounding[0]].buffer_at), (frames,), np.float32)
    if steady % 8 == 1:
        _set(out, first, gains[sounding[0]])
        return 1
    second = carray(pointer(inputs[sounding[1]].buffer_at), (frames,), np.float32)
    _set_two(out, first, second, gains[sounding[0]], gains[sounding[1]])
    return 2


@kernel
def _set(out, source, gain):
    for frame in range(len(out)):
        out[frame] = gain * source[frame]


@kernel
def _set_two(out, first, second, first_gain, second_gain):
    for frame in range(len(out)):
        out[frame] = first_gain * first[frame] + second_gain * second[frame]


@kernel
def _add(out, source, gain):
    for frame in range(len(out)):
        out[frame] += gain * source[frame]


@kernel
def _add_eight(out, inputs, gains, columns):
    n = len(out)
    c0, c1, c2, c3 = columns[0], columns[1], columns[2], columns[3]
    c4, c5, c6, c7 = columns[4], columns[5], columns[6], columns[7]
    g0, g1, g2, g3 = gains[c0], gains[c1], gains[c2], gains[c3]
    g4, g5, g6, g7 = gains[c4], gains[c5], gains[c6], gains[c7]
    x0 = carray(pointer(inputs[c0].buffer_at), (n,), np.float32)
    x1 = carray(pointer(inputs[c1].buffer_at), (n,), np.float32)
    x2 = carray(pointer(inputs[c2].buffer_at), (n,), np.float32)
    x3 = carray(pointer(inputs[c3].buffer_at), (n,), np.float32)
    x4 = carray(pointer(inputs[c4].buffer_at), (n,), np.float32)
    x5 = carray(pointer(inputs[c5].buffer_at), (n,), np.float32)
    x6 = carray(pointer(inputs[c6].buffer_at), (n,), np.float32)
    x7 = carray(pointer(inputs[c7].buffer_at), (n,), np.float32)
    for i in range(n):
        out[i] += (
            (g0 * x0[i] + g1 * x1[i])
            + (g2 * x2[i] + g3 * x3[i])
            + (g4 * x4[i] + g5 * x5[i])
            + (g6 * x6[i] + g7 * x7[i])
        )


@kernel
def glide_row(out, inputs, gains, goals, remaining, sounding, moving):
    """Add the gliding inputs of a row to `out`, each along its line, and move the gains on.

    A glide ends with the period in which it runs out, so its slope is never above
    (goal - gain) / remaining for any length of period.
    """
    frames = len(out)
    columns = len(gains)
    for place in range(columns - moving, columns):
        column = sounding[place]
        gain = gains[column]
        left = remaining[column]
        if left <= frames:
            end = goals[column]
            remaining[column] = 0
        else:
            end = gain + (goals[column] - gain) * np.float32(frames) / np.float32(left)
            remaining[column] = left - frames
        step = (end - gain) / np.float32(frames)
        source = carray(pointer(inputs[column].buffer_at), (frames,), np.float32)
        _add_gliding(out, source, gain, step)
        gains[column] = end


@kernel
def _add_gliding(out, source, gain, step):
    for frame in range(len(out)):
        out[frame] += (gain + step * np.float32(frame + 1)) * source[frame]


@kernel
def fade(left, right, start, end):
    """Multiply both sides by a line from `start` (before the first frame) to `end` (the last)."""
    step = (end - start) / np.float32(len(left))
    for frame in range(len(left)):
        gain = start + step * np.float32(frame + 1)
        left[frame] *= gain
        right[frame] *= gain
