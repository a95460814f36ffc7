"""JACK's frame time of an instrument on the machine's monotonic clock.

What JACK says of it between periods (`jack_frame_time`) is wrong by as much as the server has stood
still in the last half a minute; when its driver woke for each period is not.
"""

import numpy as np
from numpy.typing import NDArray

from jackrf.errors import JackrfError
from jackrf.latency.instruments import Player, Recorder, apart


class FrameClock:
    """JACK's frame time of an instrument as monotonic ns: a line through what was looked at."""

    def __init__(self, instrument: Player | Recorder) -> None:
        self._instrument = instrument
        self._origin, _ = instrument.latest()
        self._seen: list[tuple[int, float]] = []

    def look(self) -> None:
        """Compare both clocks once."""
        frames, woken = self._instrument.latest()
        self._seen.append((apart(frames, self._origin), woken))

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
