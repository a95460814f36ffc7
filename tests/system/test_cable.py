"""The network goes away while a session runs, and comes back."""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jackrf.testing import DummyJack
from tests.alone import without_network
from tests.quiet import best_of

pytestmark = pytest.mark.system

BACK_SECONDS = 1.5
"""Within which everybody hears again: the kernel tells of an address at once."""


def delays(met: dict[str, Any]) -> list[float]:
    """After how many seconds each was heard again; never where one was not."""
    found = [*met["up again"].values(), *met["other address"].values()]
    return found if len(found) == 4 else [math.inf]


def test_a_pulled_cable_is_survived(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """Over IPv4 and IPv6: without a network packets are counted as unreachable; listeners hear
    again by themselves when it is back, and also when this machine has other addresses then.
    Stream and ports stay the same, for whoever filters by them.
    """
    run = [sys.executable, "-m", "tests.system.pulled_cable", dummy_jack.name, str(tmp_path)]

    def pull() -> dict[str, Any]:
        done = subprocess.run(
            [*without_network(), *run], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    met = best_of(pull, lambda met: max(delays(met)) < BACK_SECONDS)
    assert met["down"] == ["unreachable", "unreachable"]
    # Of each listener each period: 375 a second, and half of that on a machine that is busy.
    assert met["dropped"] > 0
    for when, hosts in (
        ("up again", {"10.77.0.1", "fd77::1"}),
        ("other address", {"10.77.0.9", "fd77::9"}),
    ):
        assert met[when].keys() == hosts, met
    assert met["at last"] == ["sending", "sending"]
    assert met["same ports"]
    assert met["streams"] == 1
