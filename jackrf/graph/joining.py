"""A stream's timestamps from one JACK server to the next: they follow the frames of each."""

import time

from jackrf.client import JackClient
from jackrf.engine import Engine, wait_until
from jackrf.rtp.timeline import MODULUS, Timeline

FIRST_PERIOD_PATIENCE = 0.5
"""Seconds; a client that is never called in this time has no frames to join yet."""


def join(timeline: Timeline, client: JackClient, engine: Engine) -> None:
    """Shift an engine's timestamps so that they go on where those of the last server were.

    Args:
        timeline: of the streams.
        client: active; its first period says where the server is.
        engine: its; nobody hears it yet.
    """
    wait_until(lambda: engine.cycles > 0, FIRST_PERIOD_PATIENCE)
    # Not JACK's estimate of now, which is wild in a server's first moments.
    timeline.go_on(client.graph_time, client.samplerate, time.monotonic())
    offsets = engine.mixes["timestamp_offset"].astype("i8") + timeline.shift
    engine.mixes["timestamp_offset"] = offsets % MODULUS


def part(timeline: Timeline, engine: Engine | None) -> None:
    """Remember where an engine's last period was, if there is one and it had any."""
    if engine is not None and engine.last_period is not None:
        timeline.note(*engine.last_period)
