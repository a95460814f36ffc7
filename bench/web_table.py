"""What was measured in a browser, as Markdown."""

import statistics

from bench.figures import of
from bench.markdown import section, span
from bench.results import Results, Web, WebLink

NONE = "-"


def browsers(results: Results) -> list[str]:
    """Return how late a page hears, what many of them cost, and what a narrow link makes of it."""
    return of(results.web, _page) + of(results.web_link, _narrow)


def _page(web: Web) -> list[str]:
    pages = [
        [
            page.transport,
            f"{page.p50:.2f}",
            f"{page.p99:.2f}",
            f"{statistics.median(page.late_ms):.0f}",
            span(page.late_ms, ".0f"),
            f"{len(page.late_ms)} of {page.clicks}",
            " + ".join(map(str, page.parts_ms)) or NONE,
            ", ".join(f"{value:g} {name}" for name, value in page.gaps.items() if value) or NONE,
        ]
        for page in web.pages
    ]
    header = ["page", "worker p50 ms", "p99 ms", "click ms", "lowest to highest", "heard", "parts"]
    header.append("missing")
    crowd = web.crowd
    note = (
        f"{web.measured}. Headless Chromium on loopback, {web.period} frames a period, margin "
        "\"tight\". Worker: from the audio thread's sending to the page's worker. "
        "Click: from the JACK graph to the monitor of a PulseAudio null sink. Parts, by the page's "
        "own account: network, kept back, device; PulseAudio and the recorder add the rest."
    )
    ping, longest = statistics.median(crowd.ping_ms), max(crowd.ping_ms)
    many = (
        f"{crowd.pages} pages by WebSocket hear {crowd.mixes} mixes: the relay takes "
        f"{crowd.relay_percent:.1f} % of a core ({crowd.one_each_percent:.1f} % with one page for "
        f"each mix), {100 * crowd.dropped_share:.2f} % of packets are dropped. OSC's `/ping` is "
        f"answered in {ping:.1f} ms, at most {longest:.1f}; the callback's p50 is "
        f"{crowd.callback.p50:.0f} µs ({crowd.callback_alone.p50:.0f} with one page for each mix)."
    )
    return section("The page for browsers", header, pages, note, many)


def _narrow(link: WebLink) -> list[str]:
    cases = [
        [
            case.transport + ("" if case.bounded else ", without the rule"),
            str(case.packets),
            f"{case.p50:.1f}",
            f"{case.p99:.1f}",
            f"{case.largest:.1f}",
        ]
        for case in link.cases
    ]
    note = (
        f"{link.measured}. Headless Chromium at the end of a link of {link.rate}, which a mix of "
        f"1.6 Mbit/s does not fit through and which has room for 8 s of it, for {link.seconds:g} s "
        "from when it is narrowed. Age: from the audio thread's sending to the page's worker. "
        "Without the rule all is sent that there is."
    )
    header = ["page behind a narrow link", "packets", "p50 ms", "p99 ms", "oldest ms"]
    return section("The page behind a narrow link", header, cases, note)
