"""Where the arrays of a callback lie: in one block, in the order in which they are used.

A callback wakes with cold caches. What it touches each period then costs a miss a line and, worse,
a walk a page; side by side, a small desk's state is a few pages instead of one for each array.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

LINE = 64
"""Bytes of a cache line."""


def lay_out(plan: Mapping[str, tuple[DTypeLike, tuple[int, ...]]]) -> dict[str, NDArray[Any]]:
    """Return zeroed arrays in one block, each on a cache line of its own, in the plan's order.

    All of it is written once, so that the audio thread meets no page fault in it. The block lives
    as long as any of its arrays.

    Args:
        plan: dtype and shape by name.
    """
    sizes = {
        name: int(np.prod(shape)) * np.dtype(kind).itemsize for name, (kind, shape) in plan.items()
    }
    strides = {name: -(-size // LINE) * LINE for name, size in sizes.items()}
    block = np.empty(sum(strides.values()) + LINE, np.uint8)
    block[:] = 0
    start = -block.ctypes.data % LINE
    arrays: dict[str, NDArray[Any]] = {}
    for name, (kind, shape) in plan.items():
        arrays[name] = block[start : start + sizes[name]].view(kind).reshape(shape)
        start += strides[name]
    return arrays
