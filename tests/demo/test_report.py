"""The demo's figures in words."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jackrf.demo.measure import FLOOR_DB
from jackrf.demo.report import report, subtitle
from tests.demo.hearing import findings


def status(cycles: int, xruns: int, sent: int, full: int) -> dict[str, Any]:
    """Return what is read of jackrf's status."""
    listener = {"sent": sent, "dropped": full, "dropped_by": {"full": full, "refused": 0}}
    mixes = {"drums": {"name": "Drums", "listeners": [listener]}}
    return {"cycles": cycles, "xruns": xruns, "mixes": mixes}


BEFORE = status(cycles=1000, xruns=2, sent=900, full=1)
AFTER = status(cycles=3250, xruns=5, sent=3147, full=4)


def lines() -> dict[str, str]:
    """Return the report of a good recording."""
    return dict(report(findings(), BEFORE, AFTER, "drums"))


def test_latency_is_told_in_frames_periods_and_milliseconds() -> None:
    """And in how many seconds it was found."""
    assert lines()["latency"].startswith("128 frames = 1.00 periods = 2.67 ms")
    assert "in 5 of 5 seconds" in lines()["latency"]


def test_only_what_happened_during_the_show_is_counted() -> None:
    """Counters are differences: what happened while everything started is not the show's."""
    assert lines()["packets"] == "2,247 sent, 3 dropped (full 3, refused 0)"
    assert lines()["xruns"] == "3 in 2,250 periods"


def test_what_was_heard_is_told_with_its_gaps() -> None:
    """Length, name of the mix, peak, and how often there was nothing."""
    assert lines()["heard"].startswith("6.0 s of the Drums mix, peak -")
    assert lines()["heard"].endswith("no gap")
    one, two = (replace(findings(), gaps=np.array([[0, 128]] * n)) for n in (1, 2))
    assert dict(report(one, BEFORE, AFTER, "drums"))["heard"].endswith("1 gap of 2.7 ms in all")
    assert dict(report(two, BEFORE, AFTER, "drums"))["heard"].endswith("2 gaps of 5.3 ms in all")
    late = replace(findings(), stumbles=3)
    told = dict(report(late, BEFORE, AFTER, "drums"))["heard"]
    assert told.endswith("no gap, 3 stumbles of the band itself")


def test_a_fader_that_was_off_is_told_with_what_was_still_heard() -> None:
    """A level, or silent if there is none."""
    leaking, silent = (replace(findings(), fader_off=db) for db in (-61.0, FLOOR_DB))
    assert "at -61 dB when it was off" in dict(report(leaking, BEFORE, AFTER, "drums"))["fader"]
    assert "silent when it was off" in dict(report(silent, BEFORE, AFTER, "drums"))["fader"]


@pytest.mark.parametrize("figure", ["48 kHz", "128 frames", "2.67 ms", "2,247 sent, 3 dropped"])
def test_the_picture_has_the_figures_too(figure: str) -> None:
    """Below its title."""
    assert figure in subtitle(findings(), BEFORE, AFTER, "drums")
