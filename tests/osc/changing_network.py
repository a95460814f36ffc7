"""Run in a network namespace of its own: a server whose machine joins and leaves a network.

Prints as JSON what the server's neighbours met. The tablet's end of the cable stands in the same
namespace, so it speaks from the address by which this machine is in the network.
"""

import contextlib
import json
import os
import socket
import subprocess
import time
from pathlib import Path

from jackrf.lan.networks import drain, network_changes
from jackrf.osc.messages import encode, of
from jackrf.osc.server import QUIET_SECONDS
from tests.osc.desks import small_desk
from tests.osc.serving import served
from tests.quiet import best_of

HERE = "192.168.77.1"
IDLE_SECONDS = 10.0
MOMENT_SECONDS = 1.0
"""Within which a change of the network is known, and longer than an answer takes."""


def ip(*arguments: str) -> None:
    """Change the network as `ip` does."""
    subprocess.run(["ip", *arguments], check=True)


def wakes() -> int:
    """Return how often this process's main thread has gone to sleep so far."""
    status = Path(f"/proc/self/task/{os.getpid()}/status").read_text("utf-8")
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    return int(fields["voluntary_ctxt_switches"])


def woken(seconds: float) -> int:
    """Return how often it wakes while nobody speaks and nothing changes."""
    time.sleep(QUIET_SECONDS + 1.0)
    before = wakes()
    time.sleep(seconds)
    return wakes() - before


def answered(port: int, seconds: float = MOMENT_SECONDS) -> bool:
    """Say whether a ping from the network is answered within some time."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tablet:
        tablet.bind((HERE, 0))
        tablet.settimeout(0.05)
        tablet.connect((HERE, port))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            tablet.send(encode(of("/ping", 1)))
            with contextlib.suppress(TimeoutError):
                return bool(tablet.recv(1024))
    return False


def overwhelmed() -> bool:
    """Change more than a socket that nobody reads can be told; say whether it can be drained."""
    told = network_changes()
    if told is None:
        return False
    with told:
        told.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        for number in range(2, 50):
            ip("address", "add", f"192.168.78.{number}/32", "dev", "stage")
        drain(told)
        with contextlib.suppress(BlockingIOError):
            return not told.recv(1)
        return True


def script(port: int) -> dict[str, object]:
    """Join a network, leave it, be bombed with changes; return what was met."""
    met: dict[str, object] = {}
    met["wakes"] = best_of(lambda: woken(IDLE_SECONDS), lambda times: times == 0, turns=3)
    ip("address", "add", f"{HERE}/24", "dev", "stage")
    met["joined"] = answered(port)
    # The address stays this machine's own, but there is no network around it any more.
    ip("address", "delete", f"{HERE}/24", "dev", "stage")
    ip("address", "add", f"{HERE}/32", "dev", "stage")
    met["left"] = not answered(port)
    met["told too much"] = overwhelmed()
    ip("address", "add", f"{HERE}/24", "dev", "stage")
    met["joined again"] = answered(port)
    met["wakes after"] = best_of(lambda: woken(2.0), lambda times: times == 0, turns=3)
    return met


def main() -> None:
    """Lay the cable, serve, and print what was met."""
    ip("link", "set", "lo", "up")
    ip("link", "add", "stage", "type", "veth", "peer", "name", "tablet")
    for end in ("stage", "tablet"):
        ip("link", "set", end, "up")
    print(json.dumps(served(small_desk(), script, "0.0.0.0")))  # noqa: S104 - in its own namespace


if __name__ == "__main__":
    main()
