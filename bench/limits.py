"""Something that must hold, and whether it did."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that must hold, and whether it did."""

    what: str
    limit: str
    measured: str
    holds: bool


def at_most(what: str, value: float, limit: float, unit: str = "") -> Requirement:
    """Return that a value is no more than a limit."""
    return Requirement(what, f"≤ {limit:.2f}{unit}", f"{value:.2f}{unit}", value <= limit)
