"""JACK's frame time of an instrument on the machine's monotonic clock."""

import time

import numpy as np
from numpy.typing import NDArray

from jackrf.errors import JackrfError
from jackrf.latency.clocks import SECOND
from jackrf.latency.instruments import Player, Recorder, apart


class FrameClock:
    """JACK's frame time of an instrument as monotonic ns: a line through what was looked at."""

    def __init__(self, instrument: Player | Recorder) -> None:
        self._instrument = instrument
        self._origin = instrument.client.frame_time
        self._seen: list[tuple[int, float]] = []

    def look(self) -> None:
        """Compare both clocks once; in the middle between two looks at the one."""
        before = time.monotonic_ns()
        frames = apart(self._instrument.client.frame_time, self._origin)
        after = time.monotonic_ns()
        if after - before < SECOND // 5000:
            self._seen.append((frames, (before + after) / 2))

    def at(self, frame_time: float) -> float:
        """Return the monotonic ns of a frame time, which may lie between two frames."""
        if len(self._seen) < 2:
            raise JackrfError("this machine is too busy to compare its clocks: try again")
        seen: NDArray[np.float64] = np.array(self._seen, np.float64)
        middle = seen.mean(axis=0)
        frames_seen, times = (seen - middle).T
        slope = float(frames_seen @ times / (frames_seen @ frames_seen))
        whole = int(frame_time)
        frames = apart(whole % 2**32, self._origin) + frame_time - whole
        return float(middle[1] + slope * (frames - middle[0]))
