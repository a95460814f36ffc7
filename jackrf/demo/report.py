"""The demo's figures, in words."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from jackrf.demo.findings import Findings
from jackrf.demo.measure import FLOOR_DB
from jackrf.units import amplitude_to_db

Status = Mapping[str, Any]


def report(findings: Findings, before: Status, after: Status, mix: str) -> list[tuple[str, str]]:
    """Return what was measured, as lines of a label and a text.

    Args:
        findings: what was heard.
        before: jackrf's status when the show began.
        after: jackrf's status when it ended.
        mix: id of the mix that was heard.
    """
    seconds = findings.audio.shape[1] / findings.samplerate
    peak = amplitude_to_db(float(np.abs(findings.audio).max()))
    delay = findings.latency
    name = after["mixes"][mix]["name"]
    off = "silent" if findings.fader_off <= FLOOR_DB else f"at {findings.fader_off:.0f} dB"
    texts = {
        "heard": f"{seconds:.1f} s of the {name} mix, peak {peak:.1f} dBFS, {_gaps(findings)}",
        "latency": f"{_latency(findings)}, from the band to the listener's ears "
        f"(in {delay.agreeing} of {delay.segments} seconds)",
        "fader": f"{findings.fader_name} was heard within {findings.fader_error:.1f} dB of where "
        f"its fader stood, and {off} when it was off",
        "packets": packets(before, after, mix),
        "xruns": f"{_more(before, after, 'xruns')} in {_more(before, after, 'cycles'):,} periods",
    }
    return list(texts.items())


def subtitle(findings: Findings, before: Status, after: Status, mix: str) -> str:
    """Return the figures that stand below the title of the picture."""
    return (
        f"{findings.samplerate / 1000:g} kHz, {findings.period} frames per period     "
        f"latency {_latency(findings)}     packets {_packets(before, after, mix)}"
    )


def packets(before: Status, after: Status, mix: str) -> str:
    """Return how many packets of a mix were sent and dropped meanwhile, and for which causes."""
    causes: dict[str, int] = {}
    for old, new in _listeners(before, after, mix):
        for cause, count in new["dropped_by"].items():
            causes[cause] = causes.get(cause, 0) + count - old["dropped_by"].get(cause, 0)
    reasons = ", ".join(f"{cause} {count}" for cause, count in causes.items())
    return _packets(before, after, mix) + (f" ({reasons})" if reasons else "")


def _latency(findings: Findings) -> str:
    return (
        f"{findings.latency.frames} frames = {findings.latency_periods:.2f} periods = "
        f"{findings.latency_ms:.2f} ms"
    )


def _packets(before: Status, after: Status, mix: str) -> str:
    pairs = _listeners(before, after, mix)
    sent = sum(new["sent"] - old["sent"] for old, new in pairs)
    dropped = sum(new["dropped"] - old["dropped"] for old, new in pairs)
    return f"{sent:,} sent, {dropped:,} dropped"


def _listeners(before: Status, after: Status, mix: str) -> list[tuple[Status, Status]]:
    then, now = (status["mixes"][mix]["listeners"] for status in (before, after))
    return list(zip(then, now, strict=True))


def _more(before: Status, after: Status, key: str) -> int:
    return int(after[key] - before[key])


def _gaps(findings: Findings) -> str:
    number, stumbles = len(findings.gaps), findings.stumbles
    milliseconds = 1000 * findings.gaps[:, 1].sum() / findings.samplerate
    text = f"{_plural(number, 'gap')} of {milliseconds:.1f} ms in all" if number else "no gap"
    return f"{text}, {_plural(stumbles, 'stumble')} of the band itself" if stumbles else text


def _plural(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
