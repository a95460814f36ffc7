"""The ring of what was heard, as Python reads it."""

import numpy as np
from numpy.typing import NDArray

from jackrf.realtime.context import address
from jackrf.realtime.memory import lay_out
from jackrf.realtime.tap import TAP, TAP_RING
from jackrf.receiver import Receiver


class Tap:
    """Memory of a TAP that a receiver writes into.

    Args:
        receiver: whose callback is to keep what it plays, from before it starts; this outlives it.
    """

    def __init__(self, receiver: Receiver) -> None:
        self._arrays = lay_out({"tap": (TAP, (1,)), "ring_at": (np.float32, (2, TAP_RING))})
        self._tap, self._ring = self._arrays["tap"], self._arrays["ring_at"]
        self._tap["ring_at"] = address(self._ring)
        receiver.reception["tap_at"] = address(self._tap)

    @property
    def written(self) -> int:
        """Frames that were heard so far."""
        return int(self._tap["written"][0])

    def take(self, since: int) -> tuple[NDArray[np.float32], int, int]:
        """Return what was heard since a number of frames, how many were lost, and the new number.

        Returns:
            float32, shape (frames, 2); frames that the ring no longer had; what to give next.
        """
        now = self.written
        # Half of the ring is left alone: the callback writes on while this copies.
        first = max(since, now - TAP_RING // 2)
        places = np.arange(first, now) & (TAP_RING - 1)
        return np.ascontiguousarray(self._ring[:, places].T), first - since, now
