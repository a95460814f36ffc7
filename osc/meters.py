#!/usr/bin/env python3
"""Meters of a mix in a terminal: ``python osc/meters.py --host 192.168.1.10 --mix drums``."""

import contextlib
import time

from rich.console import Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from surface import Surface, options

WIDTH = 48
"""Cells of a bar."""
ZONES = ((0.70, "green"), (0.925, "yellow"), (1.0, "red"))
"""Where a colour ends, on the scale of IEC 60268-18: -12 dB, -3 dB, 0 dB."""
FRAME_SECONDS = 1 / 15


def bar(position: float) -> Text:
    """Return a bar that is lit up to a position, 0..1."""
    lit = round(position * WIDTH)
    drawn, start = Text(), 0
    for end, colour in ZONES:
        stop = round(end * WIDTH)
        drawn.append("█" * max(0, min(lit, stop) - start), colour)
        start = stop
    return drawn.append("░" * (WIDTH - lit), "bright_black")


class Meters:
    """What was told, by the end of its address: ``in/3/meter``, ``stream/state``."""

    def __init__(self) -> None:
        self.told: dict[str, float | str] = {}

    def take(self, address: str, value: float | str) -> None:
        """Take in a value."""
        parts = address.split("/", 3)
        if len(parts) == 4 and parts[1] == "mix":
            self.told[parts[3]] = value

    def __rich__(self) -> RenderableType:
        """Draw it."""
        table = Table.grid(padding=(0, 2))
        strips = sorted(int(key.split("/")[1]) for key in self.told if key.endswith("/name"))
        for strip in strips:
            level = float(self.told.get(f"in/{strip}/meter", 0.0))
            text = str(self.told.get(f"in/{strip}/text", ""))
            muted = "muted" if self.told.get(f"in/{strip}/mute") else ""
            table.add_row(Text(str(self.told[f"in/{strip}/name"])), bar(level), text, muted)
        for side in "lr":
            name = Text(f"mix {side.upper()}", "bold")
            level = float(self.told.get(f"meter/{side}", 0.0))
            table.add_row(name, bar(level), str(self.told.get("text", "")) if side == "l" else "")
        return Group(Text(str(self.told.get("name", "...")), "bold"), table, self._stream())

    def _stream(self) -> Text:
        loss = 100.0 * float(self.told.get("stream/loss", 0.0))
        limit = float(self.told.get("limit", 0.0))
        words = [
            str(self.told.get("stream/state", "")),
            f"{self.told.get('stream/listeners', 0)} listening",
            f"{loss:.0f} % lost",
        ]
        words += [f"limiter {limit:.1f} dB"] * (limit < -0.05)
        return Text(" · ".join(filter(None, words)), "yellow" if loss or limit < -0.05 else "")


def main() -> None:
    """Run until Ctrl-C."""
    parser = options("Meters of a mix of a running jackrf, by OSC.")
    parser.add_argument("--seconds", type=float, default=0.0, help="end by itself after so long")
    chosen = parser.parse_args()
    surface = Surface(chosen.host, chosen.port, f"/mix/{chosen.mix}", chosen.pin)
    meters = Meters()
    end = time.monotonic() + chosen.seconds
    with Live(meters, auto_refresh=False) as live:
        while not chosen.seconds or time.monotonic() < end:
            for message in surface.messages(FRAME_SECONDS):
                if message.params:
                    meters.take(message.address, message.params[0])
            live.refresh()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
