"""How soon a running jackrf answers: ``python -m tests.system.pulse NAME PID``, or `Pulse`.

A process of its own asks the control socket again and again, for as long as its standard input is
open, and then prints what it found as JSON. What others on the machine cost is known apart: how
long the asking thread, and the main thread of jackrf, were ready to run and had no processor.
"""

import json
import os
import select
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from jackrf.control.client import ControlClient

EVERY_SECONDS = 0.010
PATIENCE = 20.0


@dataclass(frozen=True, slots=True)
class Found:
    """What a pulse has found.

    Attributes:
        answers: how many there were.
        longest_ms: from a question to its answer.
        own_ms: the longest without the time in which others had the processors.
        p99_ms: of all answers.
    """

    answers: int
    longest_ms: float
    own_ms: float
    p99_ms: float


class Pulse:
    """Asks for the length of a ``with`` block; `found` says afterwards how soon it was answered.

    Args:
        name: of the client.
        pid: of its process.
        environment: of the asking process; None for ours.
    """

    def __init__(self, name: str, pid: int, environment: dict[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "tests.system.pulse", name, str(pid)]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, env=environment)
        self._found: Found | None = None

    @property
    def found(self) -> Found:
        """What it has found."""
        assert self._found is not None, "it has not ended, or was never answered"
        return self._found

    def __enter__(self) -> Self:
        """Return once it has had its first answer."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        said = self._process.communicate()[0]
        if said:
            self._found = Found(**json.loads(said))


def _waited(pid: int) -> float:
    """Return for how many s a process' main thread was ready to run, and others did."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1]) / 1e9


def main() -> None:
    """Ask until standard input ends."""
    name, pid = sys.argv[1:]
    both = int(pid), os.getpid()
    answers: list[tuple[float, float]] = []
    with ControlClient(name, PATIENCE) as client:
        client.request({"do": "status"})
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], EVERY_SECONDS)[0]:
            before = [_waited(one) for one in both]
            began = time.monotonic()
            client.request({"do": "status"})
            seconds = time.monotonic() - began
            lost = sum(_waited(one) - then for one, then in zip(both, before, strict=True))
            answers.append((seconds, seconds - lost))
    took = sorted(seconds for seconds, _ in answers)
    found = {
        "answers": len(answers),
        "longest_ms": 1000.0 * took[-1],
        "own_ms": 1000.0 * max(own for _, own in answers),
        "p99_ms": 1000.0 * took[len(took) * 99 // 100],
    }
    print(json.dumps({key: round(value, 2) for key, value in found.items()}))


if __name__ == "__main__":
    main()
