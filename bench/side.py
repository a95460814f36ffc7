"""One side of a path between two JACK servers: ``python -m bench.side``, a process for each server.

It plays a sound of `bench.sounds`, over and over, into ports, records others, its own wire first,
and knows of each frame when that was on the machine's monotonic clock. It says ``ready`` when all
is connected, begins when there is a file beside its own that ends in ``.go``, and writes what it
heard when its time is over.
"""

import argparse
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from bench.sounds import SOUNDS
from jackrf.errors import JackrfError, JackServerError
from jackrf.latency.instruments import Player, Recorder, apart

CONNECT_SECONDS = 30.0
LOOK_SECONDS = 0.050
OPENINGS = 5

Instrument = TypeVar("Instrument", Player, Recorder)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one side played and recorded.

    Attributes:
        audio: float32, shape (ports, frames): its own wire, then what was asked for.
        start: frame time of the first frame.
        began: frame time at which the sound that is played began.
        frames: float64, frame times at which both clocks were looked at, rising, counted from
            `start`.
        times: float64, monotonic ns of each.
        samplerate: Hz, as the server calls it.
        period: frames.
    """

    audio: NDArray[np.float32]
    start: int
    began: int
    frames: NDArray[np.float64]
    times: NDArray[np.float64]
    samplerate: int
    period: int

    def at(self, frames: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the monotonic ns of frames of `audio`."""
        return np.asarray(np.interp(frames, self.frames, self.times))

    def frame_of(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the frames of `audio` that are at so many monotonic ns."""
        return np.asarray(np.interp(times, self.times, self.frames))

    def rate(self) -> float:
        """Return the frames per second that there really were."""
        return float(np.ptp(self.frames) / np.ptp(self.times) * 1e9)

    def write(self, path: Path) -> None:
        """Keep it."""
        numbers = np.array([self.start, self.began, self.samplerate, self.period], np.int64)
        with path.open("wb") as file:
            np.savez(file, audio=self.audio, frames=self.frames, times=self.times, numbers=numbers)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return what `write` kept."""
        with np.load(path) as found:
            start, began, samplerate, period = (int(number) for number in found["numbers"])
            clocks = found["frames"], found["times"]
            return cls(found["audio"], start, began, *clocks, samplerate, period)


def _opened(make: Callable[[], Instrument]) -> Instrument:
    # While other clients come and go, too, jackd refuses one now and then.
    for _ in range(OPENINGS - 1):
        with contextlib.suppress(JackServerError):
            return make()
        time.sleep(1.0)
    return make()


def _connect_all(player: Player, recorder: Recorder, inputs: Sequence[str]) -> None:
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        fed = [player.client.connect(player.ports[0], port) for port in inputs]
        if all(fed) and recorder.connect():
            return
        if time.monotonic() > deadline:
            raise JackrfError(f"not all ports were there: {', '.join(inputs)}")
        time.sleep(0.1)


def _look(recorder: Recorder, seconds: float) -> list[tuple[int, int]]:
    """Compare both clocks again and again, for so long."""
    seen = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen.append(recorder.latest())
        time.sleep(LOOK_SECONDS)
    return seen


def hear(
    server: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    sound: str,
    seconds: float,
    go: Path,
) -> Heard:
    """Play into inputs; as soon as a file `go` is there, record outputs for so long."""
    with (
        _opened(partial(Player, server, name="bench-player")) as player,
        _opened(
            partial(Recorder, server, [player.ports[0], *outputs], "bench-recorder")
        ) as recorder,
    ):
        began = player.play(SOUNDS[sound]().track[np.newaxis], loop=True)
        _connect_all(player, recorder, inputs)
        print("ready", flush=True)
        while not go.exists():
            time.sleep(0.02)
        recorder.begin(seconds + 1.0)
        seen = _look(recorder, seconds)
        take = recorder.end()
        frames = np.array([apart(at, take.start) for at, _ in seen], np.float64)
        # Of one period that was looked at twice, one is enough.
        rising = np.concatenate([[True], np.diff(np.maximum.accumulate(frames)) > 0])
        client = recorder.client
        return Heard(
            take.audio,
            take.start,
            began,
            frames[rising],
            np.array([ns for _, ns in seen])[rising],
            client.samplerate,
            client.period,
        )


def main() -> None:
    """Be one side, and write what was heard."""
    parser = argparse.ArgumentParser(prog="python -m bench.side")
    parser.add_argument("server")
    parser.add_argument("out", type=Path)
    parser.add_argument("seconds", type=float)
    parser.add_argument("sound", choices=SOUNDS)
    parser.add_argument("--into", action="append", default=[], help="a port to play into")
    parser.add_argument("--hear", action="append", default=[], help="a port to record")
    o = parser.parse_args()
    heard = hear(o.server, o.into, o.hear, o.sound, o.seconds, Path(f"{o.out}.go"))
    unfinished = o.out.with_suffix(".part")
    heard.write(unfinished)
    unfinished.replace(o.out)


if __name__ == "__main__":
    main()
