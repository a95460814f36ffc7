"""What a receiver does, once a second: the values that people see, JSON carries, and plots draw."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from jackrf.listening.output import Output


@dataclass(frozen=True, slots=True)
class Figures:
    """A receiver at one moment; counters count up from the beginning, over restarts too.

    Attributes:
        seconds: since `jackrf listen` began.
        state: waiting, locking, playing, silent, or waiting for JACK or for the sound card.
        output: name of the JACK client or the card.
        samplerate: Hz, of the output.
        period: frames, of the output.
        stream: rate, channels, sample_bytes, ssrc, payload_type; empty before the first packet.
        delay_ms: from a frame's own time to its being played, now.
        goal_ms: where the delay goes.
        most_ms: that it never exceeds: the maximum, or what a long period makes of it.
        parts_ms: what of the delay is for what: jitter of the network, resampler, the output.
        drift_ppm: by how much the sender's clock is faster than ours.
        settled: whether the drift is known to 1 ppm.
        same_clock: whether sender and receiver are in one JACK server: nothing is resampled.
        jitter_ms: of arrival, as receiver reports tell it (RFC 3550 A.8).
        packets: that came; and lost, late, duplicate, reordered, alien ones.
        concealed_ms: audio that was not there in time and was filled in.
        silent_ms: audio that was not there for so long that it was silent.
        dropped_ms: audio given up to stay below the maximum delay.
        streams: begun; restarts of the sender show here.
        shifts: times the delay was moved at once.
        xruns: of the output.
        peak_db: left and right, dBFS; None is silence.
    """

    seconds: float
    state: str
    output: str = ""
    samplerate: int = 0
    period: int = 0
    stream: Mapping[str, int] = field(default_factory=dict)
    delay_ms: float = 0.0
    goal_ms: float = 0.0
    most_ms: float = 0.0
    parts_ms: Mapping[str, float] = field(default_factory=dict)
    drift_ppm: float = 0.0
    settled: bool = False
    same_clock: bool = False
    jitter_ms: float = 0.0
    packets: int = 0
    lost: int = 0
    late: int = 0
    duplicate: int = 0
    reordered: int = 0
    alien: int = 0
    concealed_ms: float = 0.0
    silent_ms: float = 0.0
    dropped_ms: float = 0.0
    streams: int = 0
    shifts: int = 0
    xruns: int = 0
    peak_db: tuple[float | None, float | None] = (None, None)

    def as_json(self) -> dict[str, Any]:
        """Return a table that JSON can carry, numbers to three places."""
        return {name: _rounded(value) for name, value in asdict(self).items()}


COUNTED = (
    *("packets", "lost", "late", "duplicate", "reordered", "alien", "streams", "shifts", "xruns"),
    *("concealed_ms", "silent_ms", "dropped_ms"),
)
"""Of these, what an output that is gone has counted is added."""


def figures_of(output: Output, seconds: float, before: Figures | None = None) -> Figures:
    """Return what a receiver does now.

    Args:
        output: that it plays on.
        seconds: since the beginning.
        before: the last figures of the outputs before, which are gone.
    """
    report = output.receiver.report()
    place = output.figures()
    frame = 1000.0 / place["samplerate"]
    known = report["state"] != "waiting"
    reception = output.receiver.statistics()
    rate = report["stream"]["rate"]
    delay = report["delay"]
    now = Figures(
        seconds=seconds,
        state=report["state"],
        output=output.name,
        samplerate=place["samplerate"],
        period=place["period"],
        stream=report["stream"] if known else {},
        delay_ms=delay["now"] * frame,
        goal_ms=delay["goal"] * frame,
        most_ms=delay["most"] * frame,
        parts_ms=_parts(delay, place, frame),
        drift_ppm=report["drift_ppm"],
        settled=report["settled"],
        same_clock=report["same_clock"],
        jitter_ms=1000.0 * reception.jitter / rate if reception is not None and rate else 0.0,
        lost=report["lost"],
        concealed_ms=report["concealed"] * frame,
        silent_ms=report["silent"] * frame,
        dropped_ms=report["dropped"] * frame,
        xruns=place["xruns"],
        peak_db=(report["peak_db"][0], report["peak_db"][1]),
        **{
            name: report[name]
            for name in ("packets", "late", "duplicate", "reordered", "alien", "streams", "shifts")
        },
    )
    if before is None:
        return now
    return replace(now, **{name: getattr(now, name) + getattr(before, name) for name in COUNTED})


def _parts(delay: Mapping[str, float], place: Mapping[str, Any], frame: float) -> dict[str, float]:
    period, resampler = place["period"] * frame, delay["resampler"] * frame
    # What jitter needs is a wish; the delay goes there slowly, and not beyond its maximum.
    covered = max(0.0, delay["now"] * frame - period - resampler)
    parts = {
        "period": period,
        "jitter": min(delay["jitter"] * frame, covered),
        "resampler": resampler,
    }
    if "output_ms" in place:
        parts["output"] = place["output_ms"]
    return parts


def waiting(before: Figures | None, seconds: float, what: str = "JACK") -> Figures:
    """Return the figures while the output is away: what was counted before stands still."""
    state = f"waiting for {what}"
    if before is None:
        return Figures(seconds, state)
    return replace(
        before, seconds=seconds, state=state, delay_ms=0.0, goal_ms=0.0, peak_db=(None, None)
    )


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3) + 0.0  # + 0.0 turns -0.0 into 0.0
    if isinstance(value, Mapping):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
