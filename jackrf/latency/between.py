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
from jackrf.lan.networks import attached_networks, is_neighbour
from jackrf.latency.chirps import find_chirps, make_chirps
from jackrf.latency.clocks import SECOND, Comparison, Exchange, compare
from jackrf.latency.instruments import Player, Recorder, apart
from jackrf.latency.measuring import SOFT_PEAK, require_port

PORT = 5998
MOST_SECONDS = 60.0
MOST_BYTES = 8192
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
    """

    milliseconds: tuple[float, ...]
    sent: int
    error_ms: float
    round_trip_ms: float
    drift_ppm: float


class FrameClock:
    """JACK's frame time of an instrument as monotonic ns: a line through what was looked at."""

    def __init__(self, instrument: Player | Recorder) -> None:
        self._instrument = instrument
        self._origin = instrument.client.frame_time
        self._seen: list[tuple[int, float]] = []

    def look(self) -> None:
        """Compare both clocks once; in the middle between two looks at the one."""
        before = time.monotonic_ns()
        frames = apart(self._instrument.client.frame_time, self._origin)
        after = time.monotonic_ns()
        if after - before < SECOND // 5000:
            self._seen.append((frames, (before + after) / 2))

    def at(self, frame_time: float) -> float:
        """Return the monotonic ns of a frame time, which may lie between two frames."""
        if len(self._seen) < 2:
            raise JackrfError("this machine is too busy to compare its clocks: try again")
        seen: NDArray[np.float64] = np.array(self._seen, np.float64)
        middle = seen.mean(axis=0)
        frames_seen, times = (seen - middle).T
        slope = float(frames_seen @ times / (frames_seen @ frames_seen))
        whole = int(frame_time)
        frames = apart(whole % 2**32, self._origin) + frame_time - whole
        return float(middle[1] + slope * (frames - middle[0]))


class Answerer:
    """The end that hears: answers pings, records when it is asked to, and tells what it heard.

    Args:
        server: JACK server name, None for the default one.
        sink: full name of the port to hear.
        port: UDP.

    Raises:
        InputError: the port is taken, or there is no such JACK port.
    """

    def __init__(self, server: str | None, sink: str, port: int) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        try:
            self._socket.bind(("0.0.0.0", port))  # noqa: S104 - who is answered is looked at
        except OSError as error:
            self._socket.close()
            raise InputError(
                f"port {port} cannot be listened on ({error.strerror}): name another with --port"
            ) from None
        try:
            self._recorder = Recorder(server, [sink], name="jackrf-latency-out")
            require_port(self._recorder, sink)
        except BaseException:
            self._socket.close()
            raise
        self._clock = FrameClock(self._recorder)
        self._ends: float | None = None
        self._heard: list[float] | None = None

    @property
    def port(self) -> int:
        """The UDP port."""
        return int(self._socket.getsockname()[1])

    def serve(self, seconds: float) -> None:
        """Answer whoever asks, for so long."""
        until = time.monotonic() + seconds
        while (patience := until - time.monotonic()) > 0.0:
            self._socket.settimeout(min(patience, PING_SECONDS))
            try:
                data, peer = self._socket.recvfrom(MOST_BYTES)
            except TimeoutError:
                self._clock.look()
                self._finish()
                continue
            came = time.monotonic_ns()
            self._finish()
            if is_neighbour(peer[0], attached_networks()):
                self._answer(data, peer, came)

    def _answer(self, data: bytes, peer: Any, came: int) -> None:
        question = _decoded(data)
        wanted = question.get("do")
        answer: dict[str, Any] = {"n": question.get("n")}
        if wanted == "ping":
            answer |= {"came": came, "left": time.monotonic_ns()}
        elif wanted == "listen" and isinstance(question.get("seconds"), int | float):
            self._begin(min(float(question["seconds"]), MOST_SECONDS))
        elif wanted == "heard":
            answer |= {"heard": self._heard}
        else:
            return
        self._socket.sendto(json.dumps(answer).encode(), peer)

    def _begin(self, seconds: float) -> None:
        if self._ends is None:
            self._heard = None
            self._recorder.connect()
            self._recorder.begin(seconds)
            self._ends = time.monotonic() + seconds

    def _finish(self) -> None:
        """When it has recorded for long enough, look for the chirps."""
        if self._ends is None or time.monotonic() < self._ends:
            return
        take = self._recorder.end()
        self._ends = None
        self._heard = [self._clock.at(take.start + place) for place in find_chirps(take.audio[0])]

    def close(self) -> None:
        """Leave JACK and close the socket."""
        self._recorder.client.close()
        self._socket.close()


def _decoded(data: bytes) -> Mapping[str, Any]:
    try:
        message = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return message if isinstance(message, dict) else {}


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

    def ask(self, seconds: float = 0.2, **question: Any) -> Mapping[str, Any] | None:
        """Send one question and return its answer, None if it does not come in time."""
        self._number += 1
        data = json.dumps(question | {"n": self._number}).encode()
        until = time.monotonic() + seconds
        try:
            self._socket.sendto(data, self._place)
            while (patience := until - time.monotonic()) > 0.0:
                self._socket.settimeout(patience)
                answer = _decoded(self._socket.recv(MOST_BYTES))
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
        if answer is not None and isinstance(answer.get("came"), int):
            self._exchanges.append(Exchange(asked, answer["came"], answer["left"], answered))

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
        if asker.ask(do="listen", seconds=seconds + LATE) is None:
            raise JackrfError("the answerer fell silent: is it still running?")
        begin = player.play(track[np.newaxis], delay=0.2)
        until = time.monotonic() + seconds + 2 * LATE
        while time.monotonic() < until:
            asker.ping()
            clock.look()
            time.sleep(PING_SECONDS)
        heard = _heard(asker)
        comparison = asker.comparison()
        played = [comparison.there(round(clock.at((begin + at) % 2**32))) for at in starts]
    return Between(
        milliseconds=tuple(match(played, heard)),
        sent=chirps,
        error_ms=comparison.error / 1e6,
        round_trip_ms=min(comparison.first.round_trip, comparison.last.round_trip) / 1e6,
        drift_ppm=comparison.drift_ppm,
    )


def _heard(asker: Asker) -> list[float]:
    for _ in range(20):
        answer = asker.ask(do="heard")
        found = None if answer is None else answer.get("heard")
        if isinstance(found, list):
            return [float(one) for one in found if isinstance(one, int | float)]
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
