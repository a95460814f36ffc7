"""The receiver on another clock, offline: the compiled callback, packets and both clocks simulated.

Every drift with every jitter at every period, for as long as is wished: `tests.realtime.cases`.
"""

from collections.abc import Callable, Iterator

from bench.receiving import FollowedCase, Following
from tests.realtime.cases import DRIFTS, JITTERS, PERIODS, follow


def measure_following(minutes: float, say: Callable[[str], None]) -> Iterator[Following]:
    """Follow all clocks, each for so many simulated minutes; yield all that is known so far."""
    cases: list[FollowedCase] = []
    for period in PERIODS:
        for jitter in JITTERS:
            say(f"receiver: {period} frames, jitter of {jitter:g} ms, {len(DRIFTS)} drifts")
            for ppm in DRIFTS:
                found = follow(ppm, jitter, period, 60.0 * minutes)
                figures = {name: round(value, 6) for name, value in found}
                cases.append(FollowedCase(ppm=ppm, jitter_ms=jitter, period=period, **figures))
        yield Following(minutes=minutes, cases=list(cases))
