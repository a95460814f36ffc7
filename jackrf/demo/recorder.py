"""Records JACK ports on JACK's frame clock: ``python -m jackrf.demo.recorder --help``.

It runs as a process of its own, so that drawing on the terminal cannot make it miss a period. What
it misses all the same is noticed by the frame time, stays silence at its place, and is counted.
"""

import argparse
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

import jack
import numpy as np
from numpy.typing import NDArray

from jackrf.demo.clients import open_client, put_off_ends, run_until_stopped
from jackrf.errors import JackrfError

NAME: Final = "jackrf-recorder"


@dataclass(frozen=True, slots=True)
class Recording:
    """What some ports played during one stretch of JACK's frame time."""

    sources: tuple[str, ...]
    """Full names of the ports."""
    audio: NDArray[np.float32]
    """Shape (sources, frames)."""
    samplerate: int
    """Hz"""
    period: int
    """Frames per period when the recording began."""
    first_frame: int
    """JACK frame time of `audio[:, 0]`."""
    missed: NDArray[np.int64]
    """What the recorder itself missed and is silence in `audio`: shape (stretches, 2), the JACK
    frame time at which each stretch begins and its length in frames."""

    def save(self, path: Path) -> None:
        """Write everything to one file in numpy's npz format."""
        with path.open("wb") as file:
            np.savez(
                file,
                sources=np.array(self.sources),
                audio=self.audio,
                numbers=np.array([self.samplerate, self.period, self.first_frame]),
                missed=self.missed,
            )

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote."""
        with np.load(path) as stored:
            samplerate, period, first_frame = (int(number) for number in stored["numbers"])
            sources = tuple(str(source) for source in stored["sources"])
            audio, missed = stored["audio"], stored["missed"]
            return cls(sources, audio, samplerate, period, first_frame, missed)

    def between(self, first_frame: int, last_frame: int) -> Self:
        """Return the part from one JACK frame time up to another, as far as it was recorded."""
        start = max(0, first_frame - self.first_frame)
        stop = max(start, last_frame - self.first_frame)
        begins, lengths = self.missed[:, 0], self.missed[:, 1]
        inside = (begins + lengths > first_frame) & (begins < last_frame)
        return replace(
            self,
            audio=self.audio[:, start:stop],
            first_frame=self.first_frame + start,
            missed=self.missed[inside],
        )

    def channels(self, sources: list[str]) -> NDArray[np.float32]:
        """Return the audio of some of the ports, shape (len(sources), frames)."""
        return self.audio[[self.sources.index(source) for source in sources]]


class Recorder:
    """Registers one input port per source and records them all in step.

    Args:
        client: a client that is not active yet. Activate it, then call `connect`.
        sources: full names of the output ports to record.
        seconds: how much there is room for; when it is full, recording has ended.
    """

    def __init__(self, client: jack.Client, sources: list[str], seconds: float) -> None:
        self._client = client
        self._sources = tuple(sources)
        self._ports = [client.inports.register(f"in_{n + 1}") for n in range(len(sources))]
        self._samplerate = client.samplerate
        self._period = client.blocksize
        # Filled and not just zeros: memory that was never touched would be fetched amid a period.
        room = round(seconds * client.samplerate)
        self._audio = np.full((len(sources), room), 0.0, np.float32)
        self._first_frame: int | None = None
        self._next_frame = 0
        self._missed: list[tuple[int, int]] = []
        client.set_process_callback(self._process)

    def connect(self) -> None:
        """Connect every source; the client must be active.

        Raises:
            JackrfError: there is no such port, or it takes no connection.
        """
        for source, port in zip(self._sources, self._ports, strict=True):
            try:
                self._client.connect(source, port)
            except jack.JackError as error:
                raise JackrfError(f"cannot record {source}: {error}") from None

    def recording(self) -> Recording:
        """Return what has been recorded; call it when the client is no longer active."""
        first = self._first_frame or 0
        length = min(max(0, self._next_frame - first), self._audio.shape[1])
        return Recording(
            self._sources,
            self._audio[:, :length],
            self._samplerate,
            self._period,
            first,
            np.array(self._missed, np.int64).reshape(-1, 2),
        )

    def _process(self, frames: int) -> None:
        now = self._client.last_frame_time
        if self._first_frame is None:
            self._first_frame = self._next_frame = now
        start = now - self._first_frame
        room = self._audio.shape[1] - start
        if room < frames:
            return
        if now != self._next_frame:
            self._missed.append((self._next_frame, now - self._next_frame))
        self._next_frame = now + frames
        for port, track in zip(self._ports, self._audio, strict=True):
            # get_array() says the same, and takes twice as long.
            track[start : start + frames] = np.frombuffer(port.get_buffer(), np.float32)


def main(arguments: list[str] | None = None) -> None:
    """Record until SIGTERM, SIGINT or the end of the JACK server, then write the file."""
    parser = argparse.ArgumentParser(prog="python -m jackrf.demo.recorder")
    parser.add_argument("--server", default="default", help="name of the JACK server")
    parser.add_argument("--out", type=Path, required=True, help="file to write, .npz")
    parser.add_argument("--seconds", type=float, required=True, help="the most to record")
    parser.add_argument("sources", nargs="+", metavar="PORT", help="port to record")
    options = parser.parse_args(arguments)
    try:
        client = open_client(NAME, options.server)
        stopped = put_off_ends()
        recorder = Recorder(client, options.sources, options.seconds)
        run_until_stopped(client, stopped, started=recorder.connect)
    except JackrfError as error:
        print(f"{NAME}: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    recorder.recording().save(options.out)


if __name__ == "__main__":
    main()
