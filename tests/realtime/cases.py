"""Two clocks and a network between them, case by case: what a receiver made of it, in figures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from tests.offline import RATE
from tests.realtime.simulation import (
    PEAK,
    PLAINLY,
    Heard,
    Hearing,
    Sender,
    Sending,
    distortion,
    hear,
    send,
    sine,
)

LOCKED = 20.0
"""Seconds after which a stream is locked."""
SLICES = {256: 2, 512: 4, 1024: 8}
STEEPEST = 0.5 * 2 * np.pi * 1000 / RATE
"""Of a sine of 1 kHz at -6 dBFS, from one frame to the next."""

DRIFTS = (0.0, 50.0, -50.0, 300.0, -300.0)
JITTERS = (0.0, 1.0, 5.0)
PERIODS = (64, 128, 256, 512, 1024)


def sending(seconds: float, ppm: float, period: int, seed: int, **more: Any) -> Sender:
    """A sender whose callback runs 20 to 200 us after its period began."""
    random = np.random.default_rng(seed)
    late = random.integers(20_000, 200_000, int(seconds * RATE) // period)
    begins = 10_000_000 + int(random.integers(3_000_000))
    slices = SLICES.get(period, 1)
    how = Sending(ppm, period, slices, begins_ns=begins, late_ns=late, **more)
    return send(sine(seconds), how)


def hearing(sent: Sender, arrivals: NDArray[np.int64], seconds: float, **how: Any) -> Heard:
    """A receiver that wakes 20 to 150 us late."""
    random = np.random.default_rng(5)
    cycles = int(seconds * RATE / how.get("period", 128))
    wakes = random.integers(20_000, 150_000, cycles)
    return hear(sent.datagrams, arrivals, seconds, Hearing(wakes=wakes, **how))


def steps(heard: Heard) -> float:
    """The largest step, over that of the tone itself."""
    return float(np.max(np.abs(np.diff(heard.left)))) / STEEPEST


class Followed(BaseModel):
    """What became of a tone that came on another clock.

    Attributes:
        audio_s: seconds from the first packet to audio.
        spread: frames by which the delay moved after lock.
        missing: frames that were concealed, silent or given up.
        late: packets that came too late.
        shifts: times the delay was moved at once; its choice at the beginning is the first.
        step: the largest from frame to frame, over that of the tone.
        distortion_db: THD+N after lock, the worst of 30 places.
        pitch: the largest error of the ratio after lock, as a share.
        drift_ppm: error of the drift 20 s after the first packet.
        delay: frames, in the end.
    """

    model_config = ConfigDict(frozen=True)

    audio_s: float
    spread: float
    missing: int
    late: int
    shifts: int
    step: float
    distortion_db: float
    pitch: float
    drift_ppm: float
    delay: float


def _delayed(sent: Sender, jitter: float, period: int) -> NDArray[np.int64]:
    random = np.random.default_rng(int(jitter * 7) + period)
    late = random.uniform(0, jitter, len(sent.sent)) * 1e6
    return sent.sent + 100_000 + late.astype(np.int64)


def follow(ppm: float, jitter: float, period: int, seconds: float) -> Followed:
    """Let a receiver follow a sender for so long.

    Args:
        ppm: by how much its clock is faster.
        jitter: packets take 0 to so many ms longer than the quickest.
        period: of both.
        seconds: more than LOCKED.
    """
    sent = sending(seconds, ppm, period, seed=period)
    arrivals = _delayed(sent, jitter, period)
    early = hearing(sent, arrivals, LOCKED + 0.2, period=period)
    heard = hearing(sent, arrivals, seconds - 0.5, period=period)
    locked, report = heard.after(LOCKED), heard.report
    tone = heard.left[locked.start * period :]
    parts = np.linspace(0, len(tone) - 8192, 30).astype(int)
    return Followed(
        audio_s=float(np.argmax(np.abs(heard.left) > 0.01) / RATE - arrivals.min() * 1e-9),
        spread=float(np.ptp(heard.delays[locked])),
        missing=report["concealed"] + report["silent"] + report["dropped"],
        late=report["late"],
        shifts=report["shifts"] + report["streams"] - 1,
        step=steps(heard),
        distortion_db=max(distortion(tone[part : part + 8192]) for part in parts),
        pitch=float(np.max(np.abs(heard.ratios[locked] / (1.0 + ppm * 1e-6) - 1.0))),
        drift_ppm=abs(early.report["drift_ppm"] - ppm),
        delay=float(heard.delays[-1]),
    )


def lossy(case: str, sent: Sender, random: np.random.Generator) -> NDArray[np.int64]:
    """When packets arrive, in ns; -1 for those that are lost."""
    arrivals = sent.sent + random.integers(50_000, 150_000, len(sent.sent))
    if case.startswith("loss"):
        arrivals[random.random(len(arrivals)) < float(case.split()[1]) / 100] = -1
    elif case == "bursts of 20 ms":
        for start in range(2_000_000_000, int(sent.sent[-1]), 1_700_000_000):
            arrivals[(sent.sent >= start) & (sent.sent < start + 20_000_000)] = -1
    elif case == "reordering":
        step = int(np.median(np.diff(sent.sent)))
        arrivals += random.integers(0, 6, len(arrivals)) * step
    elif case == "jitter of 5 ms":
        arrivals += np.rint(random.normal(0.0, 5e6, len(arrivals))).astype(np.int64)
    elif case == "spikes of 50 ms":
        for start in range(30_000_000_000, int(sent.sent[-1]), 20_000_000_000):
            held = (arrivals >= start) & (arrivals < start + 50_000_000)
            arrivals[held] = start + 50_000_000 + np.arange(held.sum()) * 1000
    return arrivals


CHANGES: dict[str, tuple[float, dict[str, Any]]] = {
    "the sender starts again": (0.5, {"first_timestamp": 777}),
    "with another SSRC": (0.5, {"ssrc": 10, "first_timestamp": 777}),
    "L16 in place of L24": (0.5, {"width": 2, "payload_type": 96}),
    "from 128 to 1024 frames": (0.0, {"period": 1024, "slices": 8}),
    "from 128 to 64 frames": (0.0, {"period": 64}),
    "from 48 to 44.1 kHz": (0.5, {"rate": 44100, "ssrc": 10}),
}
"""Seconds in which nothing comes, and what is otherwise afterwards."""
CHANGED_AFTER = 4.0
MS = RATE // 1000
"""Frames: a turn of the sine."""


def changed(case: str) -> float:
    """Return how many seconds after its first packet a stream is heard that is another one now."""
    pause, otherwise = CHANGES[case]
    before = send(sine(CHANGED_AFTER), Sending(ppm=50.0))
    begins = int((CHANGED_AFTER / (1 + 50e-6) + pause) * 1e9)
    stamp = (PLAINLY.first_timestamp + round((CHANGED_AFTER + pause) * RATE)) % 2**32
    how = {"ppm": 50.0, "begins_ns": begins, "first_timestamp": stamp} | otherwise
    after = send(sine(3.0, rate=how.get("rate", RATE)), Sending(**how))
    streams = (before, after)
    sizes = np.concatenate([np.full(len(s.sent), s.datagrams.shape[1]) for s in streams])
    datagrams = np.zeros((len(sizes), int(sizes.max())), np.uint8)
    first = 0
    for sent in streams:
        count, size = sent.datagrams.shape
        datagrams[first : first + count, :size] = sent.datagrams
        first += count
    arrivals = np.concatenate([sent.sent for sent in streams]) + 100_000
    heard = hear(datagrams, arrivals, CHANGED_AFTER + pause + 2.0, sizes=sizes)
    # From the first packet on, the last moment without sound.
    came = int((begins + 100_000) * 1e-9 * RATE)
    parts = heard.left[came : came + (len(heard.left) - came) // MS * MS].reshape(-1, MS)
    quiet = np.flatnonzero(np.abs(parts).max(axis=1) < PEAK / 2)
    return float((quiet[-1] + 1) * MS / RATE) if len(quiet) else 0.0
