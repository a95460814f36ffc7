"""On which line of a TOML text each key stands, so that an error can say where to look."""

from jackrf.sessions.statements import statements
from jackrf.sessions.tables import Location


def line_numbers(text: str) -> dict[Location, int]:
    """Return the line, from 1, on which each key and each table of a TOML text first stands.

    Args:
        text: valid TOML. Keys of inline tables are not listed: they stand on the line of the key
            that holds the table, so that the longest listed beginning of a location has its line.
    """
    lines: dict[Location, int] = {}
    for statement in statements(text):
        for length in range(1, len(statement.location) + 1):
            lines.setdefault(statement.location[:length], statement.line)
    return lines


def line_of(location: Location, lines: dict[Location, int]) -> int | None:
    """Return the line of the nearest thing to a location that has one, or None."""
    for length in range(len(location), 0, -1):
        if location[:length] in lines:
            return lines[location[:length]]
    return None
