"""Latency between two machines whose clocks are only roughly set, if at all.

    asker, at the sender                          answerer, at the receiver
    ── ping ──▶ pong ──▶ ... all the while ...    compares both clocks (`jackrf.latency.clocks`)
    ── listen for 6 s ──▶                         records a port
    chirps into a port ~~ the mix's own way ~~▶   hears them
    ── heard? ──▶ when each came, by its clock ──▶ latency = heard - offset - played

What is assumed: that both monotonic clocks run evenly for some seconds. Nothing is assumed of how
they are set, and little of the network: it may take longer one way than the other, and the result
is wrong by no more than half of the quickest round trip, which is told with it.

Datagrams are JSON, one each. An answerer answers neighbours alone, and with little more than asked.
"""

import json
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jackrf.errors import InputError, JackrfError
from jackrf.latency.answerer import MOST_BYTES, decode
from jackrf.latency.chirps import make_chirps
from jackrf.latency.clocks import SECOND, Comparison, Exchange, compare
from jackrf.latency.frame_clock import FrameClock
from jackrf.latency.instruments import Player
from jackrf.latency.measuring import SOFT_PEAK, require_port

PING_SECONDS = 0.05
EARLY, LATE = -0.010, 0.100
"""s from a chirp's being played in which it is looked for."""


@dataclass(frozen=True, slots=True)
class Between:
    """What was found between two machines.

    Attributes:
        milliseconds: latency of each chirp that came through.
        sent: how many were played.
        error_ms: by how much they can be wrong, at the most.
        round_trip_ms: of the quickest exchange of datagrams.
        drift_ppm: by how much the receiver's clock is faster than the sender's.
        figures: of the receiver, as `jackrf listen --json` has them; None where it has none.
    """

    milliseconds: tuple[float, ...]
    sent: int
    error_ms: float
    round_trip_ms: float
    drift_ppm: float
    figures: Mapping[str, Any] | None = None


class Asker:
    """The end that plays: asks an answerer on another machine.

    Args:
        host: of the answerer.
        port: UDP.

    Raises:
        InputError: the host is not known.
    """

    def __init__(self, host: str, port: int) -> None:
        try:
            found = socket.getaddrinfo(host, port, socket.AF_INET, socket.SOCK_DGRAM)
        except OSError as error:
            raise InputError(f"host {host!r} is not known ({error.strerror})") from None
        self._host = host
        self._place: Any = found[0][4]
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._number = 0
        self._exchanges: list[Exchange] = []

    def ask(self, patience: float = 0.2, **question: Any) -> Mapping[str, Any] | None:
        """Send one question and return its answer, None if it does not come within `patience` s."""
        self._number += 1
        data = json.dumps(question | {"n": self._number}).encode()
        until = time.monotonic() + patience
        try:
            self._socket.sendto(data, self._place)
            while (left := until - time.monotonic()) > 0.0:
                self._socket.settimeout(left)
                answer = decode(self._socket.recv(MOST_BYTES))
                if answer.get("n") == self._number:
                    return answer
        except OSError:
            # Refused or lost: the next one may do better.
            time.sleep(max(0.0, min(until - time.monotonic(), PING_SECONDS)))
        return None

    def ping(self) -> None:
        """Compare the clocks once."""
        asked = time.monotonic_ns()
        answer = self.ask(do="ping")
        answered = time.monotonic_ns()
        came, left = (None if answer is None else answer.get(name) for name in ("came", "left"))
        if isinstance(came, int) and isinstance(left, int):
            self._exchanges.append(Exchange(asked, came, left, answered))

    def comparison(self) -> Comparison:
        """Return what all pings together tell.

        Raises:
            JackrfError: nobody answered.
        """
        found = compare(self._exchanges)
        if found is None:
            raise JackrfError(
                f"nobody answers at {self._host}: run `jackrf latency --answer` there, on a "
                "network that both machines are on"
            )
        return found

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def measure_between(asker: Asker, server: str | None, source: str, chirps: int) -> Between:
    """Return how late chirps that go into a port here are heard at the answerer's.

    Args:
        asker: with an answerer at its other end.
        server: JACK server name, None for the default one.
        source: full name of the input port that takes the chirps.
        chirps: how many, 8 a second.

    Raises:
        JackrfError: nobody answers, no server, or no such port.
    """
    for _ in range(10):
        asker.ping()
    asker.comparison()
    with Player(server, name="jackrf-latency-in") as player:
        require_port(player, source)
        player.client.connect(player.ports[0], source)
        clock = FrameClock(player)
        track, starts = make_chirps(chirps, player.client.period, peak=SOFT_PEAK)
        seconds = len(track) / player.client.samplerate + 0.5
        if asker.ask(2.0, do="listen", seconds=seconds + LATE) is None:
            raise JackrfError("the answerer fell silent: is it still running?")
        begin = player.play(track[np.newaxis], delay=0.2)
        until = time.monotonic() + seconds + 2 * LATE
        while time.monotonic() < until:
            asker.ping()
            clock.look()
            time.sleep(PING_SECONDS)
        heard, figures = _heard(asker)
        comparison = asker.comparison()
        played = [comparison.there(round(clock.at((begin + at) % 2**32))) for at in starts]
    return Between(
        milliseconds=tuple(match(played, heard)),
        sent=chirps,
        error_ms=comparison.error / 1e6,
        round_trip_ms=min(comparison.first.round_trip, comparison.last.round_trip) / 1e6,
        drift_ppm=comparison.drift_ppm,
        figures=figures,
    )


def _heard(asker: Asker) -> tuple[list[float], Mapping[str, Any] | None]:
    for _ in range(20):
        answer = asker.ask(do="heard")
        found = None if answer is None else answer.get("heard")
        if isinstance(found, list):
            figures = answer.get("figures") if answer is not None else None
            times = [float(one) for one in found if isinstance(one, int | float)]
            return times, figures if isinstance(figures, dict) else None
        time.sleep(PING_SECONDS)
    raise JackrfError("the answerer did not tell what it heard: is it still running?")


def match(played: Sequence[float], heard: Sequence[float]) -> list[float]:
    """Return in ms how late each chirp was heard that was heard; both in ns of one clock."""
    times: NDArray[np.float64] = np.array(heard, np.float64)
    found = []
    for moment in played:
        late = (times - moment) / SECOND
        near = late[(late > EARLY) & (late < LATE)]
        if len(near):
            found.append(1000.0 * float(near[0]))
    return found
