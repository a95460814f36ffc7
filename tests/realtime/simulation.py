"""Two machines with clocks of their own and a network between them, for minutes, in a moment.

Everything is made beforehand with numpy: packets, when each arrives, when each period begins. One
compiled loop then feeds the same kernels that JACK calls.
"""

import ctypes
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numba import carray, types
from numpy.typing import NDArray

from jackrf.realtime.clock import follow_start
from jackrf.realtime.compiling import callback
from jackrf.realtime.context import address
from jackrf.realtime.delay import apart
from jackrf.realtime.libc import pointer
from jackrf.realtime.receive import begin_period, finish_period
from jackrf.realtime.reception import RECEPTION
from jackrf.realtime.take import take_packet
from jackrf.receiver import Format, Receiver
from tests.offline import RATE

PEAK = 0.5
ELEMENT = b"\xbe\xde\x00\x02\x16\x00\x00\x00\x07"
"""The extension of a sender on clock 7, without the age."""

RUN = np.dtype(
    [
        ("reception_at", "u8"),
        ("packets_at", "u8"),  # uint8[packets, room]
        ("sizes_at", "u8"),  # int64[packets]
        ("arrivals_at", "u8"),  # int64[packets], ns, rising
        ("packets", "i8"),
        ("room", "i8"),
        ("cycles", "i8"),
        ("starts_at", "u8"),  # int64[cycles], ns, as JACK filters them
        ("wakes_at", "u8"),  # int64[cycles], ns, as they are
        ("filtered", "i8"),  # 1: starts are known; 0: our own filter finds them from the wakes
        ("times_at", "u8"),  # uint32[cycles]
        ("lengths_at", "u8"),  # int64[cycles], frames of each
        ("left_at", "u8"),  # float32[], all periods one behind the other
        ("right_at", "u8"),
        ("delays_at", "u8"),  # float64[cycles]
        ("ratios_at", "u8"),  # float64[cycles]
        ("settled_at", "u8"),  # uint8[cycles]
        ("taken", "i8"),  # packets so far
    ]
)


@callback(types.void(types.voidptr))
def run_all(argument: Any) -> None:
    """Run all periods of a RUN."""
    run = carray(argument, (1,), RUN)[0]
    reception = carray(pointer(run.reception_at), (1,), RECEPTION)[0]
    packets = carray(pointer(run.packets_at), (run.packets, run.room), np.uint8)
    sizes = carray(pointer(run.sizes_at), (run.packets,), np.int64)
    arrivals = carray(pointer(run.arrivals_at), (run.packets,), np.int64)
    starts = carray(pointer(run.starts_at), (run.cycles,), np.int64)
    wakes = carray(pointer(run.wakes_at), (run.cycles,), np.int64)
    times = carray(pointer(run.times_at), (run.cycles,), np.uint32)
    delays = carray(pointer(run.delays_at), (run.cycles,), np.float64)
    ratios = carray(pointer(run.ratios_at), (run.cycles,), np.float64)
    settled = carray(pointer(run.settled_at), (run.cycles,), np.uint8)
    lengths = carray(pointer(run.lengths_at), (run.cycles,), np.int64)
    played = 0
    for cycle in range(run.cycles):
        frames = np.uint32(lengths[cycle])
        reception.left_at = run.left_at + np.uint64(4 * played)
        reception.right_at = run.right_at + np.uint64(4 * played)
        played += lengths[cycle]
        reception.drained_ns = wakes[cycle]
        if run.filtered == 1:
            reception.cycle_ns = starts[cycle]
            lost = apart(times[cycle], reception.time) - reception.period
        else:
            lost = follow_start(reception, frames, wakes[cycle])
        begin_period(reception, frames, times[cycle], lost)
        taken = run.taken
        while taken < run.packets and arrivals[taken] <= wakes[cycle]:
            take_packet(reception, packets[taken], sizes[taken], arrivals[taken])
            taken += 1
        run.taken = taken
        finish_period(reception, frames)
        reception.cycles += 1
        delays[cycle] = reception.delay
        ratios[cycle] = reception.ratio
        settled[cycle] = reception.settled


_run = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(run_all.address)


@dataclass
class Sender:
    """Packets of a stereo sound of L24, and when each is sent.

    Attributes:
        datagrams: uint8, shape (packets, bytes).
        sent: int64, ns.
        timestamps: of the first frame of each, counted from 0.
        frames: in each.
    """

    datagrams: NDArray[np.uint8]
    sent: NDArray[np.int64]
    timestamps: NDArray[np.int64]
    frames: int


def octets_of(numbers: NDArray[np.int64], width: int) -> NDArray[np.uint8]:
    """Big-endian bytes of whole numbers: shape (..., width)."""
    shifts = 8 * np.arange(width - 1, -1, -1)
    return ((numbers[..., None] >> shifts) & 0xFF).astype(np.uint8)


@dataclass(frozen=True)
class Sending:
    """How a sender sends.

    Attributes:
        ppm: by how much its clock is faster.
        period: of its JACK server.
        slices: packets of a period, sent together at its start.
        begins_ns: when its first period starts.
        rate: Hz.
        ages: whether packets say how old they are.
        late_ns: how long after the start of each period its callback sends.
        ssrc: of the stream.
        width: bytes of a sample.
        payload_type: of the packets.
        first_timestamp: of the first frame.
    """

    ppm: float = 0.0
    period: int = 128
    slices: int = 1
    begins_ns: int = 0
    rate: int = RATE
    ages: bool = True
    late_ns: NDArray[np.int64] | int = 0
    ssrc: int = 9
    width: int = 3
    payload_type: int = 97
    first_timestamp: int = 2**32 - 30_000


PLAINLY = Sending()


def send(sound: NDArray[np.float64], how: Sending = PLAINLY) -> Sender:
    """Make all packets of a sound, shape (frames, channels)."""
    period, slices, rate, width = how.period, how.slices, how.rate, how.width
    size = period // slices
    count = len(sound) // period * slices
    firsts = np.arange(count) * size
    full = 2.0 ** (8 * width - 1)
    numbers = np.rint(sound[: count * size] * full).astype(np.int64)
    audio = octets_of(numbers, width).reshape(count, -1)
    periods = firsts // period * period
    start = how.begins_ns + np.rint(periods / (rate * (1 + how.ppm * 1e-6)) * 1e9).astype(np.int64)
    late = np.repeat(np.broadcast_to(how.late_ns, count // slices), slices)
    head = np.zeros((count, 12), np.uint8)
    head[:, 0], head[:, 1] = 0x90 if how.ages else 0x80, how.payload_type
    head[:, 2:4] = octets_of(np.arange(count), 2)
    head[:, 4:8] = octets_of((firsts + how.first_timestamp) % 2**32, 4)
    head[:, 8:12] = octets_of(np.full(count, how.ssrc), 4)
    parts = [head]
    if how.ages:
        age = late // 1000 - (firsts - periods) * 1_000_000 // rate
        parts += [np.tile(np.frombuffer(ELEMENT, np.uint8), (count, 1)), octets_of(age, 3)]
    return Sender(np.concatenate([*parts, audio], axis=1), start + late, firsts, size)


def sine(seconds: float, hertz: float = 1000.0, rate: int = RATE) -> NDArray[np.float64]:
    """A stereo sine of half the full scale, shape (frames, 2)."""
    wave = PEAK * np.sin(2 * np.pi * hertz / rate * np.arange(int(seconds * rate)))
    return np.stack([wave, -wave], axis=1)


@dataclass
class Heard:
    """What a simulated receiver did, period by period."""

    receiver: Receiver
    left: NDArray[np.float32]
    right: NDArray[np.float32]
    delays: NDArray[np.float64]
    ratios: NDArray[np.float64]
    settled: NDArray[np.bool_]
    frames: int
    report: dict[str, Any] = field(default_factory=dict)

    def after(self, seconds: float, rate: int = RATE) -> slice:
        """Periods after so many seconds."""
        return slice(int(seconds * rate / self.frames), None)


UNTOLD = Format()


@dataclass(frozen=True)
class Hearing:
    """How a receiver hears.

    Attributes:
        period: of its JACK server.
        lengths: frames of each period, int64, where they differ.
        rate: Hz.
        wakes: how many ns later than its start each period is woken.
        times: frame times of the periods, uint32; where some are left out, time was lost.
        format_: of the stream.
        delay_ms: the playout delay, None for auto.
        most_ms: its maximum.
        filtered: whether it knows when periods start, or has to find out from when it is woken.
    """

    period: int = 128
    lengths: NDArray[np.int64] | None = None
    rate: int = RATE
    wakes: NDArray[np.int64] | None = None
    times: NDArray[np.uint32] | None = None
    format_: Format = UNTOLD
    delay_ms: float | None = None
    most_ms: float = 20.0
    filtered: bool = True


HERE = Hearing()


def hear(
    datagrams: NDArray[np.uint8],
    arrivals: NDArray[np.int64],
    seconds: float,
    how: Hearing = HERE,
    sizes: NDArray[np.int64] | None = None,
) -> Heard:
    """Hear packets for so long, whatever the order in which they arrive.

    Args:
        datagrams: uint8, shape (packets, bytes).
        arrivals: ns, of each packet; a packet that is lost is not among them.
        seconds: how long.
        how: and at what.
        sizes: bytes of each packet, where they are not all as long.
    """
    period, rate, wakes, times = how.period, how.rate, how.wakes, how.times
    receiver = Receiver(rate, -1, how.format_, clock=1)
    receiver.set_delay(how.delay_ms, how.most_ms)
    cycles = int(seconds * rate / period) if how.lengths is None else len(how.lengths)
    each = np.full(cycles, period) if how.lengths is None else how.lengths
    order = np.argsort(arrivals, kind="stable")
    packets, coming = np.ascontiguousarray(datagrams[order]), np.ascontiguousarray(arrivals[order])
    lengths = np.full(len(packets), packets.shape[1]) if sizes is None else sizes[order]
    counted = np.cumsum(each) - each if times is None else times.astype(np.int64)
    starts = np.rint(counted / rate * 1e9).astype(np.int64)
    times = counted.astype(np.uint32)
    heard = Heard(
        receiver,
        np.zeros(int(each.sum()), np.float32),
        np.zeros(int(each.sum()), np.float32),
        np.zeros(cycles),
        np.zeros(cycles),
        np.zeros(cycles, np.bool_),
        period,
    )
    woken = starts if wakes is None else starts + wakes
    lengths = lengths.astype(np.int64)
    run = np.zeros(1, RUN)
    arrays: dict[str, NDArray[Any]] = {
        "packets_at": packets,
        "sizes_at": lengths,
        "arrivals_at": coming,
        "starts_at": starts,
        "wakes_at": woken,
        "times_at": times,
        "lengths_at": each.astype(np.int64),
        "left_at": heard.left,
        "right_at": heard.right,
        "delays_at": heard.delays,
        "ratios_at": heard.ratios,
        "settled_at": heard.settled,
    }
    for name, array in arrays.items():
        run[name] = address(array)
    run["reception_at"] = receiver.context_address
    run["packets"], run["room"] = packets.shape
    run["cycles"], run["filtered"] = cycles, how.filtered
    _run(address(run))
    heard.report = receiver.report()
    return heard


def distortion(sound: NDArray[np.float32], hertz: float = 1000.0, rate: int = RATE) -> float:
    """THD+N in dB of a sine whose frequency is not known to a part in a thousand.

    What turns its phase more slowly than the sound is long counts as its frequency, as it does in
    an analyser with a notch: give it 8192 frames.
    A sine is fitted by least squares, its frequency too (Gauss and Newton).
    """
    at = (np.arange(len(sound)) - len(sound) / 2) / rate
    wave = sound.astype(np.float64)
    for _ in range(5):
        turn = np.stack([np.sin(2 * np.pi * hertz * at), np.cos(2 * np.pi * hertz * at)], axis=1)
        base = np.concatenate([turn, at[:, None] * turn], axis=1)
        (a, b, c, d), *_ = np.linalg.lstsq(base, wave, rcond=None)
        hertz += (a * d - b * c) / (a * a + b * b) / (2 * np.pi)
    found, *_ = np.linalg.lstsq(base[:, :2], wave, rcond=None)
    rest = wave - base[:, :2] @ found
    return float(20 * np.log10(np.std(rest) / (np.hypot(*found) / np.sqrt(2))))
