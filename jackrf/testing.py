"""What tests, demos and benchmarks of jackrf are made with: a JACK server of their own, and more."""

import os
import shutil
import signal
import subprocess
import time
from types import TracebackType
from typing import Self

from jackrf.errors import JackServerError

DUMMY_START_SECONDS = 10.0


class DummyJack:
    """A ``jackd -d dummy`` under a server name of its own, for the length of a ``with`` block.

    It needs no sound card, does not meet any other JACK server of the machine, and leaves
    no process behind. Clients reach it by ``servername=dummy.name``.

    Args:
        name: the server's name; by default one that this process alone uses.
        samplerate: Hz.
        period: frames per period.
        port_max: how many ports the server allows.
    """

    def __init__(
        self,
        name: str | None = None,
        samplerate: int = 48000,
        period: int = 128,
        port_max: int = 1024,
    ) -> None:
        self.name = name or f"jackrf-dummy-{os.getpid()}"
        self.samplerate = samplerate
        self.period = period
        self.port_max = port_max
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which a program finds this server as its default."""
        return os.environ | {"JACK_DEFAULT_SERVER": self.name, "JACK_NO_START_SERVER": "1"}

    def start(self) -> None:
        """Start the server and wait until a client can connect.

        Raises:
            JackServerError: jackd is missing, or did not come up in 10 seconds.
        """
        jackd = shutil.which("jackd")
        if jackd is None:
            raise JackServerError("jackd is not installed: apt install jackd2")
        server = ["-n", self.name, "-p", str(self.port_max)]
        driver = ["-d", "dummy", "-r", str(self.samplerate), "-p", str(self.period)]
        self.process = subprocess.Popen(
            [jackd, *server, *driver],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"JACK_NO_AUDIO_RESERVATION": "1"},
            start_new_session=True,
        )
        self._wait_until_ready(self.process)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + DUMMY_START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise JackServerError(
                    f"jackd -n {self.name} ended at once with code {process.returncode}: "
                    f"run `jackd -n {self.name} -d dummy` to see why"
                )
            check = ["jack_wait", "-s", self.name, "-c"]
            answer = subprocess.run(
                check, env=self.environment, capture_output=True, text=True, check=False
            )
            if answer.stdout.strip() == "running":
                return
            time.sleep(0.05)
        self.stop()
        raise JackServerError(f"jackd -n {self.name} did not come up in {DUMMY_START_SECONDS:g} s")

    def stop(self, *, kill: bool = False) -> None:
        """Stop the server: politely, then for good; or with SIGKILL at once, as a crash does."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
