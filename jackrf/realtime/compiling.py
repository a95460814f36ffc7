"""The two decorators of this package: `kernel` for what a callback calls, `callback` for itself.

Both: numpy's error model (nothing raises), no bounds checks, and those liberties with arithmetic
that leave NaN and infinity alone, because the input check has to see them.
"""

from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.core import config

from jackrf.realtime.cache import cache_folder

ARITHMETIC = {"nsz", "arcp", "contract", "afn", "reassoc"}

Kernel = Callable[..., Any]

kernel: Callable[[Kernel], Kernel] = numba.njit(
    error_model="numpy", fastmath=ARITHMETIC, forceinline=True
)

JACK_PROCESS = types.int32(types.uint32, types.voidptr)
"""``JackProcessCallback``: nframes, arg; 0 to go on."""

OFFLINE = types.void(types.voidptr, types.uint32, types.uint32, types.int64)
"""The same work without JACK: context, frames, frame time, monotonic ns."""


def callback(signature: Any) -> Callable[[Kernel], Any]:
    """Compile a function to a C function pointer (its ``address``), or fetch it from the cache.

    Where a full disk takes nothing into the cache, each start compiles it anew.
    """

    def compile_it(function: Kernel) -> Any:
        before = config.CACHE_DIR
        config.CACHE_DIR = str(cache_folder())
        options = {"error_model": "numpy", "fastmath": ARITHMETIC}
        try:
            return numba.cfunc(signature, cache=True, **options)(function)
        except OSError:
            return numba.cfunc(signature, **options)(function)
        finally:
            config.CACHE_DIR = before

    return compile_it
