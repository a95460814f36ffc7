"""Two JACK servers whose clocks differ: jackrf, JackTrip and zita-njbridge beside each other.

All paths run at once, from one server to the other, between one player and one recorder; a plain
wire on each server, in the same recordings, shows what the servers themselves lose.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np
from numpy.typing import NDArray

from bench.heard import Disturbances, disturbances, latencies, lost_cycles, own
from bench.receiving import Live, LivePath, LiveRun
from bench.side import Heard
from bench.two import Two, jackrf, jacktrip, open_two, zita

CLOCKS = ((512, 48005), (128, 48020))
"""Periods, and the rate of the second server: 94 and 375 ppm from 48000 with dummy drivers."""
SETTLE_SECONDS = 20.0
"""zita-n2j is near its final delay only then."""
WIRES = ("wire on the sender's server", "wire on the receiver's server")


def _path(
    title: str, near: Heard, far: Heard, row: int, lost: NDArray[np.float64], *, wire: bool
) -> LivePath:
    """Return what a row of the far side's recording says."""
    found: Disturbances = disturbances(far.audio[row])
    late, played = latencies(near, far, row)
    # Who is done first plays no more, and the other side's recording goes on for a moment.
    played_until = min(near.times[-1], far.times[-1])
    silences = found.dropouts[far.at(found.dropouts[:, 0]) < played_until]
    dropouts, clicks = far.at(silences[:, 0]), far.at(found.clicks)
    clicks = clicks[clicks < played_until]
    return LivePath(
        title=title,
        latency_ms=[] if wire else [round(float(ms), 3) for ms in late],
        played=0 if wire else played,
        dropouts=len(dropouts),
        silent_ms=round(float(silences[:, 1].sum()) / far.rate() * 1e3, 2),
        clicks=len(clicks),
        own_dropouts=own(dropouts, lost),
        own_clicks=own(clicks, lost),
    )


def judge(near: Heard, far: Heard, titles: list[str]) -> list[LivePath]:
    """Return what both recordings say of the wires, and of the paths in the far one's order."""
    lost = np.concatenate([side.at(lost_cycles(side.audio[0])[:, 0]) for side in (near, far)])
    wires = [
        _path(title, side, side, 0, lost, wire=True)
        for title, side in zip(WIRES, (near, far), strict=True)
    ]
    return wires + [
        _path(title, near, far, row, lost, wire=False) for row, title in enumerate(titles, 1)
    ]


def take_live(two: Two, seconds: float) -> LiveRun:
    """Run all paths for so long."""
    with ExitStack() as stack:
        ports = range(two.base_port, two.base_port + 8, 2)
        paths = [
            jackrf(two, [ports[0]], ports[0]),
            jacktrip(ports[1], ports[1], ports[2]),
            zita(two, ports[3], ports[3]),
        ]
        programs = [path.start(two, stack) for path in paths]
        jackrf_listen = programs[0]
        stack.callback(two.tell_all_to_end)
        jackrf_listen.wait_until(lambda: '"playing"' in jackrf_listen.printed, "it played")
        time.sleep(SETTLE_SECONDS)
        near, far = two.hear(paths, "tone", seconds)
        told = jackrf_listen.statistics()
    return LiveRun(
        period=near.period,
        rates=[round(near.rate(), 2), round(far.rate(), 2)],
        lost_cycles=[len(lost_cycles(side.audio[0])) for side in (near, far)],
        seconds=seconds,
        paths=judge(near, far, [path.title for path in paths]),
        concealed_ms=told["concealed_ms"],
        silent_ms=told["silent_ms"],
        late=told["late"],
        shifts=told["shifts"],
        delay_ms=told["delay_ms"],
        drift_ppm=told["drift_ppm"],
    )


def measure_live(minutes: float, say: Callable[[str], None]) -> Iterator[Live]:
    """Run all paths for so many minutes on each pair of servers; yield all that is known so far."""
    found: list[LiveRun] = []
    for period, rate in CLOCKS:
        say(f"live: {minutes:g} minutes at {period} frames, 48000 against {rate} Hz")
        with open_two(period, rate) as two:
            found.append(take_live(two, 60.0 * minutes))
        yield Live(runs=list(found))
