"""``jackrf latency``: how late a port is heard at another one, here or on another machine."""

import signal
import threading
from collections.abc import Sequence

import numpy as np

from jackrf.errors import InputError, JackrfError
from jackrf.latency.between import Answerer, Asker, Between, measure_between
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
        print("\n".join(tell(measure(server, source, sink, chirps), source, sink)))
        return
    asker = Asker(host, port)
    try:
        print("\n".join(tell_between(measure_between(asker, server, source, chirps), source, host)))
    finally:
        asker.close()


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
    answerer = Answerer(server, sink, port)
    try:
        print(
            f"jackrf: hears {sink} and answers on UDP port {answerer.port}; now run "
            "`jackrf latency --with` this machine at the sender; stop with Ctrl-C",
            flush=True,
        )
        while not stopping.is_set():
            answerer.serve(0.25)
    finally:
        answerer.close()


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


def _count(heard: int, sent: int, quickest: float, slowest: float) -> str:
    return f"  {heard} of {sent} chirps, from {quickest:.2f} to {slowest:.2f} ms"


def _require(found: Sequence[float], source: str) -> None:
    if not found:
        raise JackrfError(
            f"no chirp came through: is a send from {source} up, and does the listener hear the "
            "mix? Others must not play loudly meanwhile"
        )
