"""Latency in frames from one JACK port to another of the same server, through the network.

A client plays short chirps into the path and another records what comes out, each at its place on
JACK's frame clock, so a direct wire measures 0 and the measuring itself adds nothing
(`jackrf.latency.chirps`).
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from errno import EEXIST
from typing import Any

import jack
import numpy as np

from bench.cases import Case
from bench.clients import MODULE
from bench.place import Place
from bench.programs import Program
from bench.results import Latency, Path_
from jackrf.latency.chirps import Audio, delays, make_chirps

SETTLE_SECONDS = 1.5
ZITA_SETTLE_SECONDS = 15.0
"""zita-n2j measures the sender's clock first, and comes near its final delay only then."""


class Probe:
    """Plays a track into a path and records what comes out, both on JACK's frame clock.

    Two clients: with one, JACK would have to run the path's end before its beginning.

    Args:
        server: name of the JACK server.
        track: what to play, once.
    """

    def __init__(self, server: str, track: Audio) -> None:
        self._player = jack.Client("bench-player", servername=server, no_start_server=True)
        self._recorder = jack.Client("bench-recorder", servername=server, no_start_server=True)
        self._out = self._player.outports.register("out")
        self._in = self._recorder.inports.register("in")
        self._track = track
        self.recording = np.zeros_like(track)
        self._origin: int | None = None
        self._player.set_process_callback(self._play)
        self._recorder.set_process_callback(self._record)

    def _play(self, frames: int) -> None:
        if self._origin is None:
            self._origin = self._player.last_frame_time
        start = self._player.last_frame_time - self._origin
        part = self._track[start : start + frames]
        buffer = self._out.get_array()
        buffer[: len(part)] = part
        buffer[len(part) :] = 0.0

    def _record(self, frames: int) -> None:
        if self._origin is None:
            return
        start = self._recorder.last_frame_time - self._origin
        part = self.recording[start : start + frames]
        part[:] = self._in.get_array()[: len(part)]

    def run(self, source: str, sink: str) -> None:
        """Play the whole track into port `source`, and record port `sink` meanwhile.

        Args:
            source: an input port of the path; empty for a direct wire.
            sink: an output port of the path.
        """
        seconds = len(self._track) / self._player.samplerate
        with self._recorder, self._player:
            if source:
                _connect(self._player, self._out, source)
                _connect(self._recorder, sink, self._in)
            else:
                self._player.connect(self._out, self._in)
            time.sleep(seconds + 0.2)

    def close(self) -> None:
        """Close both clients."""
        self._player.close()
        self._recorder.close()


def _connect(client: Any, source: Any, sink: Any) -> None:
    """Connect two ports, where a client that remembers its connections was not quicker."""
    try:
        client.connect(source, sink)
    except jack.JackErrorCode as error:
        if error.code != EEXIST:
            raise


@dataclass(frozen=True, slots=True)
class Route:
    """A path, and the programs that make it."""

    title: str
    source: str = ""
    """Its input port; empty for a direct wire."""
    sink: str = ""
    """Its output port."""
    commands: list[list[str]] = field(default_factory=list)
    starts: int = 3
    """How often to set it up anew: where in a period a path starts may decide its latency."""
    settle_seconds: float = SETTLE_SECONDS


def jackrf_route(place: Place) -> Route:
    """Return jackrf's way, the receiver first."""
    case = Case(1, 1)
    server = ["--server", place.server.name]
    run = ["run", str(place.session(case)), *server, "--name", "bench-run"]
    url = f"udp://127.0.0.1:{place.base_port}"
    listen = ["listen", url, *server, "--name", "bench-listen", "--connect", ""]
    commands = [[*MODULE, "jackrf", *arguments] for arguments in (listen, run)]
    return Route("jackrf run, jackrf listen", "bench-run:in_01", "bench-listen:out_1", commands)


def jacktrip_route(place: Place, queue: int) -> Route:
    """Return JackTrip's way with a queue of so many packets, the receiver first."""
    common = ["-n", "2", "-q", str(queue), "-D"]
    here, there = str(place.base_port), str(place.base_port + 10)
    server = ["jacktrip", "-s", "-J", "bench-far", "-B", here, "-P", there, *common]
    client = ["jacktrip", "-c", "127.0.0.1", "-J", "bench-near", "-B", there, "-P", here, *common]
    title = f"JackTrip, -q {queue}"
    return Route(title, "bench-near:send_1", "bench-far:receive_1", [server, client])


def zita_route(place: Place, buffering: int) -> Route:
    """Return zita-njbridge's way with so many ms of buffering, the receiver first."""
    server, to = ["--jserv", place.server.name], ["127.0.0.1", str(place.base_port)]
    n2j = ["zita-n2j", "--jname", "bench-n2j", *server, "--buff", str(buffering), *to]
    j2n = ["zita-j2n", "--jname", "bench-j2n", *server, "--16bit", *to]
    title = f"zita-j2n, zita-n2j --buff {buffering}"
    ports = "bench-j2n:in_1", "bench-n2j:out_1"
    return Route(title, *ports, [n2j, j2n], starts=1, settle_seconds=ZITA_SETTLE_SECONDS)


def routes(place: Place) -> list[Route]:
    """Return all paths, the shortest first.

    zita-n2j adds 10 ms unless told otherwise; with less than 4 it did not keep its lock.
    """
    zita = [zita_route(place, 4), zita_route(place, 10)]
    return [
        Route("a direct wire", starts=1),
        jackrf_route(place),
        jacktrip_route(place, 2),
        jacktrip_route(place, 4),
        *zita,
    ]


def take_path(place: Place, route: Route, chirps: int) -> Path_:
    """Send chirps through one path, shared out among its starts."""
    share = -(-chirps // route.starts)
    frames = [delay for _ in range(route.starts) for delay in _take_start(place, route, share)]
    return Path_(title=route.title, frames=frames, sent=share * route.starts)


def _take_start(place: Place, route: Route, chirps: int) -> list[int]:
    """Set up a path, send chirps through it, take it down, and return their delays."""
    track, starts = make_chirps(chirps, place.server.period)
    with ExitStack() as stack:
        programs = [
            stack.enter_context(Program(command, place.environment)) for command in route.commands
        ]
        if programs:
            programs[-1].wait_until(
                lambda: place.has(route.source, route.sink), "its ports were there"
            )
            time.sleep(route.settle_seconds)
        probe = Probe(place.server.name, track)
        stack.callback(probe.close)
        probe.run(route.source, route.sink)
    return delays(probe.recording, starts)


def measure_latency(place: Place, chirps: int, say: Callable[[str], None]) -> Latency:
    """Measure all paths, with so many chirps each."""
    paths = []
    for route in routes(place):
        say(f"latency: {route.title}")
        paths.append(take_path(place, route, chirps))
    server = place.server
    return Latency(period=server.period, samplerate=server.samplerate, paths=paths)
