"""What one more listener of a mix costs the callback: the whole desk, 0 and 200 of them, in turns.

The callback runs on plain arrays (`jackrf.testing.OfflineClient`), but its sockets are real, over
loopback, where sending does the work of receiving too; what came is taken between the periods.
"""

import contextlib
import socket
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np

from bench.cases import LARGE
from bench.results import ListenerCost, Listeners
from jackrf.audience.listener import Listener
from jackrf.audience.sockets import open_listener, take_datagrams, take_stream
from jackrf.destinations import parse_url
from jackrf.testing import OfflineClient
from tests.offline import desk, settle

COUNT = 200
PERIOD = 128
ROUNDS = 5
PERIODS = 60
PAUSE_SECONDS = 0.0005

Pair = tuple[Listener, socket.socket]


def _udp() -> Pair:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.bind(("127.0.0.1", 0))
    return open_listener(0, parse_url(f"udp://127.0.0.1:{ear.getsockname()[1]}")), ear


def _tcp() -> Pair:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with near:
        return take_stream(0, near, "tcp", "bench"), far


def _unix() -> Pair:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with near:
        return take_datagrams(0, near, "unix", "bench"), far


KINDS: dict[str, Callable[[], Pair]] = {
    "UDP": _udp,
    "TCP": _tcp,
    "AF_UNIX datagrams": _unix,
}


@contextlib.contextmanager
def _crowd(make: Callable[[], Pair]) -> Iterator[list[Pair]]:
    with contextlib.ExitStack() as stack:
        made = []
        for _ in range(COUNT):
            listener, ear = make()
            stack.callback(listener.close)
            stack.enter_context(ear)
            ear.setblocking(False)
            made.append((listener, ear))
        yield made


def _empty(ears: list[socket.socket], room: bytearray) -> None:
    for ear in ears:
        with contextlib.suppress(BlockingIOError):
            while ear.recv_into(room):
                pass


def _median(client: OfflineClient, crowd: list[Pair]) -> float:
    """Return the median duration of a period, in us."""
    client.engine.publish([listener.row for listener, _ in crowd])
    sound = np.random.default_rng(1).uniform(-0.1, 0.1, (LARGE.inputs, PERIOD)).astype(np.float32)
    ears, room = [ear for _, ear in crowd], bytearray(4096)
    durations = []
    for _ in range(PERIODS):
        start = time.perf_counter_ns()
        client.process(sound)
        durations.append((time.perf_counter_ns() - start) / 1000.0)
        _empty(ears, room)
        time.sleep(PAUSE_SECONDS)
    return statistics.median(durations)


def measure_listeners(say: Callable[[str], None]) -> Listeners:
    """Measure the cost of one more listener, of each kind."""
    client = desk(LARGE.inputs, LARGE.mixes)
    settle(client, 0.01)
    costs = []
    for kind, make in KINDS.items():
        with _crowd(make) as crowd:
            _median(client, crowd)
            pairs = [(_median(client, []), _median(client, crowd)) for _ in range(ROUNDS)]
            client.engine.publish([])
            client.engine.collect(stopped=True)
        each = [(full - empty) / COUNT for empty, full in pairs]
        say(f"listeners: {kind}: {statistics.median(each):.2f} us each")
        costs.append(
            ListenerCost(
                kind=kind,
                alone_us=round(statistics.median(empty for empty, _ in pairs), 1),
                each_us=[round(value, 3) for value in each],
            )
        )
    return Listeners(title=LARGE.title, count=COUNT, period=PERIOD, costs=costs)
