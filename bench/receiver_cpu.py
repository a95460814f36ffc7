"""CPU time of receivers of one stereo stream, each with its sender on one server, in turns."""

import time
from collections.abc import Callable
from contextlib import ExitStack

from bench.latency import Route, jackrf_route, jacktrip_route, zita_route
from bench.place import Place
from bench.programs import Program
from bench.receiving import ReceiverCpu

SETTLE_SECONDS = 2.0
BUFFERING = 10
"""zita-n2j's own default, in ms."""
TITLES = ("jackrf listen", "zita-n2j", "JackTrip")


def take_turn(place: Place, route: Route, seconds: float) -> float:
    """Return the CPU time of the first program of a route, its receiver, in ms per second."""
    with ExitStack() as stack:
        programs = [
            stack.enter_context(Program(command, place.environment)) for command in route.commands
        ]
        receiver = programs[0]
        programs[-1].wait_until(lambda: place.has(route.source, route.sink), "its ports were there")
        time.sleep(SETTLE_SECONDS)
        start, cpu = time.monotonic(), receiver.cpu_seconds()
        time.sleep(seconds)
        return 1e3 * (receiver.cpu_seconds() - cpu) / (time.monotonic() - start)


def measure_receiver_cpu(
    place: Place, rounds: int, seconds: float, say: Callable[[str], None]
) -> ReceiverCpu:
    """Measure all receivers; who goes first changes from round to round."""
    routes = [jackrf_route(place), zita_route(place, BUFFERING), jacktrip_route(place, 4)]
    table = []
    for number in range(rounds):
        pairs = list(zip(TITLES, routes, strict=True))
        turns = {}
        for title, route in pairs if number % 2 == 0 else reversed(pairs):
            say(f"receiver CPU: round {number + 1} of {rounds}: {title}")
            turns[title] = round(take_turn(place, route, seconds), 3)
        table.append(turns)
    return ReceiverCpu(seconds=seconds, rounds=table)
