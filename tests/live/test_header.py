"""The first two lines of the live view."""

from typing import Any

import pytest

from jackrf.live.header import header
from tests.live.band import a_status


def plain(status: dict[str, Any], width: int) -> list[str]:
    """Both lines without style; each is as wide as asked for."""
    lines = [line.plain for line in header(status, width)]
    assert [len(line) for line in lines] == [width, width]
    return [line.rstrip() for line in lines]


def test_it_says_what_runs_where_and_at_what_cost() -> None:
    """Client, state, session; xruns, rate, period; load; callback against the period."""
    assert plain(a_status(), 80) == [
        " jackrf  ● running  Rehearsal           0 xruns   48 kHz · 128 frames · 2.67 ms",
        " load ▖▁▁▁▁▁▁▁▁▁ 4.2 %   callback ▖▁▁▁▁▁▁▁▁▁ p50 22  p99.9 87 of 2667 µs",
    ]


def test_a_narrow_one_leaves_the_bars_and_then_the_server_out() -> None:
    """State and figures come first."""
    assert plain(a_status(), 60) == [
        " jackrf  ● running  Rehearsal",
        " load 4.2 %   callback p50 22  p99.9 87 of 2667 µs",
    ]


def test_what_is_not_running_looks_different_without_colour() -> None:
    """And a single xrun is one xrun."""
    status = a_status() | {"state": "waiting for JACK", "xruns": 1}
    assert plain(status, 100)[0].startswith(" jackrf  ○ waiting for JACK  Rehearsal   ")
    assert "   1 xrun   44.1 kHz" in plain(status | {"samplerate": 44100}, 100)[0]


def test_what_is_not_saved_is_counted_behind_the_session() -> None:
    """In another style if saving failed; nothing is said of nothing."""
    status = a_status() | {"unsaved": 12, "save_error": None}
    assert plain(status, 100)[0].startswith(" jackrf  ● running  Rehearsal, 12 not saved   ")
    failed = status | {"save_error": "the disk is full"}
    assert header(status, 100)[0].spans != header(failed, 100)[0].spans
    assert "saved" not in plain(a_status() | {"unsaved": 0}, 100)[0]


@pytest.mark.parametrize("without", ["samplerate", "period", "callback_us", "load"])
@pytest.mark.parametrize("value", [None, 0])
def test_what_is_not_known_yet_is_left_out(without: str, value: object) -> None:
    """Before JACK is there, there is no rate and no period."""
    lines = plain(a_status() | {without: value}, 80)
    assert ("callback" in lines[1]) == (without == "load")


def test_an_empty_status_is_no_error() -> None:
    """It may come from another version."""
    assert plain({}, 80)[1] == " load ▁▁▁▁▁▁▁▁▁▁ 0.0 %"
