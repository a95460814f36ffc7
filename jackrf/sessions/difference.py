"""What is different between two sessions, as a person would say it: not lines, but values."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from jackrf.sessions.check import pan_text
from jackrf.sessions.editing import toml
from jackrf.sessions.session import Send, Session, load
from jackrf.sessions.tables import Location, Table, dotted
from jackrf.units import db_text

_SILENT = Send(gain=float("-inf"))
_GAINS = ("gain", "trim")


@dataclass(frozen=True, slots=True)
class Difference:
    """One value, or one whole input or mix.

    Attributes:
        location: what it is of.
        before: in the first session; empty if it is not there.
        after: in the second one; empty if it is not there.
    """

    location: Location
    before: str
    after: str

    def __str__(self) -> str:
        """Return it as a line: ``mixes.drums.sends.kick.gain: -6.0 dB -> off``."""
        if not self.after:
            return f"- {dotted(self.location)}: {self.before}"
        if not self.before:
            return f"+ {dotted(self.location)}: {self.after}"
        return f"{dotted(self.location)}: {self.before} -> {self.after}"


def differences(before: Session, after: Session) -> list[Difference]:
    """Return all that differs, in the order of the file; defaults count as if written."""
    found = list(_of_tables((), before, after, leave=("format", "inputs", "mixes")))
    found += _of_entries("inputs", before.inputs, after.inputs)
    found += _of_entries("mixes", before.mixes, after.mixes)
    for key in [key for key in before.mixes if key in after.mixes]:
        first, second = before.mixes[key].sends, after.mixes[key].sends
        for strip in dict.fromkeys([*first, *second]):
            if strip in before.inputs and strip in after.inputs:
                location = ("mixes", key, "sends", strip)
                sends = first.get(strip, _SILENT), second.get(strip, _SILENT)
                found += _of_tables(location, *sends, leave=())
    return found


def diff(first: Path, second: Path) -> bool:
    """Print what differs between two session files, a line each; return whether anything does.

    Raises:
        SessionError: one of them cannot be read or is wrong.
    """
    found = differences(load(first), load(second))
    print_lines(str(difference) for difference in found)
    return bool(found)


def print_lines(lines: Iterable[str]) -> None:
    """Print lines that hold names: a terminal that cannot write one gets a question mark."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    for line in lines:
        print(line)


def _of_entries(
    kind: str, before: Mapping[str, Table], after: Mapping[str, Table]
) -> Iterator[Difference]:
    """Yield what differs between the inputs, or the mixes, of two sessions."""
    for key, entry in before.items():
        if key in after:
            yield from _of_tables((kind, key), entry, after[key], leave=("sends",))
        else:
            yield Difference((kind, key), _name(entry), "")
    for key, entry in after.items():
        if key not in before:
            yield Difference((kind, key), "", _name(entry))
    first, second = [k for k in before if k in after], [k for k in after if k in before]
    if first != second:
        yield Difference((kind,), ", ".join(first), ", ".join(second))


def _of_tables(
    location: Location, before: Table, after: Table, leave: tuple[str, ...]
) -> Iterator[Difference]:
    for name in type(before).model_fields:
        first, second = getattr(before, name), getattr(after, name)
        if name in leave or first == second:
            continue
        if isinstance(first, Table) and isinstance(second, Table):
            yield from _of_tables((*location, name), first, second, leave=())
        else:
            yield Difference((*location, name), _shown(name, first), _shown(name, second))


def _name(entry: Any) -> str:
    return toml(entry.name)


def _shown(name: str, value: Any) -> str:
    if name in _GAINS:
        return db_text(value)
    if name == "pan":
        return pan_text(value)
    if isinstance(value, list):
        items = [v.model_dump(exclude_defaults=True) if isinstance(v, Table) else v for v in value]
        return json.dumps(items, ensure_ascii=False)
    return "none" if value is None else toml(value)
