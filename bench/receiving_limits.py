"""What must hold of receivers, and whether it did."""

import math
import statistics

import numpy as np

from bench.figures import of
from bench.limits import Requirement, at_most
from bench.receiving import Following, Live, LivePath, LiveRun, Losses, LossPath, ReceiverCpu
from bench.results import Results

MOST_PERIODS = {512: 1.25, 128: 2.4}
WIRES = 2
"""The first paths of a live run."""
LOCK_MS = 300.0
BACK_MS = 0.5


def quantile(path: LivePath, share: float) -> float:
    """Return a quantile of a path's latency in ms; infinite when nothing came through."""
    return float(np.quantile(path.latency_ms, share)) if path.latency_ms else float("inf")


def receiver_ratio(rounds: list[dict[str, float]], other: str) -> float:
    """Return the median, over rounds, of jackrf's CPU time divided by another's."""
    return statistics.median(turn["jackrf listen"] / turn[other] for turn in rounds)


def _of_cpu(cpu: ReceiverCpu) -> list[Requirement]:
    return [
        at_most(f"CPU, {where}, jackrf listen / {title}", receiver_ratio(rounds, title), 1.0)
        for where, rounds in (("one clock", cpu.rounds), ("two clocks", cpu.apart))
        for title in sorted(rounds[0])
        if title != "jackrf listen"
    ]


def _of_following(following: Following) -> list[Requirement]:
    cases, title = following.cases, f"{len(following.cases)} clocks and links offline"
    missing = sum(case.missing + case.late + case.shifts - 1 for case in cases)
    steps = sum(case.step > 1.01 for case in cases)
    return [
        at_most(f"{title}: delay moves after lock", max(c.spread for c in cases), 16.0, " frames"),
        Requirement(f"{title}: frames missing", "0", str(missing), missing == 0),
        Requirement(f"{title}: with a click", "0", str(steps), steps == 0),
        at_most(f"{title}: THD+N of 1 kHz", max(c.distortion_db for c in cases), -90.0, " dB"),
        at_most(f"{title}: audio after", 1e3 * max(c.audio_s for c in cases), LOCK_MS, " ms"),
        at_most(f"{title}: pitch off after lock", 100 * max(c.pitch for c in cases), 0.1, " %"),
        at_most(f"{title}: drift off after 20 s", max(c.drift_ppm for c in cases), 1.0, " ppm"),
    ]


def _back(path: LossPath) -> float:
    """Return by how many ms a path's delay is above what it was, 10 s after damage."""
    if path.after_ms is None or path.before_ms is None:
        return math.inf
    return max(0.0, path.after_ms - path.before_ms)


def _of_losses(losses: Losses) -> list[Requirement]:
    back = max(_back(case.paths[0]) for case in losses.cases)
    anew = sum(case.told.streams for case in losses.cases)
    return [
        at_most("delay 10 s after any damage, above what it was", back, BACK_MS, " ms"),
        Requirement("times that damage made the stream begin anew", "0", str(anew), anew == 0),
    ]


def _of_live(live: Live) -> list[Requirement]:
    return [found for run in live.runs for found in _of_run(run)]


def _of_run(run: LiveRun) -> list[Requirement]:
    ours = run.paths[WIRES]
    wires = run.paths[:WIRES]
    title = f"two servers at {run.period}"
    most = MOST_PERIODS[run.period] * run.period / 48.0
    clicks = sum(wire.clicks for wire in wires)
    return [
        at_most(f"{title}: latency p50", quantile(ours, 0.5), most, " ms"),
        Requirement(
            f"{title}: dropouts but for cycles that the servers lost",
            "0",
            str(ours.own_dropouts),
            ours.own_dropouts == 0,
        ),
        Requirement(
            f"{title}: clicks, no more than on both wires",
            f"≤ {clicks}",
            str(ours.clicks),
            ours.clicks <= clicks,
        ),
    ]


def of_receivers(results: Results) -> list[Requirement]:
    """Return what must hold of the parts that were measured."""
    found = of(results.following, _of_following) + of(results.losses, _of_losses)
    return found + of(results.receiver_cpu, _of_cpu) + of(results.live, _of_live)
