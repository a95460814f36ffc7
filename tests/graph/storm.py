"""One client comes and goes while JACK has as much to tell as can be: prints what happened as JSON.

``python -m tests.graph.storm SEED SECONDS [kill]``. With ``kill`` the server dies and comes back at
random times. A client that stands still for `PATIENCE` seconds is the end, and so is one that dies.
"""

import contextlib
import json
import os
import queue
import random
import subprocess
import sys
import threading
import time
from collections import Counter

from jackrf.testing import DummyJack

PATIENCE = 30.0
LONGEST_LIFE = 1.5
"""Seconds that a server lives at the most."""


class Comer:
    """The client that comes and goes, in a process of its own."""

    def __init__(self, server: str, seed: str) -> None:
        command = [sys.executable, "-m", "tests.graph.comer", server, seed]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.turns: Counter[str] = Counter()
        self.slowest = 0.0
        self._last = time.monotonic()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def follow(self, seconds: float) -> str:
        """Take in its turns for so long; return what is wrong with it, or nothing."""
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end:
            with contextlib.suppress(queue.Empty):
                line = self._lines.get(timeout=end - now)
                if not line:
                    return f"died: {self._process.wait()}"
                now = time.monotonic()
                self.slowest = max(self.slowest, now - self._last)
                self._last = now
                self.turns[line.rstrip().rstrip("0123456789 ")] += 1
        return "stands still" if now - self._last > PATIENCE else ""

    def end(self) -> None:
        """End it, however it is."""
        self._process.kill()
        self._process.wait()


def main() -> None:
    """Raise a storm, and print what became of it."""
    seed, seconds, *rest = sys.argv[1:]
    chance = random.Random(seed)  # noqa: S311 - no secret
    deadline = time.monotonic() + float(seconds)
    kills, wrong = 0, ""
    server = DummyJack(f"jackrf-{os.getpid()}-storm")
    server.start()
    command = [sys.executable, "-m", "tests.graph.babble", server.name]
    babble = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
    comer = Comer(server.name, seed)
    while not wrong and time.monotonic() < deadline:
        wrong = comer.follow(chance.uniform(0.3, LONGEST_LIFE) if rest else 1.0)
        if rest:
            server.stop(kill=True)
            server.start()
            kills += 1
    comer.end()
    babble.kill()
    babble.wait()
    server.stop()
    figures = {"turns": comer.turns, "slowest": comer.slowest, "kills": kills, "wrong": wrong}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
