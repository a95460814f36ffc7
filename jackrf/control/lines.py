"""One message, one line of JSON."""

import json
import math
from collections.abc import Mapping
from typing import Any

Json = Any
"""What JSON can say; a type that says so needs recursion that checkers disagree about."""
LINE_MAX = 64 * 1024
"""Bytes in one request, at most."""


def encode(message: Mapping[str, Json]) -> bytes:
    """Return the message as a line; infinity and NaN become null.

    Raises:
        TypeError: it holds something that JSON has no word for.
    """
    return json.dumps(_finite(message), allow_nan=False).encode() + b"\n"


def decode(line: bytes) -> dict[str, Json]:
    """Return the message in a line.

    Raises:
        ValueError: it is something else; the text says what was wanted.
    """
    try:
        message = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise ValueError(f"one line of JSON, not {line[:40]!r}") from None
    if not isinstance(message, dict):
        raise ValueError(f'an object such as {{"do": "status"}}, not {line[:40]!r}')  # noqa: TRY004
    return message


def _refuse_constant(name: str) -> float:
    raise ValueError(name)


def _finite(value: Json) -> Json:
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value
