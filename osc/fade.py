#!/usr/bin/env python3
"""Fade a send: ``python osc/fade.py --mix drums --input kick --to -12 --seconds 5``.

It moves in dB, so it sounds even. ``--to off`` ends in silence. Ctrl-C leaves the send where it is.
"""

import argparse
import contextlib
import time

from surface import Surface, options

STEPS_PER_SECOND = 30
LOWEST_DB, HIGHEST_DB, OFF_DB = -90.0, 10.0, -144.0
"""Below the lowest there is only off, which OSC writes as -144."""


def gain(text: str) -> float:
    """Return a level in dB as it was written, off as -144."""
    if text == "off":
        return OFF_DB
    value = float(text)
    if not LOWEST_DB <= value <= HIGHEST_DB:
        raise argparse.ArgumentTypeError(
            f"{text} dB: {LOWEST_DB:g} to {HIGHEST_DB:g} are allowed, or off"
        )
    return value


def written(level: float) -> str:
    """Return a level as a person reads it."""
    return "off" if level < LOWEST_DB else f"{level:+.1f} dB"


def main() -> None:
    """Fade, and say from where to where."""
    parser = options("Fade a send of a running jackrf, by OSC.")
    parser.add_argument("--input", required=True, help="id or number of an input")
    parser.add_argument("--to", type=gain, required=True, metavar="DB", help="-90 to 10, or off")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long (%(default)s)")
    chosen = parser.parse_args()
    path = f"/mix/{chosen.mix}/in/{chosen.input}/gain"
    surface = Surface(chosen.host, chosen.port, path, chosen.pin)
    start = surface.ask()
    lower, upper = max(start, LOWEST_DB), max(chosen.to, LOWEST_DB)
    began = time.monotonic()
    share = 0.0
    while share < 1.0:
        elapsed = time.monotonic() - began
        share = min(elapsed / chosen.seconds, 1.0) if chosen.seconds > 0 else 1.0
        surface.send(path, lower + share * (upper - lower))
        for _ in surface.messages(1 / STEPS_PER_SECOND):
            pass
    surface.send(path, chosen.to)
    end = surface.ask()
    print(f"{chosen.input} in {chosen.mix}: {written(start)} to {written(end)}")


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
