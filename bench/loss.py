"""Receivers of a stream that comes damaged: jackrf, JackTrip, zita-njbridge and GStreamer at once.

All of them hear the same noise from another server's clock, through one relay (`bench.relay`). What
each plays is compared with what was played: where nothing is, where it is something else, how late.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.clients import MODULE
from bench.noise import follow
from bench.programs import Program
from bench.receiving import LossCase, Losses, LossPath, Told
from bench.relay import DAMAGE
from bench.side import Heard
from bench.two import Two, Way, gstreamer, jackrf, jacktrip, open_two, zita

PERIOD, RATE = 128, 48020
SETTLE_SECONDS = 20.0
"""zita-n2j is near its final delay only then."""
BEFORE_SECONDS, AFTER_SECONDS = 4.0, 11.0
TELLING_SECONDS = 1.5
"""`jackrf listen` tells of itself once a second."""


@dataclass(frozen=True, slots=True)
class Relayed:
    """Paths that run through the relay.

    Attributes:
        ways: the first is jackrf's.
        listen: its receiver.
        chosen: file that says which damage is done.
    """

    ways: Sequence[Way]
    listen: Program
    chosen: Path


def open_relayed(two: Two, stack: ExitStack, titles: Sequence[str] = ()) -> Relayed:
    """Start the relay, and all receivers and senders around it.

    Args:
        two: where.
        stack: at whose end they end.
        titles: of those that are wanted besides jackrf; all if there is none.
    """
    ports = range(two.base_port, two.base_port + 20, 2)
    ways = [
        jackrf(two, [ports[0], ports[2]], ports[1]),
        jacktrip(ports[4], ports[5], ports[8]),
        zita(two, ports[6], ports[7]),
        gstreamer(two, ports[3]),
    ]
    ways[1:] = [way for way in ways[1:] if not titles or way.title in titles]
    pairs = [f"{ports[n]}:{ports[n + 1]}" for n in (0, 2, 4, 6)]
    chosen = two.folder / "damage"
    command = [*MODULE, "bench.relay", str(chosen), *pairs]
    relay = stack.enter_context(two.program(command, two.near))
    relay.wait_until(lambda: "ready" in relay.printed, "it was ready")
    listen, *_ = [way.start(two, stack) for way in ways]
    stack.callback(two.tell_all_to_end)
    listen.wait_until(lambda: '"playing"' in listen.printed, "it played")
    return Relayed(ways, listen, chosen)


def _known(value: float) -> float | None:
    return round(value, 2) if math.isfinite(value) else None


def _path(title: str, near: Heard, far: Heard, row: int, times: list[float]) -> LossPath:
    """Return what a row says; the damage was done between two times, monotonic ns."""
    start, end = times
    found = follow(near, far, row)
    during = found.between(start, end + 0.1e9)
    return LossPath(
        title=title,
        silent_ms=round(float(found.silent[during].sum()) / far.samplerate * 1e3, 1),
        wrong_ms=round(float(found.wrong[during].sum()) / far.samplerate * 1e3, 1),
        before_ms=_known(found.delay(start - 2e9, start)),
        delay_ms=_known(found.delay(start, end)),
        after_ms=_known(found.delay(end + 9.5e9, end + 10.5e9)),
    )


def _told(before: dict[str, Any], after: dict[str, Any]) -> Told:
    """Return what jackrf's receiver counted meanwhile."""
    ms = {name: round(after[name] - before[name], 1) for name in ("concealed_ms", "silent_ms")}
    counts = {name: after[name] - before[name] for name in ("lost", "late", "shifts", "streams")}
    return Told(**ms, **counts)


def take_case(two: Two, relayed: Relayed, case: str, seconds: float) -> LossCase:
    """Do one kind of damage for so long, with time before and after it."""
    times: list[float] = []
    said: list[dict[str, Any]] = []

    def damage() -> None:
        time.sleep(BEFORE_SECONDS)
        said.append(relayed.listen.statistics())
        for wanted, length in ((case, seconds), ("none", TELLING_SECONDS)):
            relayed.chosen.write_text(wanted)
            times.append(time.monotonic_ns())
            time.sleep(length)
        said.append(relayed.listen.statistics())

    ways = relayed.ways
    near, far = two.hear(ways, "noise", BEFORE_SECONDS + seconds + AFTER_SECONDS, damage)
    paths = [_path(way.title, near, far, row, times) for row, way in enumerate(ways, 1)]
    rates = [round(side.rate(), 1) for side in (near, far)]
    return LossCase(title=case, rates=rates, paths=paths, told=_told(*said))


def measure_losses(seconds: float, say: Callable[[str], None]) -> Iterator[Losses]:
    """Do each kind of damage for so many seconds; yield all that is known so far."""
    cases: list[LossCase] = []
    with open_two(PERIOD, RATE) as two, ExitStack() as stack:
        relayed = open_relayed(two, stack)
        time.sleep(SETTLE_SECONDS)
        for case in DAMAGE:
            say(f"loss: {case}")
            cases.append(take_case(two, relayed, case, seconds))
            yield Losses(period=PERIOD, seconds=seconds, cases=list(cases))
