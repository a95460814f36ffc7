"""The relay as a process: told by lines, telling by lines, ending with its input."""

import json
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from jackrf.web.plan import MixPlan
from tests.web.test_plan import PLAN


@pytest.fixture
def relay(tmp_path: Path) -> Any:
    """Start a relay by a plan; return it with the first line that it told."""
    with ExitStack() as stack:

        def start(**changed: Any) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
            sound = [*socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)]
            door = [*socket.socketpair()]
            for one in (*sound, *door):
                stack.enter_context(one)
            mixes = [MixPlan("drums", "Dave", 2, sound[1].fileno())]
            inherited: dict[str, Any] = {"mixes": mixes, "door": door[1].fileno(), "datagrams": -1}
            plan = replace(PLAN, hub=str(tmp_path / "hub"), **inherited, **changed)
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "jackrf.web.relay"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    pass_fds=[sound[1].fileno(), door[1].fileno()],
                )
            )
            stack.callback(process.kill)
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(plan.line())
            process.stdin.flush()
            return process, json.loads(process.stdout.readline())

        yield start


def test_it_reports_each_second_and_ends_with_its_input(relay: Any) -> None:
    """So it never outlives the main process."""
    process, first = relay()
    assert first == {"ready": True}
    report = json.loads(process.stdout.readline())
    assert (report["wanted"], report["listeners"], report["surfaces"]) == ([], [], 0)
    # There is no https in this plan.
    assert report["webtransport"] is False
    assert (report["hosts"], report["here"]) == ([], {})
    assert 0.0 <= report["load"] <= 1.0
    process.stdin.close()
    assert process.wait(10) == 0


def test_it_says_what_keeps_it_from_serving(relay: Any) -> None:
    """And ends with 1."""
    process, first = relay(certificate="/nowhere.pem", key="/nowhere.pem")
    assert first == {
        "error": "the web page cannot be served (No such file or directory): /nowhere.pem"
    }
    assert process.wait(10) == 1
