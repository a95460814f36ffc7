"""CPU time and callback durations of jackrf and its neighbours, each on its own, in turns."""

import time
from collections.abc import Callable

from bench.cases import LARGE, SMALL, Case
from bench.clients import JACKRF, NUMPY, ZITA, C, Client, jackrf_status
from bench.place import RIG, Place
from bench.programs import Program
from bench.results import Cpu, CpuCase, Quantiles, Turn

SETTLE_SECONDS = 2.5
"""A client's fade-in and the rest of its start are over by then: jackrf learns the names of what it
was connected to a second later."""

EACH_ROUND = {SMALL: [JACKRF, C, ZITA], LARGE: [JACKRF, C]}
TIMES = {SMALL: 2, LARGE: 1}
"""Rounds of each: on a small desk a turn is as long as the machine's own moods."""
ONCE = {SMALL: [NUMPY], LARGE: [ZITA, NUMPY]}
"""For orientation: in the first round only."""


def take_turn(place: Place, client: Client, case: Case, seconds: float) -> Turn:
    """Run one client on a case, fed and drained by the rig, and watch it."""
    with place.rig(case.inputs, case.mixes) as rig:
        place.wait_for_ports(rig, RIG, 0, case.inputs)
        with client.program(place, case) as program:
            place.wait_for_ports(program, client.name, case.inputs, client.outputs(case))
            place.feed(client.name)
            time.sleep(SETTLE_SECONDS)
            cpu, packets = _watch(program, rig, seconds)
            said = jackrf_status(place, client.name) if client is JACKRF else {}
        said = said or program.statistics()
    durations = said.get("callback_us")
    return Turn(
        cpu_ms=round(cpu * 1e3, 3),
        callback=Quantiles(**durations) if durations else None,
        packets_per_second=round(packets, 1),
        xruns=said.get("xruns"),
    )


def _watch(program: Program, rig: Program, seconds: float) -> tuple[float, float]:
    """Return CPU seconds and packets, both per second."""
    packets, start, cpu = rig.ask()["packets"], time.monotonic(), program.cpu_seconds()
    time.sleep(seconds)
    cpu, elapsed = program.cpu_seconds() - cpu, time.monotonic() - start
    packets = rig.ask()["packets"] - packets
    return cpu / elapsed, packets / elapsed


def measure_cpu(place: Place, rounds: int, seconds: float, say: Callable[[str], None]) -> Cpu:
    """Measure all cases; who goes first changes from round to round.

    Args:
        place: where.
        rounds: at least 1, each `TIMES` over.
        seconds: length of a turn.
        say: is told what is being measured.
    """
    cases = []
    for case in (SMALL, LARGE):
        table = []
        for number in range(rounds * TIMES[case]):
            clients = EACH_ROUND[case] + (ONCE[case] if number == 0 else [])
            turns = {}
            for client in clients if number % 2 == 0 else reversed(clients):
                say(f"cpu: {case.title}, round {number + 1}: {client.label}")
                turns[client.label] = take_turn(place, client, case, seconds)
            table.append(turns)
        cases.append(CpuCase(title=case.title, rounds=table))
    period_us = place.server.period / place.server.samplerate * 1e6
    return Cpu(period_us=round(period_us, 1), seconds=seconds, cases=cases)
