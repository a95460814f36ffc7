"""CPU time of receivers of one stereo stream, each with its sender, in turns.

On one server, where jackrf has nothing to follow, and on two, where every receiver but JackTrip
resamples.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

from bench.latency import Route, jackrf_route, jacktrip_route, zita_route
from bench.place import Place
from bench.programs import Program
from bench.receiving import ReceiverCpu
from bench.two import Two, Way, jackrf, jacktrip, open_two, zita

SETTLE_SECONDS = 2.0
LOCK_SECONDS = 4.0
"""Between two servers nothing tells when a receiver plays."""
BUFFERING = 10
"""zita-n2j's own default, in ms."""
OTHER_RATE = 48020
TITLES = ("jackrf listen", "zita-n2j", "JackTrip")


def _watch(receiver: Program, seconds: float) -> float:
    """Return the CPU time of a program in ms per second."""
    start, cpu = time.monotonic(), receiver.cpu_seconds()
    time.sleep(seconds)
    return round(1e3 * (receiver.cpu_seconds() - cpu) / (time.monotonic() - start), 3)


def take_turn(place: Place, route: Route, seconds: float) -> float:
    """Return the CPU time of the first program of a route, its receiver, in ms per second."""
    with ExitStack() as stack:
        programs = [
            stack.enter_context(Program(command, place.environment)) for command in route.commands
        ]
        programs[-1].wait_until(lambda: place.has(route.source, route.sink), "its ports were there")
        time.sleep(SETTLE_SECONDS)
        return _watch(programs[0], seconds)


def take_turn_apart(two: Two, way: Way, seconds: float) -> float:
    """Return the CPU time of the receiver of a path between two servers, in ms per second."""
    with ExitStack() as stack:
        receiver = way.start(two, stack)
        time.sleep(LOCK_SECONDS)
        return _watch(receiver, seconds)


def _ways(two: Two) -> list[Way]:
    ports = range(two.base_port, two.base_port + 8, 2)
    ours = jackrf(two, [ports[0]], ports[0])
    # The others tell nothing of themselves, either.
    quiet = [word for word in ours.receiver if word != "--json"]
    return [
        replace(ours, receiver=quiet),
        zita(two, ports[3], ports[3]),
        jacktrip(ports[1], ports[1], ports[2]),
    ]


def _in_turns(
    rounds: int, turn: Callable[[int], float], say: Callable[[str], None], where: str
) -> Iterator[dict[str, float]]:
    """Measure all receivers; who goes first changes from round to round."""
    for number in range(rounds):
        found = {}
        order = range(len(TITLES))
        for place in order if number % 2 == 0 else reversed(order):
            say(f"receiver CPU, {where}: round {number + 1} of {rounds}: {TITLES[place]}")
            found[TITLES[place]] = turn(place)
        yield {title: found[title] for title in TITLES}


def measure_receiver_cpu(
    place: Place, rounds: int, seconds: float, say: Callable[[str], None]
) -> ReceiverCpu:
    """Measure all receivers, on one server and on two."""
    routes = [jackrf_route(place), zita_route(place, BUFFERING), jacktrip_route(place, 4)]
    one = list(
        _in_turns(rounds, lambda at: take_turn(place, routes[at], seconds), say, "one clock")
    )
    with open_two(place.server.period, OTHER_RATE) as two:
        ways = _ways(two)
        apart = list(
            _in_turns(rounds, lambda at: take_turn_apart(two, ways[at], seconds), say, "two clocks")
        )
    return ReceiverCpu(seconds=seconds, rounds=one, apart=apart)
