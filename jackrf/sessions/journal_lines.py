"""The lines of a journal (`jackrf.sessions.journal`): what each says, and how it is read.

A disk that was not forced to keep a line may hold anything in its place: what makes no sense is
left out, value by value.
"""

import contextlib
import json
import math
from collections.abc import Mapping
from typing import Any

from jackrf.errors import InputError
from jackrf.parameters import Place, Value, checked
from jackrf.sessions.store import Changes

Line = Mapping[str, Any]

LATEST = float(1 << 40)
"""Seconds since 1970 that are a time: 35,000 years."""


def line_of(says: Line) -> bytes:
    """Return a line as it stands in the file."""
    return json.dumps(says, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def changes_line(changes: Changes, at: float) -> bytes:
    """Return the line of a batch of changes.

    Args:
        changes: a gain of -inf among them becomes ``null``.
        at: wall-clock time in seconds.
    """
    values = [
        [*place, None if isinstance(value, float) and math.isinf(value) else value]
        for place, value in changes.values.items()
    ]
    says: dict[str, Any] = {"at": round(at, 2), "set": values}
    if changes.wishes:
        says["connect"] = [[*place, list(peers)] for place, peers in changes.wishes.items()]
    return line_of(says)


def parsed_line(line: bytes) -> Line | None:
    """Return what a line says; None for what is no line."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(line)
        return found if isinstance(found, dict) else None
    return None


def number_in(value: object) -> float:
    """Return a time that a line says, in seconds; 0 for what is none."""
    if isinstance(value, int | float) and 0 <= value <= LATEST:
        return float(value)
    return 0.0


def values_in(batch: object) -> dict[Place, Value]:
    """Return the values of a batch, by place."""
    values: dict[Place, Value] = {}
    for entry in batch if isinstance(batch, list) else []:
        with contextlib.suppress(InputError, TypeError, ValueError):
            mix, strip, name, value = entry
            place = Place(mix, strip, name)
            values[place] = checked(place, value)
    return values


def wishes_in(batch: object) -> dict[Place, list[str]]:
    """Return the ports to connect to of a batch, by place."""
    wishes: dict[Place, list[str]] = {}
    for entry in batch if isinstance(batch, list) else []:
        match entry:
            case [str() | None as mix, str() | None as strip, str(name), [*peers]]:
                wishes[Place(mix, strip, name)] = [peer for peer in peers if isinstance(peer, str)]
    return wishes
