"""What was measured of listeners beside what one costs: figures of `bench.results`."""

from pydantic import Field

from bench.figures import Figures, now


class StarvedCase(Figures):
    """Listeners over one transport, one in each turn."""

    title: str
    stale_ms: list[float]
    """Of audio that came late"""
    fresh_ms: list[float]
    """From the first packet that came to the first fresh one"""
    missed: list[int]
    """Periods that JACK called meanwhile, and that did not come fresh"""


class Starved(Figures):
    """Links that let nothing through for a second, and then everything."""

    measured: str = Field(default_factory=now)
    seconds: float
    period: int
    cases: list[StarvedCase]


class AttackCase(Figures):
    """One kind of attack on the RTSP port."""

    title: str
    seconds: float
    answers: int
    """Of the control socket, meanwhile"""
    p99_ms: float
    longest_ms: float
    own_ms: float
    """The longest without the time in which other programs had the processors"""
    memory_kib: int
    """By which jackrf has grown"""
    dropped: int
    """Packets to the listener that hears meanwhile"""


class Attack(Figures):
    """A running jackrf under attack."""

    measured: str = Field(default_factory=now)
    cases: list[AttackCase]


class SealedCase(Figures):
    """So many listeners of encrypted mixes."""

    listeners: int
    packet_us: list[float]
    """CPU time of the relay for each packet, kernel included, of each round"""
    late_p50_us: float
    late_p99_us: float
    """From the audio thread's socket to the listener's"""


class Sealed(Figures):
    """The relay that encrypts."""

    measured: str = Field(default_factory=now)
    period: int
    cases: list[SealedCase]
