"""What relays of the page carry, as Markdown."""

from bench.markdown import section
from bench.relays import FULL, PAGES_OF_A_HOST
from bench.results import Relays


def of_relays(relays: Relays) -> list[str]:
    """Return the lines of it."""
    table = [
        [
            str(most),
            str(load.pages),
            " + ".join(f"{one:.0f}" for one in load.percents),
            f"{100 * load.dropped_share:.2f} %",
        ]
        for most, loads in enumerate(relays.loads, 1)
        for load in loads
    ]
    note = (
        f"{relays.measured}. Pages by WebSocket without a browser, of {relays.mixes} mixes, "
        f"{relays.period} frames a period, on hosts of loopback with {PAGES_OF_A_HOST} pages each; "
        "they take what comes on the same processors. More are added until a relay takes "
        f"{FULL:.0f} % of a core, packets are dropped, or there is no room for one more."
    )
    header = ["relays at most", "pages", "% of a core, each that runs", "dropped"]
    return section("Relays of the page", header, table, note)
