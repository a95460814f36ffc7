"""A JACK server of the demo's own and the programs on it; whatever happens, all of them end."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final, Self

import jack

from jackrf.demo.clients import open_client
from jackrf.errors import JackrfError
from jackrf.testing import DummyJack

SAMPLERATE: Final = 48000
PERIOD: Final = 128

_START_SECONDS: Final = 120.0
"""A first start compiles the audio callbacks, which takes a slow machine a minute."""
_STOP_SECONDS: Final = 10.0
_POLL_SECONDS: Final = 0.05
_INTERRUPTS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stage:
    """A ``jackd -d dummy``, a temporary folder and programs, for the length of a ``with`` block.

    Leaving the block ends every program, the last one first, then the server. Ctrl-C, SIGTERM and
    SIGHUP all raise `KeyboardInterrupt` inside it, once: nothing interrupts the leaving.
    """

    folder: Path
    """For files that nobody needs afterwards."""
    server: str
    """Name of the JACK server."""

    def __init__(self) -> None:
        self._leaving = ExitStack()
        self._programs: list[tuple[str, subprocess.Popen[bytes], Path]] = []

    def __enter__(self) -> Self:
        with ExitStack() as entering:
            for number in _INTERRUPTS:
                entering.callback(signal.signal, number, signal.signal(number, _interrupt))
            folder = entering.enter_context(tempfile.TemporaryDirectory(prefix="jackrf-demo-"))
            self.folder = Path(folder)
            self.server = f"jackrf-demo-{os.getpid()}"
            dummy = DummyJack(self.server, samplerate=SAMPLERATE, period=PERIOD)
            entering.callback(dummy.stop)
            dummy.start()
            self._clock = open_client("jackrf-stage", self.server)
            entering.callback(self._clock.close)
            entering.callback(self._end_programs)
            self._leaving = entering.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.close()

    @property
    def frame_time(self) -> int:
        """JACK's frame time now."""
        return int(self._clock.frame_time)

    def start(self, module: str, *arguments: str) -> None:
        """Start ``python -m MODULE ARGUMENTS --server NAME``."""
        called = " ".join(("python -m", module, *arguments[:1]))
        log = self.folder / f"{len(self._programs)}.log"
        command = [sys.executable, "-m", module, *arguments, "--server", self.server]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches the demo alone, which then ends the programs in good order.
                start_new_session=True,
            )
        self._programs.append((called, process, log))

    def wait_for_ports(self, *names: str) -> None:
        """Wait until JACK has all these ports; raises as `wait_until`."""
        for name in names:
            self.wait_until(partial(self._has_port, name), f"the port {name}")

    def wait_until(self, is_there: Callable[[], bool], what: str) -> None:
        """Wait until a condition holds.

        Raises:
            JackrfError: a program ended meanwhile, or it does not hold after two minutes.
        """
        deadline = time.monotonic() + _START_SECONDS
        while not is_there():
            self.check()
            if time.monotonic() > deadline:
                raise JackrfError(
                    f"{what} did not appear within {_START_SECONDS:g} s: "
                    "is this machine overloaded? Try again"
                )
            time.sleep(_POLL_SECONDS)

    def check(self) -> None:
        """Do nothing if all programs run.

        Raises:
            JackrfError: one has ended; the message has its last word.
        """
        for called, process, log in self._programs:
            if process.poll() is not None:
                raise JackrfError(f"`{called}` ended too early: {_last_word(process, log)}")

    def stop_last(self) -> None:
        """End the program that was started last.

        Raises:
            JackrfError: it did not end well.
        """
        called, process, log = self._programs[-1]
        _end(process)
        del self._programs[-1]
        if process.returncode != 0:
            raise JackrfError(f"`{called}` did not end well: {_last_word(process, log)}")

    def stop_all(self) -> None:
        """End all programs, the last one first.

        Raises:
            JackrfError: one did not end well.
        """
        while self._programs:
            self.stop_last()

    def _has_port(self, name: str) -> bool:
        try:
            self._clock.get_port_by_name(name)
        except jack.JackError:
            return False
        return True

    def _end_programs(self) -> None:
        for _, process, _ in reversed(self._programs):
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_word(process: subprocess.Popen[bytes], log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    words = [line.removeprefix("jackrf: ") for line in lines if line.strip()]
    return words[-1] if words else f"it said nothing, exit code {process.returncode}"


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    for number in _INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
