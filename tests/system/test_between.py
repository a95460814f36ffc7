"""Latency measured: on one server, and with an answerer as on another machine, both agree."""

import re
from pathlib import Path

import pytest

from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.music import one_voice
from tests.system.running import (
    Ended,
    Listening,
    Program,
    Running,
    free_port,
    jackrf,
    jackrf_command,
)

pytestmark = pytest.mark.system

PARTS = ("packet", "network", "jitter", "resampler", "period")


def milliseconds(text: str) -> float:
    """The latency of the first line."""
    found = re.search(r": ([0-9.]+) ms", text)
    return float(found[1]) if found else float("nan")


def agree(here: str, there: str) -> bool:
    """Whether both found the same, to half a ms: as much as frame times wander here."""
    return abs(milliseconds(here) - milliseconds(there)) < 0.5


def test_here_and_with_another_machine_the_latency_is_the_same(
    dummy_jack: DummyJack, tmp_path: Path
) -> None:
    """One period from jackrf's input to the listener's output, in frames and ms, with its parts;
    by way of an answerer, whose clock is compared over UDP, the same within the error it tells.
    """
    port, answers = free_port(), free_port()
    server = ("--server", dummy_jack.name)
    answerer = jackrf_command("latency", "--answer", *server, "--port", str(answers))
    asked = ("--with", "127.0.0.1", "--port", str(answers), "--chirps", "12")

    def measured() -> tuple[Ended, Ended]:
        here = jackrf("latency", *server, "--chirps", "12")
        with Program(answerer) as answering:
            answering.wait_until(lambda: "answers on UDP port" in answering.said())
            there = jackrf("latency", *server, *asked)
            assert answering.stop().code == 0
        return here, there

    with (
        Running(tmp_path, one_voice(port), dummy_jack.name),
        Listening(port, dummy_jack.name),
    ):
        # Where cycles are lost, a listener plays later for a second.
        here, there = best_of(measured, lambda found: agree(found[0].output, found[1].output))
    assert [(one.code, one.errors) for one in (here, there)] == [(0, "")] * 2
    assert "jackrf:in_01 → jackrf-listen:out_1: " in here.output
    assert "127.0.0.1: " in there.output
    for one in (here, there):
        assert all(f"\n  {name} " in one.output for name in PARTS)


def test_what_is_missing_is_told(dummy_jack: DummyJack) -> None:
    """A port that is not there, a machine where nobody answers, too many chirps."""
    server = ("--server", dummy_jack.name)
    wrong = jackrf("latency", *server, "--from", "nobody:in")
    assert (wrong.code, wrong.line.count("there is no JACK port 'nobody:in'")) == (2, 1)
    alone = jackrf("latency", *server, "--with", "127.0.0.1", "--port", str(free_port()))
    assert (alone.code, alone.line.count("run `jackrf latency --answer` there")) == (1, 1)
    many = jackrf("latency", "--chirps", "1000")
    assert (many.code, many.line) == (2, "jackrf: --chirps 1000: allowed are 1 to 400")
