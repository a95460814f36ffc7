"""A link that lets nothing through for a while, and then everything: what its listener gets."""

import time
from dataclasses import dataclass

from tests.system.ages import Arrival, ages
from tests.system.links import Link
from tests.system.stage import Stage

HELD = 1200
"""Bytes that a starved link holds by itself: three packets of 64 frames."""
STARVED_SECONDS = 1.0
FRESH = 0.005
"""Seconds: audio that is older came late."""


@dataclass(frozen=True, slots=True)
class Starved:
    """What came once the link was free.

    Attributes:
        stale_ms: of audio that came late.
        fresh_ms: from the first packet that came to the first fresh one.
        missed: periods that JACK called meanwhile, and that did not come fresh.
    """

    stale_ms: float
    fresh_ms: float
    missed: int


def starve(stage: Stage, link: Link, kind: str) -> Starved:
    """Starve a link for a second under somebody who hears over it.

    Args:
        stage: whose mix is heard.
        link: nobody hears over it yet.
        kind: ``udp`` or ``tcp``.
    """
    link.free(HELD)
    if kind == "udp":
        heard = stage.udp(link.far, link.udp())
    else:
        _, far = stage.tcp(link)
        heard = stage.hearer(far)
    time.sleep(0.5)
    link.starve(HELD)
    time.sleep(STARVED_SECONDS)
    freed = time.time()
    link.free(HELD)
    time.sleep(0.5)
    return after(freed, heard.arrivals, stage.reference.arrivals, stage.period_ms)


def after(
    freed: float, heard: list[Arrival], reference: list[Arrival], period_ms: float
) -> Starved:
    """Return what came after a moment, in s since 1970."""
    came = [(at, age) for at, age in ages(heard, reference) if at > freed]
    stale = [at for at, age in came if age > FRESH]
    fresh = next(at for at, age in came if age <= FRESH)
    first = min(at for at, _ in came)
    sent = {one.packet.timestamp for one in reference if first < one.at < fresh}
    young = {one.packet.timestamp for one in heard if one.at >= fresh}
    return Starved(len(stale) * period_ms, 1000.0 * (fresh - first), len(sent - young))
