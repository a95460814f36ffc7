"""A page behind a link that is too narrow for its mix: 1 Mbit/s for 1.6 Mbit/s.

Chromium runs in a network namespace at the end of such a link (`tests.system.links`), where more
than eight seconds of sound find room to queue. How old a packet is when the page's worker has it is
told by the clocks of this machine, which both ends have; the audio thread sent it. Beside it the
same without the relay's rule (`bench.unbounded`).
"""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from urllib.parse import urlsplit

import numpy as np

from bench.browser import ARRIVALS, TRANSPORTS, hearing_page, sink_for_nobody
from bench.page import link as link_of
from bench.page import ports, running
from bench.place import Place
from bench.results import WebLink, WebLinkCase
from tests.system.links import Link

RATE, BURST, LIMIT = "1mbit", 3000, 1_000_000
"""tc-tbf(8): bytes that go at once, and bytes that may wait."""
SETTLE_SECONDS = 3.0
UNBOUNDED = (sys.executable, "-m", "bench.unbounded")


def measure_web_link(place: Place, seconds: float, say: Callable[[str], None]) -> WebLink:
    """Have a page hear for so many seconds over a narrow link; needs root."""
    cases = []
    with ExitStack() as stack:
        sink = stack.enter_context(sink_for_nobody(place.folder))
        for bounded in (True, False):
            with running(place, command=() if bounded else UNBOUNDED):
                for transport in TRANSPORTS:
                    cases.append(_case(place, transport, sink, seconds, bounded=bounded))
                    last = cases[-1]
                    rule = "" if bounded else ", unbounded"
                    say(f"web-link: {transport}{rule}: p50 {last.p50} ms, p99 {last.p99} ms")
    return WebLink(seconds=seconds, rate="1 Mbit/s", cases=cases)


def _case(
    place: Place, transport: str, sink: dict[str, str], seconds: float, *, bounded: bool
) -> WebLinkCase:
    token = urlsplit(link_of(place, "m1")).fragment
    with ExitStack() as stack:
        link = stack.enter_context(Link(71))
        url = f"https://{link.near}:{ports(place)['https']}/#{token}"
        page = stack.enter_context(hearing_page(url, transport, sink, ARRIVALS, link.command()))
        page.wait_for_timeout(1000 * SETTLE_SECONDS)
        link.limit(RATE, BURST, LIMIT)
        page.evaluate("window.told.length = 0")
        page.wait_for_timeout(1000 * seconds)
        told = page.evaluate("window.told")
        # How far the time of day is from the clock by which the relay says when a packet was sent.
        apart_ms = (time.time_ns() - time.monotonic_ns()) / 1e6
    ages = np.array(told) - apart_ms
    p50, p99, most = (round(float(value), 1) for value in np.percentile(ages, [50, 99, 100]))
    return WebLinkCase(
        transport=transport, bounded=bounded, packets=len(ages), p50=p50, p99=p99, largest=most
    )
