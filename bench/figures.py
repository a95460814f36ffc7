"""What all figures are made of."""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

Part = TypeVar("Part")
Made = TypeVar("Made")


def now() -> str:
    """Return the time of a measurement: UTC, to the minute."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


class Figures(BaseModel):
    """The base of all: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def of(part: Part | None, make: Callable[[Part], list[Made]]) -> list[Made]:
    """Return what is made of a part; nothing where that was not measured."""
    return [] if part is None else make(part)
