"""How many pages one relay carries, and two: ever more of them by WebSocket, without browsers."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from bench.clients import jackrf_status
from bench.crowd import Crowd
from bench.page import MIXES, NAME, link, running
from bench.place import Place
from bench.results import RelayLoad, Relays
from jackrf.errors import JackrfError

FULL: Final = 70.0
"""Percent of a core, at which no more pages are added."""
PAGES_OF_A_HOST: Final = 10
STEP: Final = 30
"""Pages that are added at a time."""
MOST: Final = 600
MOST_DROPPED: Final = 0.02
PAUSE: Final = 0.004
"""Seconds between looks of a page at what has come."""
SETTLE_SECONDS: Final = 5.0
SECONDS: Final = 4.0


def measure_relays(place: Place, say: Callable[[str], None]) -> Relays:
    """Measure one relay, and two."""
    found = []
    for many in (1, 2):
        with running(place, f"relays = {many}\n"):
            found.append(list(_loads(place, many, say)))
    return Relays(period=128, mixes=MIXES, loads=found)


def _loads(place: Place, relays: int, say: Callable[[str], None]) -> Iterator[RelayLoad]:
    """Yield what relays use with more and more pages."""
    links = [link(place, f"m{number + 1}") for number in range(MIXES)]
    with ExitStack() as crowds:
        for pages in range(STEP, MOST + 1, STEP):
            first = (pages - STEP) // PAGES_OF_A_HOST
            hosts = [f"127.0.2.{1 + first + number}" for number in range(STEP // PAGES_OF_A_HOST)]
            try:
                crowds.enter_context(Crowd(links, STEP, hosts, PAUSE))
            except OSError as error:
                say(f"relays: no room for {pages} pages: {error}")
                return
            time.sleep(SETTLE_SECONDS)
            load = _look(place, pages)
            told = " + ".join(f"{one:.0f}" for one in load.percents)
            say(f"relays: {pages} pages: {told} %, {100 * load.dropped_share:.2f} % dropped")
            yield load
            # While there is no second one yet, the first is not all that there will be.
            everybody = len(load.percents) == relays
            if everybody and (max(load.percents) >= FULL or load.dropped_share > MOST_DROPPED):
                return


def _look(place: Place, pages: int) -> RelayLoad:
    before, began = _use(place), time.monotonic()
    time.sleep(SECONDS)
    after, seconds = _use(place), time.monotonic() - began
    sent, dropped = (
        sum(one[what] for one in after["listeners"]) - sum(one[what] for one in before["listeners"])
        for what in ("sent", "dropped")
    )
    if len(after["listeners"]) != pages:
        raise JackrfError(f"{len(after['listeners'])} of {pages} pages are there")
    percents = [
        round(100.0 * (used - before["used"].get(pid, 0.0)) / seconds, 1)
        for pid, used in after["used"].items()
    ]
    return RelayLoad(
        pages=pages, percents=percents, dropped_share=round(dropped / max(sent + dropped, 1), 4)
    )


def _use(place: Place) -> dict[str, Any]:
    """Return who listens, and the CPU seconds of each relay."""
    told = jackrf_status(place, NAME)["web"]
    used = {}
    for relay in told["relays"]:
        fields = Path(f"/proc/{relay['pid']}/stat").read_text().rsplit(")", 1)[1].split()
        used[relay["pid"]] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return {"listeners": told["listeners"], "used": used}
