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
from tests.system.running import server_port
from tests.web.test_plan import PLAN


@pytest.fixture
def relay(tmp_path: Path) -> Any:
    """Start a relay by a plan on a port; return it with the first line that it told."""
    with ExitStack() as stack:

        def start(port: int) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
            near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
            stack.enter_context(near)
            stack.enter_context(far)
            mixes = [MixPlan("drums", "Dave", 2, far.fileno())]
            plan = replace(PLAN, port=port, hub=str(tmp_path / "hub"), mixes=mixes)
            process = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "jackrf.web.relay"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    pass_fds=[far.fileno()],
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
    process, first = relay(server_port())
    assert first == {"ready": True}
    report = json.loads(process.stdout.readline())
    assert (report["wanted"], report["listeners"], report["surfaces"]) == ([], [], 0)
    # There is no https in this plan.
    assert report["webtransport"] is False
    process.stdin.close()
    assert process.wait(10) == 0


def test_it_says_which_port_is_taken(relay: Any) -> None:
    """And ends with 1."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process, first = relay(port)
        assert f"cannot be served on 127.0.0.1 ports {port} (Address already in use)" in str(first)
        assert process.wait(10) == 1
