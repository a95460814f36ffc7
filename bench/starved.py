"""A link that is starved for a second, and then free: what its listener gets late; needs root."""

from collections.abc import Callable
from contextlib import ExitStack

from bench.listening import Starved, StarvedCase
from bench.place import Place
from tests.system.links import Link
from tests.system.stage import Stage
from tests.system.starving import STARVED_SECONDS, starve

PERIOD = 64
FIRST = 71
"""Number of the first link."""


def measure_starved(place: Place, turns: int, say: Callable[[str], None]) -> Starved:
    """Starve so many links for each transport, one after the other."""
    usual = place.patch_bay.blocksize
    place.patch_bay.blocksize = PERIOD
    try:
        cases = [_case(place, kind, turns, say) for kind in ("udp", "tcp")]
    finally:
        place.patch_bay.blocksize = usual
    return Starved(seconds=STARVED_SECONDS, period=PERIOD, cases=cases)


def _case(place: Place, kind: str, turns: int, say: Callable[[str], None]) -> StarvedCase:
    found = []
    for number in range(turns):
        with ExitStack() as stack:
            stage = Stage(place.server, stack)
            found.append(starve(stage, stack.enter_context(Link(FIRST + number)), kind))
        say(f"starved: {kind.upper()}, turn {number + 1} of {turns}: {found[-1]}")
    return StarvedCase(
        title=kind.upper(),
        stale_ms=[round(one.stale_ms, 2) for one in found],
        fresh_ms=[round(one.fresh_ms, 3) for one in found],
        missed=[one.missed for one in found],
    )
