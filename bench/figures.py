"""What all figures are made of."""

import datetime as dt

from pydantic import BaseModel, ConfigDict


def now() -> str:
    """Return the time of a measurement: UTC, to the minute."""
    return dt.datetime.now(dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


class Figures(BaseModel):
    """The base of all: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")
