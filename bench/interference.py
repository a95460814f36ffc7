"""The callback while Python is busy: xruns and durations, beside idle runs of the same length."""

import time
from collections.abc import Callable

from bench.cases import LARGE
from bench.clients import MODULE, jackrf_status
from bench.place import RIG, Place
from bench.programs import Program
from bench.results import Disturbance, Interference, Quantiles

NAME = "bench-busy"
SETTLE_SECONDS = 1.5


def _program(place: Place, *, busy: bool) -> Program:
    names = ["--server", place.server.name, "--name", NAME]
    command = [*MODULE, "bench.busy", str(place.session(LARGE)), *names]
    return Program(command if busy else [*command, "--idle"], place.environment)


def take_run(place: Place, seconds: float, *, busy: bool) -> Disturbance:
    """Run jackrf, fed and drained, with or without a busy thread."""
    with place.rig(LARGE.inputs, LARGE.mixes) as rig:
        place.wait_for_ports(rig, RIG, 0, LARGE.inputs)
        with _program(place, busy=busy) as program:
            place.wait_for_ports(program, NAME, LARGE.inputs, 2 * LARGE.mixes)
            place.feed(NAME)
            time.sleep(SETTLE_SECONDS)
            before = jackrf_status(place, NAME)
            start, cpu = time.monotonic(), program.cpu_seconds()
            time.sleep(seconds)
            load = (program.cpu_seconds() - cpu) / (time.monotonic() - start)
            after = jackrf_status(place, NAME)
    return Disturbance(
        xruns=after["xruns"] - before["xruns"],
        callback=Quantiles(**after["callback_us"]),
        cpu_ms=round(load * 1e3, 1),
    )


def measure_interference(
    place: Place, rounds: int, seconds: float, say: Callable[[str], None]
) -> Interference:
    """Take turns, idle and busy; who goes first changes from round to round."""
    table = []
    for number in range(rounds):
        order = (False, True) if number % 2 == 0 else (True, False)
        runs = {}
        for busy in order:
            kind = "busy" if busy else "idle"
            say(f"interference: round {number + 1} of {rounds}: {kind}")
            runs[kind] = take_run(place, seconds, busy=busy)
        table.append(runs)
    return Interference(title=LARGE.title, seconds=seconds, rounds=table)
