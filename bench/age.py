"""The age of audio over a link that is too slow for it: 1.5 Mbit/s over 1 Mbit/s, all at once.

Three listeners of one mix, each behind a link of its own (`tests.system.links`): UDP and TCP as
jackrf sends them, and TCP with what the ancestor of jackrf set, a send buffer of 262144 bytes and
nothing that watches it. A fourth one hears on loopback: an age is how much later a packet came than
to that one.
"""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack

from bench.place import Place
from bench.results import Age, AgeCase
from tests.system.ages import Hearer, ages
from tests.system.links import Link
from tests.system.stage import Stage

RATE = "1mbit"
BURST = LIMIT = 3000
"""Bytes; tc-tbf(8)."""
ANCESTOR_BUFFER = 262_144
FOR_EVER = 4e6
"""ms of audio that may wait in its socket: whatever fits."""
SETTLE_SECONDS = 0.3


def measure_age(place: Place, seconds: float, say: Callable[[str], None]) -> Age:
    """Let three listeners hear for so many seconds; needs root."""
    with ExitStack() as stack:
        stage = Stage(place.server, stack)
        links = [stack.enter_context(Link(number)) for number in (61, 62, 63)]
        hearers = {
            "jackrf, UDP": stage.udp(links[0].far, links[0].udp()),
            "jackrf, TCP": stage.hearer(stage.tcp(links[1])[1]),
            "the ancestor's settings, TCP": stage.hearer(
                stage.tcp(links[2], FOR_EVER, ANCESTOR_BUFFER)[1]
            ),
        }
        time.sleep(SETTLE_SECONDS)
        for link in links:
            link.limit(RATE, BURST, LIMIT)
        start = time.time()
        say(f"age: {seconds:g} s over {RATE}")
        time.sleep(seconds)
        cases = [_case(title, heard, stage, start, seconds) for title, heard in hearers.items()]
    return Age(seconds=seconds, rate="1 Mbit/s", cases=cases)


def _case(title: str, heard: Hearer, stage: Stage, start: float, seconds: float) -> AgeCase:
    found = ages(heard.arrivals, stage.reference.arrivals)
    known = [(at - start, 1000.0 * age) for at, age in found if 0.0 <= at - start < seconds]
    by_second: dict[int, list[float]] = {}
    for at, age in known:
        by_second.setdefault(int(at), []).append(age)
    values = sorted(age for _, age in known)
    return AgeCase(
        title=title,
        packets=len(values),
        p50=round(statistics.median(values), 1),
        p99=round(values[int(0.99 * (len(values) - 1))], 1),
        largest=round(values[-1], 1),
        by_second=[
            round(statistics.median(by_second[second]), 1) if second in by_second else None
            for second in range(int(seconds))
        ],
    )
