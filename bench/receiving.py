"""What was measured of receivers: figures of `bench.results`."""

from pydantic import Field

from bench.figures import Figures, now
from tests.realtime.cases import Followed


class Simulated(Figures):
    """A clock, and the way from it."""

    ppm: float
    jitter_ms: float
    period: int


class FollowedCase(Followed, Simulated):
    """One simulated stream, and what became of it."""


class Following(Figures):
    """The receive callback offline, on clocks of all kinds."""

    measured: str = Field(default_factory=now)
    minutes: float
    cases: list[FollowedCase]


class LossPath(Figures):
    """A receiver, under one kind of damage."""

    title: str
    silent_ms: float
    """Of the time measured: where nothing was"""
    wrong_ms: float
    """Where something was, but not what had been played"""
    delay_ms: float | None
    """The median while it lasts; None where nothing of the sound was found"""
    before_ms: float | None
    """And what it was before"""
    after_ms: float | None
    """And 10 s after its end"""


class Told(Figures):
    """What jackrf's receiver counted under one kind of damage."""

    concealed_ms: float
    silent_ms: float
    lost: int
    """Packets that never came"""
    late: int
    """And that came too late"""
    shifts: int
    """Times the delay was moved at once"""
    streams: int
    """Times it began anew"""


class LossCase(Figures):
    """All receivers, under one kind of damage."""

    title: str
    rates: list[float]
    """Frames per second that there really were, sender and receiver"""
    paths: list[LossPath]
    told: Told


class Losses(Figures):
    """Through a relay that damages what it passes on."""

    measured: str = Field(default_factory=now)
    period: int
    seconds: float
    """Of each kind of damage"""
    cases: list[LossCase]


class ReceiverCpu(Figures):
    """CPU time of receivers of one stereo stream, in turns."""

    measured: str = Field(default_factory=now)
    seconds: float
    """Length of a turn"""
    rounds: list[dict[str, float]]
    """ms per second of the whole process, by title, on one server"""
    apart: list[dict[str, float]]
    """And between two servers whose clocks differ"""


class LivePath(Figures):
    """A path between two servers, or a plain wire on one of them."""

    title: str
    latency_ms: list[float]
    """Of each chirp that came through; none of a wire"""
    played: int
    """Chirps"""
    dropouts: int
    """Silences of more than 4 frames"""
    silent_ms: float
    clicks: int
    """Steps that the tone cannot make"""
    own_dropouts: int
    """Of these, not within 0.1 s after a server lost a cycle"""
    own_clicks: int


class LiveRun(Figures):
    """All paths at once on two servers."""

    period: int
    rates: list[float]
    """Frames per second that there really were, sender and receiver"""
    lost_cycles: list[int]
    """How often each server lost one"""
    seconds: float
    paths: list[LivePath]
    """Wires first"""
    concealed_ms: float
    """As jackrf's receiver tells, from its start; so are all that follow"""
    silent_ms: float
    late: int
    shifts: int
    delay_ms: float
    drift_ppm: float


class Live(Figures):
    """Between servers whose clocks differ."""

    measured: str = Field(default_factory=now)
    runs: list[LiveRun]
