"""A status as a running jackrf gives it, as large as wanted."""

from typing import Any

NAMES = ("Kick", "Bass", "Keys", "Voice", "Snare", "Hi-hat", "Overhead left", "Talkback")


def a_status(inputs: int = 4, mixes: int = 2, listeners: int = 1) -> dict[str, Any]:
    """Return a status of a rehearsal that goes well: this many inputs, mixes, listeners of each."""
    return {
        "client": "jackrf",
        "state": "running",
        "samplerate": 48000,
        "period": 128,
        "cycles": 282123,
        "xruns": 0,
        "load": 4.2345678,
        "callback_us": {"p50": 22.44, "p99": 61.0, "p99_9": 87.3, "max": 143.0},
        "session": "Rehearsal",
        "inputs": [_input(number) for number in range(inputs)],
        "mixes": {f"mix-{number}": _mix(number, listeners) for number in range(mixes)},
    }


def _name(number: int) -> str:
    round_ = number // len(NAMES)
    return NAMES[number % len(NAMES)] + (f" {round_ + 1}" if round_ else "")


def _input(number: int) -> dict[str, Any]:
    return {
        "id": f"input-{number}",
        "name": _name(number),
        "port": f"jackrf:in_{number + 1:02}",
        "peak_db": None if number % 8 == 7 else -6.04 - 7 * (number % 8),
        "bad_samples": 0,
        "connections": [f"system:capture_{number + 1}"],
        "missing": [],
    }


def _mix(number: int, listeners: int) -> dict[str, Any]:
    return {
        "name": _name(number),
        "gain": -3.0,
        "peak_db": [-9.0 - number % 8, -10.0 - number % 8],
        "limit_db": 0.0,
        "encoding": "L16",
        "listeners": [_listener(number, other) for other in range(listeners)],
    }


def _listener(mix: int, number: int) -> dict[str, Any]:
    causes = ("full", "refused", "unreachable", "backoff", "other")
    return {
        "url": f"udp://192.168.1.{20 + mix}:{5004 + 2 * number}",
        "state": "sending",
        "sent": 637_412,
        "dropped": 0,
        "dropped_by": dict.fromkeys(causes, 0),
        "queued_ms": 1.25,
    }


def make_ill(status: dict[str, Any], mix: str) -> None:
    """Let the first listener of a mix refuse its packets."""
    status["mixes"][mix]["listeners"][0] |= {
        "state": "refused",
        "dropped": 12_034,
        "dropped_by": {"full": 31, "refused": 11_000, "backoff": 1_003},
    }
