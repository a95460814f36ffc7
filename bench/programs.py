"""A program that is started, watched and ended: nothing that a benchmark starts outlives it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Self

from jackrf.errors import JackrfError

END_SECONDS = 5.0
"""How long a program that was told to end may take."""


class Program:
    """A child process for the length of a ``with`` block; what it prints is kept.

    Args:
        command: the program and its arguments.
        environment: its whole environment.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str]) -> None:
        self.command = command
        self._environment = environment
        self._printed: BinaryIO | None = None
        self._kept = ""
        self._process: subprocess.Popen[bytes] | None = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise JackrfError(f"{self.command[0]} is not running")
        return self._process

    @property
    def pid(self) -> int:
        """The number of the running process."""
        return self._running().pid

    @property
    def printed(self) -> str:
        """What it has printed so far, or did until it ended."""
        if self._printed is None:
            return self._kept
        # Read without seeking: the child shares the position at which it writes.
        file = self._printed.fileno()
        return os.pread(file, os.fstat(file).st_size, 0).decode(errors="replace")

    def statistics(self) -> dict[str, Any]:
        """Return the JSON object that is the last line it printed; empty when there is none."""
        lines = self.printed.strip().splitlines()
        if not lines or not lines[-1].startswith("{"):
            return {}
        found: dict[str, Any] = json.loads(lines[-1])
        return found

    def ask(self) -> dict[str, Any]:
        """Send SIGUSR1, on which `rig` prints a line, and return that."""
        before = self.printed
        self._running().send_signal(signal.SIGUSR1)
        self.wait_until(lambda: self.printed != before, "it answered", seconds=5.0)
        return self.statistics()

    def cpu_seconds(self) -> float:
        """Return the CPU time of all its threads so far, user and system, to the nanosecond."""
        # The clock of another process: MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of Linux.
        return time.clock_gettime((~self.pid << 3) | 2)

    def memory_kib(self) -> int:
        """Return the resident memory."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise JackrfError(f"{self.command[0]} has ended")

    def wait_until(self, ready: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Return as soon as `ready` is true.

        Raises:
            JackrfError: the program ended, or the time is over.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                why = "ended" if ended else f"took longer than {seconds:g} s"
                said = self.printed.strip() or "nothing"
                raise JackrfError(
                    f"{' '.join(self.command)}: {why} before {what}; it printed: {said}"
                )
            time.sleep(0.02)

    def tell_to_end(self) -> None:
        """Send SIGTERM, and wait for nothing: many end together if all are told first."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)

    def end(self) -> None:
        """Send SIGTERM and wait; SIGKILL, and say so, when that is not enough.

        What was printed stays.
        """
        if self._process is None:
            return
        self.tell_to_end()
        for last_word in (self._process.kill, lambda: None):
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(END_SECONDS)
                break
            command = " ".join(self.command)
            print(f"bench: killed after {END_SECONDS:g} s: {command}", file=sys.stderr)
            last_word()
        self._process = None
        if self._printed is not None:
            self._kept = self.printed
            self._printed.close()
            self._printed = None

    def __enter__(self) -> Self:
        printed = tempfile.TemporaryFile()
        self._printed = printed
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=subprocess.STDOUT,
            env=dict(self._environment),
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


def compile_c(source: Path, folder: Path) -> Path:
    """Compile a JACK client with ``-O3 -march=native`` and return the program.

    Raises:
        JackrfError: there is no compiler, or it refuses or warns.
    """
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise JackrfError("no C compiler: apt install gcc libc6-dev libjack-jackd2-dev")
    program = folder / source.stem
    strict = ["-std=gnu11", "-O3", "-march=native", "-Wall", "-Wextra", "-Werror"]
    command = [compiler, *strict, str(source), "-o", str(program), "-ljack", "-lm"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        raise JackrfError(f"{source.name} does not compile: {answer.stderr.strip()}")
    return program
