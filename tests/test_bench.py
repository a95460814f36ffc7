"""The benchmark: all that are compared do the same job, and the page says what was measured.

`bench` is imported where it is used: the wheel, against which other tests run, does not carry it.
"""

import math
import re
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jack
import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.testing import DummyJack

if TYPE_CHECKING:
    from bench.clients import Client
    from bench.place import Place
    from bench.results import Results

pytestmark = pytest.mark.checkout

CLIENTS = ["C", "numpy", "jackrf"]
LSB = 1 / 32768
FULL_VOLUME_SECONDS = 1.0
"""After so long every client has faded in."""


@dataclass(frozen=True, slots=True)
class Packet:
    """An RTP packet as RFC 3550 5.1 has it, read independently of jackrf."""

    first_byte: int
    second_byte: int
    sequence: int
    timestamp: int
    ssrc: int
    audio: NDArray[np.float64]
    """Shape (frames, 2), full scale 1"""


def read(datagram: bytes) -> Packet:
    """Take a datagram apart."""
    first, second, sequence, timestamp, ssrc = struct.unpack(">BBHII", datagram[:12])
    header = 12 + (4 + 4 * int.from_bytes(datagram[14:16], "big") if first & 0x10 else 0)
    audio = np.frombuffer(datagram[header:], ">i2").reshape(-1, 2) / 32768
    return Packet(first, second, sequence, timestamp, ssrc, audio)


def client_called(name: str) -> "Client":
    """Return a client by its label."""
    from bench.clients import JACKRF, NUMPY, C

    return {client.label: client for client in (JACKRF, C, NUMPY)}[name]


@contextmanager
def steady_levels(place: "Place", levels: list[float]) -> Iterator[list[str]]:
    """Play a constant from each of some ports; yields the ports' names."""
    source = jack.Client("levels", servername=place.server.name, no_start_server=True)
    ports = [source.outports.register(f"out_{number + 1}") for number in range(len(levels))]

    def process(_: int) -> None:
        for port, level in zip(ports, levels, strict=True):
            port.get_array()[:] = level

    source.set_process_callback(process)
    with source:
        yield [port.name for port in ports]


def listen(place: "Place", label: str, levels: list[float], mixes: int) -> list[list[Packet]]:
    """Return, for each mix, some packets that a client sends when it hears these levels."""
    from bench.cases import Case

    client, case = client_called(label), Case(len(levels), mixes)
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(listener(place.base_port + 2 * number)) for number in range(mixes)
        ]
        sources = stack.enter_context(steady_levels(place, levels))
        program = stack.enter_context(client.program(place, case))
        place.wait_for_ports(program, client.name, case.inputs, client.outputs(case))
        for source, port in zip(sources, place.ports(client.name, inputs=True), strict=True):
            place.connect(source, port)
        return [late_packets(one) for one in sockets]


def listener(port: int) -> socket.socket:
    """Return a socket bound to a UDP port."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind(("127.0.0.1", port))
    opened.settimeout(5.0)
    return opened


def late_packets(opened: socket.socket) -> list[Packet]:
    """Return 20 packets from the time when the client has faded in."""
    deadline = time.monotonic() + FULL_VOLUME_SECONDS
    while time.monotonic() < deadline:
        opened.recv(4096)
    return [read(opened.recv(4096)) for _ in range(20)]


@pytest.fixture
def place(dummy_jack: DummyJack) -> "Iterator[Place]":
    """A patch bay and all else on the server of the tests, 128 frames a period."""
    from bench.place import place_on

    with place_on(dummy_jack) as made:
        yield made


@pytest.fixture
def long_periods(place: "Place") -> Iterator[None]:
    """Periods of 1024 frames for the length of one test."""
    place.patch_bay.blocksize = 1024
    yield
    place.patch_bay.blocksize = 128


@pytest.mark.parametrize("name", ["mixclient", "rig"])
def test_the_neighbours_compile_without_warnings(name: str, tmp_path: Path) -> None:
    """-Wall -Wextra finds nothing in the C programs."""
    from bench.place import NEIGHBOURS
    from bench.programs import compile_c

    assert compile_c(NEIGHBOURS / f"{name}.c", tmp_path).exists()


@pytest.mark.system
@pytest.mark.parametrize("label", CLIENTS)
def test_every_client_makes_the_same_mix(place: "Place", label: str) -> None:
    """Each mix is the matrix of the case times the inputs, to within 1 LSB of L16."""
    from bench.cases import Case, matrix

    levels = [0.9, -0.5, 0.3, 0.7]
    expected = (matrix(Case(4, 2)) @ levels).reshape(2, 2)
    for stereo, packets in zip(expected, listen(place, label, levels, 2), strict=True):
        assert np.abs(packets[-1].audio - stereo).max() <= LSB


@pytest.mark.system
@pytest.mark.parametrize("label", CLIENTS)
def test_every_client_sends_well_formed_rtp(place: "Place", label: str) -> None:
    """Version 2, payload type 96, sequence numbers by one, timestamps by the period."""
    mixes = listen(place, label, [0.5, 0.5], 2)
    assert len({packets[0].ssrc for packets in mixes}) == 2
    for packets in mixes:
        assert {packet.first_byte & 0xEF for packet in packets} == {0x80}
        assert {packet.second_byte & 0x7F for packet in packets} == {96}
        assert len({packet.ssrc for packet in packets}) == 1
        assert {packet.audio.shape for packet in packets} == {(128, 2)}
        for one, following in pairwise(packets):
            assert (following.sequence - one.sequence) % 65536 == 1
            steps = (following.timestamp - one.timestamp) % 2**32
            assert steps >= 128
            assert steps % 128 == 0


@pytest.mark.system
@pytest.mark.parametrize("label", CLIENTS)
def test_every_client_limits_to_its_ceiling(place: "Place", label: str) -> None:
    """Inputs 20 dB above full scale come out at -1 dBFS, and never above."""
    [packets] = listen(place, label, [10.0, 10.0, 10.0], 1)
    loudest = max(np.abs(packet.audio).max() for packet in packets)
    assert loudest == pytest.approx(10 ** (-1 / 20), abs=LSB)


@pytest.mark.system
@pytest.mark.parametrize("label", CLIENTS)
def test_every_client_turns_bad_samples_to_silence(place: "Place", label: str) -> None:
    """NaN and infinity on two inputs leave nothing but the third."""
    from bench.cases import Case, matrix

    [packets] = listen(place, label, [math.nan, 0.5, math.inf], 1)
    expected = matrix(Case(3, 1)) @ [0.0, 0.5, 0.0]
    assert np.abs(packets[-1].audio - expected).max() <= LSB


@pytest.mark.system
@pytest.mark.usefixtures("long_periods")
@pytest.mark.parametrize("label", CLIENTS)
def test_a_long_period_leaves_in_equal_small_packets(place: "Place", label: str) -> None:
    """1024 frames make four packets of 256, none above 1280 bytes."""
    [packets] = listen(place, label, [0.5], 1)
    assert {packet.audio.shape for packet in packets} == {(256, 2)}


@pytest.mark.system
def test_a_turn_measures_a_client(place: "Place") -> None:
    """A short turn of the C client gives CPU time, durations, and the packets of each period."""
    from bench.cases import SMALL
    from bench.clients import C
    from bench.cpu import take_turn

    turn = take_turn(place, C, SMALL, seconds=0.5)
    assert turn.cpu_ms > 0
    assert turn.callback is not None
    assert 0 < turn.callback.p50 <= turn.callback.p99 <= turn.callback.max
    assert turn.packets_per_second == pytest.approx(375, rel=0.2)


@pytest.mark.system
def test_a_direct_wire_has_no_latency(place: "Place") -> None:
    """The probe itself adds nothing: every chirp is heard in the frame in which it is played."""
    from bench.latency import Route, take_path

    path = take_path(place, Route("a direct wire", starts=1), chirps=5)
    assert set(path.frames) == {0}
    assert len(path.frames) >= 4


def test_a_delay_is_found_through_noise_and_loss() -> None:
    """Two chirps late by 300 frames, one lost: two delays of 300."""
    from jackrf.latency.chirps import delays, make_chirps

    track, starts = make_chirps(3, period=128)
    track[starts[1] : starts[1] + 1000] = 0.0
    noise = np.random.default_rng(1).normal(0, 0.01, len(track)).astype(np.float32)
    assert delays(np.roll(track, 300) * np.float32(0.5) + noise, starts) == [300, 300]


def sample(**parts: Any) -> "Results":
    """Return made-up results: jackrf 20 and 30 ms, C 40 and 40 ms, numpy once."""
    from bench.machine import Machine
    from bench.results import Cpu, CpuCase, Latency, Path_, Quantiles, Results, Turn

    def turn(cpu_ms: float) -> Turn:
        quantiles = Quantiles(p50=cpu_ms, p99=2 * cpu_ms, p99_9=3 * cpu_ms, max=4 * cpu_ms)
        return Turn(cpu_ms=cpu_ms, callback=quantiles, packets_per_second=375, xruns=0)

    rounds = [
        {"jackrf": turn(20), "C": turn(40), "numpy": turn(200)},
        {"jackrf": turn(30), "C": turn(40)},
    ]
    case = CpuCase(title="2 inputs, 1 stereo mix", rounds=rounds)
    paths = [
        Path_(title="jackrf run, jackrf listen", frames=[128, 128, 256], sent=4),
        Path_(title="a deaf one", frames=[], sent=4),
    ]
    versions = {"jackrf": "0.1"}
    machine = Machine(
        processor="P", cores=2, kernel="6", virtual=True, realtime=True, versions=versions
    )
    whole: dict[str, Any] = {
        "cpu": Cpu(measured="today", period_us=2666.7, seconds=4, cases=[case]),
        "latency": Latency(measured="today", period=128, samplerate=48000, paths=paths),
    }
    return Results(machine=machine, **(whole | parts))


def test_the_page_quotes_medians_of_ratios_within_a_round() -> None:
    """20/40 and 30/40 make 0.62; the client itself has no ratio, and one that ran once says so."""
    from bench.table import markdown

    page = markdown(sample())
    assert "| **jackrf** | 25.0 | - | 25 | 50 | 75 | 0.9 % | 375 | 2 |" in page
    assert "| C, `gcc -O3 -march=native` | 40.0 | 0.62 | 40 | 80 | 120 | 1.5 % | 375 | 2 |" in page
    assert "| numpy in a Python callback | 200.0 | 0.10 |" in page
    assert "P, 2 cores, virtual machine, Linux 6, JACK with real-time priority. jackrf 0.1." in page


def test_the_page_says_what_was_lost() -> None:
    """A path through which nothing came has no latency, but a line."""
    from bench.table import markdown

    page = markdown(sample())
    assert "| **jackrf run, jackrf listen** | 128 | 1.00 | 2.67 | 128 to 256 | 1 of 4 |" in page
    assert "| a deaf one | - | - | - | - | 4 of 4 |" in page


def test_the_page_says_whether_what_must_hold_does() -> None:
    """Limits are judged on the figures, and a part that was not measured is not judged."""
    from bench.results import FirstPacket, Soak
    from bench.table import markdown

    first = FirstPacket(measured="today", seconds=[1.7, 1.6, 9.0])
    soak = Soak(
        measured="today",
        title="T",
        minutes=10,
        memory_kib=[100, 104, 104, 103],
        audio_thread_faults=0,
        packets=7,
    )
    page = markdown(sample(first_packet=first, soak=soak))
    assert "| CPU, 2 inputs, 1 stereo mix: jackrf / C | ≤ 1.00 | 0.62 | yes |" in page
    assert "| latency run → listen, median | ≤ 1.00 periods | 1.00 periods | yes |" in page
    assert "| first packet, warm cache, median | ≤ 1.50 s | 1.70 s | **no** |" in page
    assert "| memory growth, second half of 10 minutes | ≤ 0 KiB | 0 KiB | yes |" in page
    assert "Python busy" not in page


def test_a_busy_python_is_compared_with_idle_runs() -> None:
    """Round by round: no xrun more in the median, and a p99.9 within what idle runs show."""
    from bench.results import Disturbance, Interference, Quantiles
    from bench.summary import requirements

    def run(p99_9: float, xruns: int) -> Disturbance:
        quantiles = Quantiles(p50=10, p99=20, p99_9=p99_9, max=100)
        return Disturbance(xruns=xruns, callback=quantiles, cpu_ms=50)

    rounds = [
        {"idle": run(30, 0), "busy": run(35, 1)},
        {"idle": run(40, 0), "busy": run(36, 1)},
    ]
    interference = Interference(measured="today", title="T", seconds=8, rounds=rounds)
    judged = {r.what: r.holds for r in requirements(sample(interference=interference))}
    assert judged["callback p99.9, Python busy: median"]
    assert not judged["xruns, Python busy, more than idle: median of the rounds"]


def test_the_readme_gets_the_table() -> None:
    """What stood between the marks goes, all else stays."""
    from bench.table import in_readme, what_must_hold

    old = "# jackrf\n<!-- bench:start -->\nold\n<!-- bench:end -->\nrest\n"
    new = in_readme(old, sample())
    assert new.splitlines()[2:-2] == what_must_hold(sample())
    assert (new.splitlines()[0], new.splitlines()[-1]) == ("# jackrf", "rest")
    assert in_readme(new, sample()) == new


def test_ages_and_listeners_are_judged_and_drawn(tmp_path: Path) -> None:
    """UDP by its p99, TCP by its median, the ancestor by its worst; a listener by its median."""
    from bench.picture import draw_age
    from bench.results import Age, AgeCase, ListenerCost, Listeners
    from bench.summary import requirements
    from bench.table import markdown

    def case(title: str, p50: float, p99: float, largest: float) -> AgeCase:
        by_second = [p50, None, p50]
        return AgeCase(
            title=title, packets=9, p50=p50, p99=p99, largest=largest, by_second=by_second
        )

    cases = [
        case("jackrf, UDP", 20, 41, 50),
        case("jackrf, TCP", 30, 90, 95),
        case("the ancestor, TCP", 3000, 5500, 6000),
    ]
    cost = ListenerCost(kind="UDP", alone_us=133.0, each_us=[2.0, 2.4, 9.0])
    results = sample(
        age=Age(measured="today", seconds=3, rate="1 Mbit/s", cases=cases),
        listeners=Listeners(measured="today", title="T", count=200, period=128, costs=[cost]),
    )
    holds = [r.holds for r in requirements(results) if r.what.startswith(("age", "one more"))]
    assert holds == [False, True, True, True]
    page = markdown(results)
    assert "| jackrf, TCP | 9 | 30.0 | 90.0 | 95.0 |" in page
    assert "| UDP | 2.40 | 2.00 to 9.00 | 500 |" in page
    draw_age(results, tmp_path / "age.png")
    assert (tmp_path / "age.png").stat().st_size > 5000
    draw_age(sample(), tmp_path / "none.png")
    assert not (tmp_path / "none.png").exists()


def test_results_of_another_machine_are_not_kept(tmp_path: Path) -> None:
    """What a file holds counts for the machine that it was measured on."""
    from bench.results import Results

    results = sample()
    results.write(tmp_path / "results.json")
    other = results.machine.model_copy(update={"cores": 64})
    assert Results.read(tmp_path / "results.json", results.machine) == results
    assert Results.read(tmp_path / "results.json", other) == Results(machine=other)


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    """With CPU time and latency there is a picture; without there is none."""
    from bench.picture import draw

    draw(sample(cpu=None), tmp_path / "none.png")
    draw(sample(), tmp_path / "some.png")
    assert not (tmp_path / "none.png").exists()
    assert (tmp_path / "some.png").read_bytes().startswith(b"\x89PNG")


def test_the_benchs_page_says_which_module_measures_what() -> None:
    """Every part has a row with a module that there is; those at the end are measured by name."""
    from bench.__main__ import PARTS, UNUSUAL

    folder = Path(__file__).parent.parent / "bench"
    page = (folder / "README.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)` \| `(\w+\.py)`", page, re.MULTILINE)
    assert {part for part, _ in rows} == set(PARTS)
    assert {part for part, _ in rows[-len(UNUSUAL) :]} == set(UNUSUAL)
    assert "last six are measured only when they are named" in page
    assert len(UNUSUAL) == 6
    assert [module for _, module in rows if not (folder / module).exists()] == []
