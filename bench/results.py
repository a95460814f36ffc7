"""What was measured, as one JSON file: raw figures of every round, so that all else follows."""

from pathlib import Path
from typing import Self

from pydantic import Field

from bench.figures import Figures, now
from bench.listening import Attack, Sealed, Starved
from bench.machine import Machine
from bench.receiving import Following, Live, Losses, ReceiverCpu


class Quantiles(Figures):
    """Durations of a callback, in microseconds."""

    p50: float
    p99: float
    p99_9: float
    max: float


class Turn(Figures):
    """One client, once, for some seconds."""

    cpu_ms: float
    """CPU time of the whole process, ms per second"""
    callback: Quantiles | None
    """None where the client does not say"""
    packets_per_second: float
    """What arrived at the listeners"""
    xruns: int | None
    """While it ran, start and end included"""


class CpuCase(Figures):
    """One size of desk, some rounds; in each round every client had a turn, or none."""

    title: str
    rounds: list[dict[str, Turn]]
    """By the client's label"""


class Cpu(Figures):
    """CPU time and callback durations."""

    measured: str = Field(default_factory=now)
    period_us: float
    seconds: float
    """Length of a turn"""
    cases: list[CpuCase]


class Path_(Figures):  # noqa: N801 - `Path` is pathlib's
    """A way from one JACK port to another."""

    title: str
    frames: list[int]
    """Latency of each chirp that came through"""
    sent: int
    """Chirps that were played"""


class Latency(Figures):
    """Frames from port to port on one server."""

    measured: str = Field(default_factory=now)
    period: int
    samplerate: int
    paths: list[Path_]


class Disturbance(Figures):
    """One run of jackrf, with or without a busy Python thread in its process."""

    xruns: int
    callback: Quantiles
    cpu_ms: float
    """CPU time of the whole process, ms per second"""


class Interference(Figures):
    """Runs in turns."""

    measured: str = Field(default_factory=now)
    title: str
    seconds: float
    rounds: list[dict[str, Disturbance]]
    """By `idle`, `busy` and `beside` (see `bench.interference`)"""


class FirstPacket(Figures):
    """Time from the start of the process to the first packet, warm cache."""

    measured: str = Field(default_factory=now)
    seconds: list[float]


class Soak(Figures):
    """What a long run holds."""

    measured: str = Field(default_factory=now)
    title: str
    minutes: float
    memory_kib: list[int]
    """Resident memory, at equal distances of time"""
    audio_thread_faults: int
    """Memory pages that the audio thread touched for the first time, in all that time"""
    packets: int


class AgeCase(Figures):
    """One listener behind a link that is too slow; ages in ms."""

    title: str
    packets: int
    p50: float
    p99: float
    largest: float
    by_second: list[float | None]
    """The median of each second; None where nothing came"""


class Age(Figures):
    """The age of audio over such links, all at once."""

    measured: str = Field(default_factory=now)
    seconds: float
    rate: str
    cases: list[AgeCase]


class ListenerCost(Figures):
    """What one more listener of a mix costs the callback."""

    kind: str
    alone_us: float
    """The callback without any"""
    each_us: list[float]
    """Of each round"""


class Listeners(Figures):
    """Two hundred listeners of one mix."""

    measured: str = Field(default_factory=now)
    title: str
    count: int
    period: int
    costs: list[ListenerCost]


class WebPage(Figures):
    """A page in headless Chromium, by one transport; ms."""

    transport: str
    packets: int
    p50: float
    p99: float
    largest: float
    """From the audio thread to the page's worker"""
    clicks: int
    """That were played into the graph"""
    late_ms: list[float]
    """When each was in the PulseAudio sink, of those that came"""
    parts_ms: list[int]
    """By the page's own account: network, kept back, this device"""
    gaps: dict[str, float] = Field(default_factory=dict)
    """What was missing meanwhile, by its cause"""


class WebCrowd(Figures):
    """Many pages by WebSocket."""

    pages: int
    mixes: int
    relay_percent: float
    """Of a core, by the relay"""
    one_each_percent: float
    """The same with one page for each mix"""
    dropped_share: float
    ping_ms: list[float]
    """How long OSC took to answer meanwhile"""
    callback_alone: Quantiles
    """With one page for each mix"""
    callback: Quantiles


class Web(Figures):
    """The page for browsers."""

    measured: str = Field(default_factory=now)
    period: int
    pages: list[WebPage]
    crowd: WebCrowd


class RelayLoad(Figures):
    """Relays with so many pages."""

    pages: int
    percents: list[float]
    """Of a core, by each relay"""
    dropped_share: float


class Relays(Figures):
    """How many pages by WebSocket one relay carries, and two."""

    measured: str = Field(default_factory=now)
    period: int
    mixes: int
    loads: list[list[RelayLoad]]
    """With one relay, and with two: with more and more pages"""


class WebLinkCase(Figures):
    """A page behind a narrow link, by one transport; ms from the audio thread to its worker."""

    transport: str
    bounded: bool
    """Whether the relay drops what the link does not take"""
    packets: int
    p50: float
    p99: float
    largest: float


class WebLink(Figures):
    """The page behind a narrow link."""

    measured: str = Field(default_factory=now)
    seconds: float
    rate: str
    cases: list[WebLinkCase]


class Results(Figures):
    """Everything; a part that was not measured on this machine is None."""

    machine: Machine
    cpu: Cpu | None = None
    latency: Latency | None = None
    interference: Interference | None = None
    first_packet: FirstPacket | None = None
    soak: Soak | None = None
    age: Age | None = None
    listeners: Listeners | None = None
    following: Following | None = None
    losses: Losses | None = None
    receiver_cpu: ReceiverCpu | None = None
    live: Live | None = None
    web: Web | None = None
    relays: Relays | None = None
    starved: Starved | None = None
    attack: Attack | None = None
    sealed: Sealed | None = None
    web_link: WebLink | None = None

    @classmethod
    def read(cls, path: Path, machine: Machine) -> Self:
        """Return what the file holds if it is of this machine, else nothing but the machine."""
        if path.exists():
            found = cls.model_validate_json(path.read_text())
            if found.machine == machine:
                return found
        return cls(machine=machine)

    def write(self, path: Path) -> None:
        """Write the file, one figure a line, so that a change can be read."""
        path.write_text(self.model_dump_json(indent=1) + "\n")
