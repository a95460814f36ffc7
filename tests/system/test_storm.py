"""A client comes and goes while JACK has as much to tell as can be, and never stands still.

``JACKRF_SOAK=300 make test ARGS="-s tests/system/test_storm.py"`` does it for five minutes each.
"""

import json
import os
import subprocess
import sys

import pytest

from tests.alone import with_shared_memory_of_its_own

pytestmark = pytest.mark.system

SECONDS = float(os.environ.get("JACKRF_SOAK", "6"))


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("kill", [False, True], ids=["told", "killed"])
def test_a_client_comes_and_goes_in_a_storm(kill: bool) -> None:
    """Ports, connections, names and clients come and go as fast as jackd can tell of them, periods
    are missed, and a thread holds the interpreter; with ``killed`` the server dies at random times.
    Each opening and each close comes to its end.
    """
    seed = str(os.getpid())
    command = [sys.executable, "-m", "tests.graph.storm", seed, str(SECONDS)]
    alone = with_shared_memory_of_its_own()
    patience = SECONDS + 120.0
    ran = subprocess.run(
        [*alone, *command, *(["kill"] if kill else [])],
        capture_output=True,
        text=True,
        timeout=patience,
        check=True,
    )
    found = json.loads(ran.stdout)
    print(f"seed {seed}: {found}")
    assert not found["wrong"], f"seed {seed}: {found}"
    assert found["turns"]["heard"] >= 5
    assert found["kills"] >= 2 * kill
