"""Whoever sets the clock of the machine, or a time server that does, must not be heard.

Durations, deadlines and time stamps in memory are monotonic. The time of day is read only where it
goes into a file beside other times of day; each place is listed here with its reason.
"""

import ast
from pathlib import Path

import pytest

import jackrf

PACKAGE = Path(jackrf.__file__).parent
SOURCES = [
    pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in sorted(PACKAGE.rglob("*.py"))
]

TIME_OF_DAY = {
    ("time", "time"),
    ("time", "time_ns"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
    ("date", "today"),
}

ALLOWED = {
    "realtime/cache.py": "how old a folder is, against the file system's own time",
    "audience/hearing.py": "the answers to those reports carry it back",
    "realtime/arrival.py": "the kernel stamps datagrams with it (socket(7), SO_TIMESTAMPNS)",
    "realtime/libc.py": "the number of that clock, for those stamps",
    "web/feed.py": "as realtime/arrival.py",
    "web/pins.py": "as web/certificates.py",
    "web/certificates.py": "from when to when a certificate is valid",
    "running/reporting.py": "RTCP's sender reports carry it (RFC 3550 section 6.4.1)",
    "running/keeper.py": "the journal's lines, read by the next process",
}


def reads_the_time_of_day(source: str) -> set[int]:
    """Return the lines at which the time of day is read."""
    tree = ast.parse(source)
    lines = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (getattr(node.value, "id", getattr(node.value, "attr", "")), node.attr) in TIME_OF_DAY
    }
    names = {
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and any((node.module, one.name) in TIME_OF_DAY for one in node.names)
    }
    clocks = {
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr == "CLOCK_REALTIME")
        or (isinstance(node, ast.Name) and node.id == "CLOCK_REALTIME")
    }
    return lines | names | clocks


@pytest.mark.parametrize("path", SOURCES)
def test_no_module_reads_the_time_of_day(path: Path) -> None:
    """But for those that say why."""
    if str(path.relative_to(PACKAGE)) not in ALLOWED:
        assert not reads_the_time_of_day(path.read_text())


@pytest.mark.parametrize("name", ALLOWED)
def test_every_exception_is_still_needed(name: str) -> None:
    """A module that reads no time of day any more is no exception."""
    assert reads_the_time_of_day((PACKAGE / name).read_text())


@pytest.mark.parametrize(
    "line",
    [
        "time.time()",
        "now = clock or time.time",
        "datetime.datetime.now()",
        "from time import time",
        "time.clock_gettime(time.CLOCK_REALTIME)",
    ],
)
def test_it_is_found_however_it_is_read(line: str) -> None:
    """The check itself works."""
    assert reads_the_time_of_day(line) == {1}


def test_monotonic_time_is_no_time_of_day() -> None:
    """What everybody uses."""
    assert not reads_the_time_of_day("time.monotonic(); time.sleep(1); loop.time()")
