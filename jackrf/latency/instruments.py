"""What stands around others in the graph: a player and a recorder, exact on JACK's frame time.

Both have compiled callbacks, as jackrf itself has, so that a busy Python makes neither late.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from jackrf.client import JackClient, PortName
from jackrf.engine import wait_until
from jackrf.realtime.context import address
from jackrf.realtime.instruments import SEAT, play, record

Audio = NDArray[np.float32]


class _Instrument:
    """A client with compiled callback and a SEAT; closed at the end of a ``with`` block."""

    def __init__(self, client: JackClient, compiled: Any, ports: Sequence[int]) -> None:
        self.client = client
        self._ports = np.array(ports, np.uint64)
        self._tracks = np.zeros((len(ports), 1), np.float32)
        self._seat = np.zeros(1, SEAT)
        self._seat["client"] = client.pointer
        self._seat["ports_at"] = address(self._ports)
        self._seat["channels"] = len(ports)
        self._scratch = np.zeros(2, np.int64)
        self._seat["clock_at"] = address(self._scratch)
        self._seat["samplerate"] = client.samplerate
        self._lay(self._tracks, 0)
        client.install(compiled, address(self._seat), self)
        client.activate()
        wait_for(lambda: self.cycles > 2)

    def _lay(self, tracks: Audio, start: int) -> None:
        self._tracks = tracks
        self._seat["tracks_at"] = address(tracks)
        self._seat["frames"] = tracks.shape[1]
        self._seat["start"] = start % 2**32

    def _rest(self) -> None:
        self._seat["active"] = 0
        done = self.cycles + 2
        wait_for(lambda: self.cycles >= done)

    @property
    def cycles(self) -> int:
        """Periods so far."""
        return int(self._seat["cycles"][0])

    @property
    def missed(self) -> int:
        """How often a period did not follow the one before: cycles that the server lost."""
        return int(self._seat["missed"][0])

    @property
    def now(self) -> int:
        """JACK frame time of the latest period."""
        return int(self._seat["now"][0])

    def latest(self) -> tuple[int, int]:
        """Return JACK frame time of the latest period, and the monotonic ns at which it began."""
        while True:
            cycles = self.cycles
            found = self.now, int(self._seat["woken_ns"][0])
            if self.cycles == cycles:
                return found

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


class Player(_Instrument):
    """Plays arrays into JACK.

    Args:
        server: JACK server name, None for the default one.
        channels: how many ports, ``out_1`` and up.
        name: of the client.
    """

    def __init__(self, server: str | None, channels: int = 1, name: str = "player") -> None:
        client = JackClient(name, server)
        names = [f"out_{number + 1}" for number in range(channels)]
        ports = [client.add_output(name, PortName(name, 1, "Out")) for name in names]
        self.ports = [f"{client.name}:{name}" for name in names]
        super().__init__(client, play, ports)

    def play(self, tracks: Audio, *, loop: bool = False, delay: float = 0.1) -> int:
        """Play float32 tracks, shape (channels, frames), once or over and over.

        Args:
            tracks: taken as they are.
            loop: whether to begin again at the end.
            delay: seconds until it begins.

        Returns:
            The JACK frame time of the first frame.
        """
        self._rest()
        start = self.now + round(delay * self.client.samplerate)
        self._lay(np.ascontiguousarray(tracks, np.float32), start)
        self._seat["looping"] = int(loop)
        self._seat["active"] = 1
        return start % 2**32

    def stop(self) -> None:
        """Fall silent."""
        self._rest()

    def wait(self) -> None:
        """Wait until everything has been played."""
        end = int(self._seat["start"][0]) + self._tracks.shape[1]
        wait_for(lambda: apart(self.now, end) >= 0)


@dataclass(frozen=True, slots=True)
class Take:
    """What a recorder heard.

    Attributes:
        audio: float32, shape (channels, frames).
        start: JACK frame time of the first frame.
        missed: how many periods were lost, and are silent in `audio` where the recorder had none.
    """

    audio: Audio
    start: int
    missed: int


class Recorder(_Instrument):
    """Records ports of other clients.

    Args:
        server: JACK server name, None for the default one.
        sources: full names of output ports, that are there or that are not there yet.
        name: of the client.
    """

    def __init__(self, server: str | None, sources: Sequence[str], name: str = "recorder") -> None:
        client = JackClient(name, server)
        names = [f"in_{number + 1}" for number in range(len(sources))]
        ports = [client.add_input(name, PortName(name, 1, "In")) for name in names]
        self._wishes = list(zip(sources, (f"{client.name}:{name}" for name in names), strict=True))
        super().__init__(client, record, ports)
        self.connect()

    def connect(self) -> bool:
        """Connect every source that is there; return whether all are connected."""
        connected = [self.client.connect(source, port) for source, port in self._wishes]
        return all(connected)

    def begin(self, seconds: float) -> None:
        """Record from the next period on, for so long at the most."""
        self._rest()
        self._missed_before = self.missed
        frames = round(seconds * self.client.samplerate)
        # Written to at once: for a page that the audio thread touches first, a huge one above all,
        # the kernel may need a period's time, and then the next period is recorded for this one.
        tracks = np.full((len(self._wishes), frames), 0.0, np.float32)
        self._lay(tracks, self.now + 2 * self.client.period)
        self._seat["active"] = 1

    def end(self) -> Take:
        """Stop, and return what was recorded."""
        now = self.now
        self._rest()
        start = int(self._seat["start"][0])
        frames = min(self._tracks.shape[1], max(0, apart(now, start)))
        return Take(self._tracks[:, :frames], start, self.missed - self._missed_before)

    def wait(self, seconds: float) -> None:
        """Wait until so much more has been recorded."""
        end = self.now + round(seconds * self.client.samplerate)
        wait_for(lambda: apart(self.now, end) >= 0)

    def record(self, seconds: float) -> Take:
        """Record for so long and return it."""
        self.begin(seconds)
        self.wait(seconds)
        return self.end()


def apart(later: int, earlier: int) -> int:
    """Return later - earlier of two frame times, which wrap around at 2**32."""
    return (later - earlier + 2**31) % 2**32 - 2**31


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is true.

    Raises:
        TimeoutError: it did not become true.
    """
    if not wait_until(condition, seconds):
        raise TimeoutError(f"waited {seconds:g} s in vain")
