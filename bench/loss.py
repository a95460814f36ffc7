"""Receivers of a stream that comes damaged: jackrf, JackTrip, zita-njbridge and GStreamer at once.

All of them hear the same noise from another server's clock, through one relay (`bench.relay`). What
each plays is compared with what was played: where nothing is, where it is something else, how late.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from bench.clients import MODULE
from bench.noise import follow
from bench.receiving import LossCase, Losses, LossPath
from bench.relay import DAMAGE
from bench.side import Heard
from bench.two import Two, Way, gstreamer, jackrf, jacktrip, open_two, zita

PERIOD, RATE = 128, 48020
SETTLE_SECONDS = 20.0
"""zita-n2j is near its final delay only then."""
BEFORE_SECONDS, AFTER_SECONDS = 4.0, 11.0


def _paths(two: Two, stack: ExitStack, chosen: Path) -> list[Way]:
    """Start the relay, and all receivers and senders around it."""
    ports = range(two.base_port, two.base_port + 20, 2)
    ways = [
        jackrf(two, [ports[0], ports[2]], ports[1]),
        jacktrip(ports[4], ports[5], ports[8]),
        zita(two, ports[6], ports[7]),
        gstreamer(two, ports[3]),
    ]
    pairs = [f"{ports[n]}:{ports[n + 1]}" for n in (0, 2, 4, 6)]
    command = [*MODULE, "bench.relay", str(chosen), *pairs]
    relay = stack.enter_context(two.program(command, two.near))
    relay.wait_until(lambda: "ready" in relay.printed, "it was ready")
    jackrf_listen, *_ = [way.start(two, stack) for way in ways]
    jackrf_listen.wait_until(lambda: '"playing"' in jackrf_listen.printed, "it played")
    return ways


def _path(title: str, near: Heard, far: Heard, row: int, times: list[float]) -> LossPath:
    """Return what a row says; the damage was done between two times, monotonic ns."""
    start, end = times
    found = follow(near, far, row)
    during = found.between(start, end + 0.1e9)
    return LossPath(
        title=title,
        silent_ms=round(float(found.silent[during].sum()) / far.samplerate * 1e3, 1),
        wrong_ms=round(float(found.wrong[during].sum()) / far.samplerate * 1e3, 1),
        before_ms=round(found.delay(start - 2e9, start), 2),
        delay_ms=round(found.delay(start, end), 2),
        after_ms=round(found.delay(end + 9.5e9, end + 10.5e9), 2),
    )


def take_case(two: Two, ways: list[Way], chosen: Path, case: str, seconds: float) -> LossCase:
    """Do one kind of damage for so long, with time before and after it."""
    times: list[float] = []

    def damage() -> None:
        time.sleep(BEFORE_SECONDS)
        for wanted, length in ((case, seconds), ("none", 0.0)):
            chosen.write_text(wanted)
            times.append(time.monotonic_ns())
            time.sleep(length)

    near, far = two.hear(ways, "noise", BEFORE_SECONDS + seconds + AFTER_SECONDS, damage)
    paths = [_path(way.title, near, far, row, times) for row, way in enumerate(ways, 1)]
    return LossCase(title=case, rates=[round(side.rate(), 1) for side in (near, far)], paths=paths)


def measure_losses(seconds: float, say: Callable[[str], None]) -> Losses:
    """Do each kind of damage for so many seconds."""
    with open_two(PERIOD, RATE) as two, ExitStack() as stack:
        chosen = two.folder / "damage"
        ways = _paths(two, stack, chosen)
        time.sleep(SETTLE_SECONDS)
        cases = []
        for case in DAMAGE:
            say(f"loss: {case}")
            cases.append(take_case(two, ways, chosen, case, seconds))
    return Losses(period=PERIOD, seconds=seconds, cases=cases)
