"""The callback while Python is busy: xruns and durations, beside idle runs of the same length."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from bench.cases import LARGE
from bench.clients import MODULE, jackrf_status
from bench.place import RIG, Place
from bench.programs import Program
from bench.results import Disturbance, Interference, Quantiles

NAME = "bench-busy"
SETTLE_SECONDS = 2.5
KINDS = ("idle", "busy", "beside")
"""Nothing else runs; a busy thread in jackrf's process; the same load in another process."""


def _programs(place: Place, kind: str) -> tuple[Program, Program | None]:
    """Return jackrf, and what loads the machine beside it, both not started."""
    load = [*MODULE, "bench.busy"]
    names = ["--server", place.server.name, "--name", NAME]
    idle = [] if kind == "busy" else ["--idle"]
    jackrf = Program([*load, str(place.session(LARGE)), *names, *idle], place.environment)
    return jackrf, Program(load, place.environment) if kind == "beside" else None


def take_run(place: Place, kind: str, seconds: float) -> Disturbance:
    """Run jackrf, fed and drained, under one kind of load."""
    jackrf, beside = _programs(place, kind)
    with ExitStack() as stack:
        rig = stack.enter_context(place.rig(LARGE.inputs, LARGE.mixes))
        place.wait_for_ports(rig, RIG, 0, LARGE.inputs)
        stack.enter_context(jackrf)
        place.wait_for_ports(jackrf, NAME, LARGE.inputs, 2 * LARGE.mixes)
        place.feed(NAME)
        if beside is not None:
            stack.enter_context(beside)
        time.sleep(SETTLE_SECONDS)
        before = jackrf_status(place, NAME)
        start, cpu = time.monotonic(), jackrf.cpu_seconds()
        time.sleep(seconds)
        load = (jackrf.cpu_seconds() - cpu) / (time.monotonic() - start)
        after = jackrf_status(place, NAME)
    return Disturbance(
        xruns=after["xruns"] - before["xruns"],
        callback=Quantiles(**after["callback_us"]),
        cpu_ms=round(load * 1e3, 1),
    )


def measure_interference(
    place: Place, rounds: int, seconds: float, say: Callable[[str], None]
) -> Interference:
    """Take turns; who goes first changes from round to round."""
    table = []
    for number in range(rounds):
        runs = {}
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            say(f"interference: round {number + 1} of {rounds}: {kind}")
            runs[kind] = take_run(place, kind, seconds)
        table.append(runs)
    return Interference(title=LARGE.title, seconds=seconds, rounds=table)
