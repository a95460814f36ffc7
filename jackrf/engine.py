"""The send side as Python sees it: the compiled callback's memory, and how to change it safely.

The engine does no input or output of its own. `jackrf.client` runs its callback under JACK,
`jackrf.testing.OfflineClient` on plain arrays; `jackrf.mixer` says what the gains are.

    engine = Engine(len(mixer.strips), streams, samplerate)
    engine.set_gains(mixer.matrix())        # at once or at any time: the audio glides
    engine.publish([...rows])               # who hears it
    engine.meters(0)                        # of the first mix
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jackrf.gains import GLIDE_SECONDS, Gains
from jackrf.realtime import process as compiled
from jackrf.realtime.context import (
    CONTEXT,
    DURATION_BINS,
    INPUT,
    MAX_PACKET,
    MAX_PERIOD,
    MAX_SLICES,
    MESSAGE,
    MIX,
    VECTOR,
    address,
)
from jackrf.realtime.memory import lay_out
from jackrf.realtime.statistics import quantiles
from jackrf.units import amplitude_to_db, db_to_amplitude

QUANTILES = {"p50": 0.5, "p99": 0.99, "p99_9": 0.999}


@dataclass(frozen=True, slots=True)
class Stream:
    """How one mix goes on the wire.

    Attributes:
        ssrc: RFC 3550 section 8.1, stable over restarts.
        timestamp_offset: added to JACK's frame time, modulo 2**32.
        payload_type: 0..127.
        sample_bytes: 2 for L16, 3 for L24.
        ceiling: of the limiter, dBFS; None for no limiter.
        plain: whether its packets have the fixed header alone, for receivers that take an extension
            for audio.
    """

    ssrc: int
    timestamp_offset: int
    payload_type: int
    sample_bytes: int
    ceiling: float | None
    plain: bool = False


@dataclass(frozen=True, slots=True)
class MixMeters:
    """Levels of a mix as amplitudes: peaks after the limiter, and the limiter's gain 0..1."""

    left: float
    right: float
    limiter: float


def decibels(amplitude: float) -> float | None:
    """Return a level in dB to 0.1, None for silence: the form in which JSON can carry it."""
    level = amplitude_to_db(amplitude)
    return round(level, 1) if level > -200.0 else None


class Engine:
    """Memory and control of one compiled send callback.

    All arrays live as long as the engine; the callback holds their addresses. Close the JACK
    client before letting go of it.

    Args:
        inputs: how many input ports.
        streams: one per stereo mix.
        samplerate: Hz.
        capacity: the longest period in frames.
    """

    callback = compiled.process

    def __init__(
        self, inputs: int, streams: Sequence[Stream], samplerate: int, capacity: int = MAX_PERIOD
    ) -> None:
        mixes, rows = len(streams), 2 * len(streams)
        self._arrays = lay_out(
            {
                "context": (CONTEXT, (1,)),
                "clock_at": (np.int64, (2,)),
                "alarm_at": (np.int64, (4,)),
                "inputs_at": (INPUT, (inputs,)),
                "mixes_at": (MIX, (mixes,)),
                "steady_at": (np.uint32, (rows,)),
                "moving_at": (np.uint32, (rows,)),
                "sounding_at": (np.uint16, (rows, inputs)),
                "gains_at": (np.float32, (rows, inputs)),
                "goals_at": (np.float32, (rows, inputs)),
                "remaining_at": (np.uint32, (rows, inputs)),
                "durations_at": (np.int64, (DURATION_BINS,)),
                "vectors_at": (VECTOR, (MAX_SLICES,)),
                "packets_at": (np.uint8, (MAX_SLICES, MAX_PACKET)),
                "messages_at": (MESSAGE, (MAX_SLICES,)),
                "envelope_at": (np.float32, (capacity,)),
                "cleaned": (np.float32, (inputs, capacity)),
            }
        )
        self.context = self._arrays["context"]
        self.inputs, self.mixes = self._arrays["inputs_at"], self._arrays["mixes_at"]
        self._gains = Gains(rows, inputs, samplerate)
        self._retired: list[tuple[int, object, Callable[[], None] | None]] = []
        self._table = np.zeros(1, np.uint64)
        self._rows: list[NDArray[Any]] = []
        for name in self._arrays.keys() & set(CONTEXT.names or ()):
            self.context[name] = address(self._arrays[name])
        self.context["targets_at"] = address(self._gains.array)
        self.context["listeners_at"] = address(self._table)
        self.context["capacity"] = capacity
        self.context["samplerate"] = samplerate
        self.context["inputs"] = inputs
        self.context["mixes"] = mixes
        self.context["gate"] = 1
        self.context["alarm"] = -1
        self._lay_out_rows(streams, capacity)

    def _lay_out_rows(self, streams: Sequence[Stream], capacity: int) -> None:
        cleaned = self._arrays["cleaned"]
        for number, row in enumerate(self.inputs):
            row["silence_at"] = address(cleaned) + number * capacity * cleaned.itemsize
        for row, stream in zip(self.mixes, streams, strict=True):
            row["ssrc"] = stream.ssrc
            row["timestamp_offset"] = stream.timestamp_offset
            row["payload_type"] = stream.payload_type
            row["sample_bytes"] = stream.sample_bytes
            row["plain"] = stream.plain
            row["ceiling"] = 0.0 if stream.ceiling is None else db_to_amplitude(stream.ceiling)
            row["limiter_gain"] = 1.0
            row["limiter_meter"] = 1.0
        packets, vectors = self._arrays["packets_at"], self._arrays["vectors_at"]
        messages = self._arrays["messages_at"]
        for number in range(MAX_SLICES):
            vectors["base"][number] = address(packets) + number * MAX_PACKET
            messages["vectors_at"][number] = address(vectors) + number * VECTOR.itemsize
            messages["vectors"][number] = 1

    @property
    def context_address(self) -> int:
        """The callback's ``arg``."""
        return address(self.context)

    @property
    def cycles(self) -> int:
        """Periods done so far."""
        return int(self.context["cycles"][0])

    @property
    def refused_periods(self) -> int:
        """Periods longer than the engine's memory, or without buffers, that were silence."""
        return int(self.context["refused_periods"][0])

    def set_gains(
        self,
        rows: NDArray[np.float32],
        mix: int | None = None,
        seconds: float = GLIDE_SECONDS,
        *,
        gently: bool = False,
    ) -> None:
        """Glide to other gains, from wherever they are: one swap at a period's border.

        Args and shapes are those of `jackrf.gains.Gains.swap`.
        """
        before = self._gains.array
        self._gains.swap(rows, mix, seconds, gently=gently)
        self.context["targets_at"] = address(self._gains.array)
        self.context["revision"][0] += 1
        self._retire(before, None)

    def glide_sends(
        self,
        places: Sequence[tuple[int, int]],
        amplitudes: NDArray[np.float32],
        seconds: float = GLIDE_SECONDS,
        *,
        gently: bool = False,
    ) -> None:
        """Glide single sends to other gains; a storm of faders allocates next to nothing.

        Args and shapes are those of `jackrf.gains.Gains.write`.
        """
        self._gains.write(places, amplitudes, seconds, gently=gently)
        self.context["revision"][0] += 1

    def identify(self, mix: int, *, on: bool) -> None:
        """Play the tone that says whose ears these are into a mix, or let it die away."""
        self.mixes["tone"][mix] = int(on)

    def set_alarm(self, timer: int, seconds: float) -> None:
        """Have a timerfd put off as long as JACK calls: it rings so long after the last time."""
        self._arrays["alarm_at"][2:] = divmod(round(seconds * 1e9), 10**9)
        self.context["alarm"] = timer

    @property
    def last_period(self) -> tuple[int, float] | None:
        """Return JACK's frame time of the last period, and when it began in monotonic seconds."""
        began = int(self.context["cycle_ns"][0])
        return (int(self.context["frame_time"][0]), began * 1e-9) if began else None

    @property
    def freewheel_address(self) -> int:
        """Where a uint32 says that the graph runs faster than the network, and nothing is sent."""
        return address(self.context["freewheel"])

    def fade_out(self) -> None:
        """Close every mix over 20 ms."""
        self.context["gate"] = 0

    @property
    def faded_out(self) -> bool:
        """Whether every mix has closed."""
        return not self.mixes["fade"].any()

    def publish(
        self, rows: Sequence[NDArray[Any]], retire: Callable[[], None] | None = None
    ) -> None:
        """Let these listeners, and no others, hear their mixes, from the next period on.

        Args:
            rows: LISTENER arrays of length 1, kept by the caller and here while published.
            retire: called by `collect` once the callback cannot use the previous table any more;
                the place to close the sockets of those who left.
        """
        ordered = sorted(rows, key=lambda row: int(row["mix"][0]))
        table = np.array([*(address(row) for row in ordered), 0], np.uint64)
        before = self._table, self._rows
        self.context["listeners_at"] = address(table)
        self._table, self._rows = table, ordered
        self._retire(before, retire)

    def _retire(self, what: object, call: Callable[[], None] | None) -> None:
        # After its successor was published: cycles before that do not count.
        self.collect()
        self._retired.append((self.cycles, what, call))

    @property
    def retains(self) -> bool:
        """Whether something that was replaced is kept still."""
        return bool(self._retired)

    def collect(self, *, stopped: bool = False) -> None:
        """Free what was replaced two periods ago or more; all when the callback is stopped."""
        now = self.cycles
        while self._retired and (stopped or now - self._retired[0][0] >= 2):
            _, _, retire = self._retired.pop(0)
            if retire is not None:
                retire()

    def input_peak(self, number: int) -> float:
        """Return an input's peak amplitude, before its trim."""
        return float(self.inputs["peak"][number])

    def bad_samples(self, number: int) -> int:
        """Return how many samples of an input were no audio and became silence."""
        return int(self.inputs["bad_samples"][number])

    def meters(self, mix: int) -> MixMeters:
        """Return the levels of a mix."""
        row = self.mixes[mix]
        return MixMeters(
            float(row["left_peak"]), float(row["right_peak"]), float(row["limiter_meter"])
        )

    def callback_microseconds(self) -> dict[str, float]:
        """Return p50, p99, p99_9 and max of the callback's durations since the start, in us."""
        values = quantiles(self._arrays["durations_at"], tuple(QUANTILES.values()))
        named = {
            name: round(value / 1000.0, 1) for name, value in zip(QUANTILES, values, strict=True)
        }
        return named | {"max": round(float(self.context["longest"][0]) / 1000.0, 1)}


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for what the audio thread will do; return whether it came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.002)
    return True
