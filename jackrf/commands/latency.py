"""``jackrf latency``: how late a port is heard at another one, here or on another machine."""

import signal
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import numpy as np

from jackrf.control import request
from jackrf.errors import InputError, JackrfError
from jackrf.latency.answerer import Answerer
from jackrf.latency.between import Asker, Between, measure_between
from jackrf.latency.measuring import Found, measure

MOST_CHIRPS = 400


def latency(
    server: str | None, source: str, sink: str, *, chirps: int, host: str | None, port: int
) -> None:
    """Measure and print latency, to a port of this server or, with a host, to an answerer's.

    Args:
        server: JACK server name, None for the default one.
        source: full name of the port that takes chirps.
        sink: full name of the port where they are heard; the answerer's own, with a host.
        chirps: how many, 8 a second.
        host: where `answer` runs; None to stay here.
        port: UDP port there.

    Raises:
        JackrfError: with one line and an exit code.
    """
    if not 1 <= chirps <= MOST_CHIRPS:
        raise InputError(f"--chirps {chirps}: allowed are 1 to {MOST_CHIRPS}")
    if host is None:
        found = measure(server, source, sink, chirps)
        lines = tell(found, source, sink)
        lines += tell_parts(ask_receiver(sink), found.median_ms, 0.0)
    else:
        with closing(Asker(host, port)) as asker:
            between = measure_between(asker, server, source, chirps)
        lines = tell_between(between, source, host)
        median = float(np.median(between.milliseconds))
        lines += tell_parts(between.figures, median, between.round_trip_ms / 2)
    print("\n".join(lines))


def answer(server: str | None, sink: str, port: int) -> None:
    """Answer `jackrf latency --with` of another machine until SIGINT or SIGTERM.

    Args:
        server: JACK server name, None for the default one.
        sink: full name of the port to hear.
        port: UDP port.

    Raises:
        JackrfError: with one line and an exit code.
    """
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    with closing(Answerer(server, sink, port, lambda: ask_receiver(sink))) as answerer:
        print(
            f"jackrf: hears {sink} and answers on UDP port {answerer.port}; now run "
            "`jackrf latency --with` this machine at the sender; stop with Ctrl-C",
            flush=True,
        )
        while not stopping.is_set():
            answerer.serve(0.25)


def tell(found: Found, source: str, sink: str) -> list[str]:
    """Return what was found on one server, in lines.

    Raises:
        JackrfError: no chirp came through.
    """
    _require(found.frames, source)
    frame = 1000.0 / found.samplerate
    median = float(np.median(found.frames))
    quickest, slowest = min(found.frames) * frame, max(found.frames) * frame
    periods = median / found.period
    lost = f"; JACK lost {found.missed} periods meanwhile" if found.missed else ""
    return [
        f"{source} → {sink}: {median * frame:.2f} ms, {median:.0f} frames, {periods:.2f} periods",
        _count(len(found.frames), found.sent, quickest, slowest) + lost,
    ]


def tell_between(found: Between, source: str, host: str) -> list[str]:
    """Return what was found between two machines, in lines.

    Raises:
        JackrfError: no chirp came through.
    """
    late = found.milliseconds
    _require(late, source)
    network = f"round trip {found.round_trip_ms:.2f} ms"
    return [
        f"{source} → {host}: {float(np.median(late)):.2f} ms ± {found.error_ms:.2f}",
        _count(len(late), found.sent, min(late), max(late)),
        f"  clocks compared over the network, {network}; they drift {found.drift_ppm:+.1f} ppm",
    ]


def tell_parts(
    figures: Mapping[str, Any] | None, latency_ms: float, network_ms: float
) -> list[str]:
    """Return what of a latency is for what, in lines.

    Args:
        figures: of the receiver; None where it is no `jackrf listen` that can be asked.
        latency_ms: from port to port.
        network_ms: one way.
    """
    if figures is None:
        return ["  its parts are not known: `jackrf listen` of that name cannot be asked"]
    parts = figures["parts_ms"]
    room = max(0.0, latency_ms - network_ms - parts["resampler"])
    rows = [
        ("packet", 0.0, "the packets of a period leave together, as soon as it is mixed"),
        ("network", network_ms, "half of the quickest round trip"),
        ("jitter", min(parts["jitter"], room), "playout delay that covers late packets"),
        ("resampler", parts["resampler"], "its filter, where sender and receiver have two clocks"),
    ]
    rest = latency_ms - sum(value for _, value, _ in rows)
    whole = f"the receiver's period of {parts['period']:.2f} ms, and room in the playout delay"
    rows.append(("period", max(0.0, rest), whole))
    if "output" in parts:
        rows.append(("output", parts["output"], "of the sound card, after the port: to be added"))
    return [f"  {name:<10}{value:6.2f} ms  {why}" for name, value, why in rows]


def ask_receiver(sink: str) -> Mapping[str, Any] | None:
    """Return the figures of the `jackrf listen` whose port this is, None if it cannot be asked."""
    try:
        found = request(sink.partition(":")[0], {"do": "listening"})
    except JackrfError:
        return None
    return found if isinstance(found, dict) else None


def _count(heard: int, sent: int, quickest: float, slowest: float) -> str:
    return f"  {heard} of {sent} chirps, from {quickest:.2f} to {slowest:.2f} ms"


def _require(found: Sequence[float], source: str) -> None:
    if not found:
        raise JackrfError(
            f"no chirp came through: is a send from {source} up, and does the listener hear the "
            "mix? Others must not play loudly meanwhile"
        )
