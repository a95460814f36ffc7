"""jackrf as its users have it: processes, started by a command line and ended by a signal."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from jackrf.control import request, socket_path
from jackrf.errors import JackrfError
from jackrf.realtime import process, receive
from tests.quiet import kept_waiting
from tests.system.instruments import wait_for

COMPILED = process.process.address, receive.receive.address
"""The callbacks of the programs: made, or fetched, before the clock of any test runs."""
START_SECONDS = 60.0
"""Enough to compile everything on a machine that has never run jackrf."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left: exit code, both outputs, and how long it took after its signal, without
    the time in which other programs had the processors.
    """

    code: int
    output: str
    errors: str
    seconds: float

    @property
    def line(self) -> str:
        """The one line that it ended with on standard error."""
        lines = self.errors.splitlines()
        assert len(lines) == 1, f"not one line on standard error:\n{self.errors}"
        return lines[0]


class Program:
    """A program that runs until it is told to end, or ends by itself.

    Args:
        command: program and arguments.
        environment: added to our own.
    """

    def __init__(self, command: Sequence[str], environment: dict[str, str] | None = None) -> None:
        self._streams = [tempfile.TemporaryFile("w+") for _ in range(2)]  # noqa: SIM115
        out, errors = self._streams
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=errors,
            env=os.environ | (environment or {}),
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.process.poll() is None

    def said(self, stream: int = 0) -> str:
        """Return what it has printed so far: 0 standard output, 1 standard error."""
        self._streams[stream].seek(0)
        return self._streams[stream].read()

    def wait(self, seconds: float = START_SECONDS) -> Ended:
        """Wait until it ends by itself; how long it takes is told as on a machine of its own."""
        began, before = time.monotonic(), kept_waiting(self.pid)
        wait_for(self._is_over, seconds)
        taken = time.monotonic() - began - (kept_waiting(self.pid) - before)
        return Ended(self.process.wait(), self.said(0), self.said(1), taken)

    def _is_over(self) -> bool:
        """Say whether it has ended, and leave what the system knows of it where it is."""
        if self.process.returncode is not None:
            return True
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is not None

    def stop(self, number: int = signal.SIGTERM, seconds: float = 10.0) -> Ended:
        """Send a signal, wait for the end."""
        if self.running:
            self.process.send_signal(number)
        return self.wait(seconds)

    def wait_until(self, condition: Any, seconds: float = START_SECONDS) -> None:
        """Wait until something is true of it while it runs."""
        wait_for(lambda: not self.running or condition(), seconds)
        assert self.running, f"it ended with {self.process.returncode}: {self.said(1)}"

    def become_ready(self) -> None:
        """Wait until it does its work; what it needs for that is known to those who inherit."""

    def __enter__(self) -> Self:
        try:
            self.become_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.running:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in self._streams:
            stream.close()


def jackrf_command(*arguments: str) -> list[str]:
    """Return the command line of jackrf in this Python."""
    return [sys.executable, "-m", "jackrf", *arguments]


def jackrf(*arguments: str) -> Ended:
    """Run jackrf until it ends by itself."""
    with Program(jackrf_command(*arguments)) as program:
        return program.wait()


class Running(Program):
    """``jackrf run`` of a session.

    Args:
        folder: where the session's file is written.
        session: its text; without a word on OSC, it gets a port of its own for that.
        server: JACK server name, empty for the default one.
        arguments: more of them.
        name: of the client.
        program: what runs instead of ``python -m jackrf``, and does what that does.
        before: stands before the command line, such as ``pw-jack``.
        environment: added to our own.
    """

    def __init__(
        self,
        folder: Path,
        session: str,
        server: str,
        *arguments: str,
        name: str = "jackrf",
        program: Sequence[str] = (),
        before: Sequence[str] = (),
        environment: dict[str, str] | None = None,
    ) -> None:
        self.name = name
        self.folder = folder
        file = folder / f"{name}.toml"
        file.write_text(with_osc_of_its_own(session))
        where = ["--server", server] if server else []
        run = jackrf_command("run", str(file), *where, "--name", name, *arguments)
        command = [*program, *run[3:]] if program else run
        super().__init__([*before, *command], environment)

    def become_ready(self) -> None:
        """Wait until it mixes."""
        self.wait_until(self.is_mixing)

    def is_mixing(self) -> bool:
        """Whether it answers and its callback runs."""
        if not socket_path(self.name).exists():
            return False
        try:
            status = self.status()
        except JackrfError:
            return False
        return bool(status["state"] == "running" and status["cycles"] > 0)

    def ask(self, what: str, **rest: Any) -> Any:
        """Send one request to the control socket and return its result."""
        return request(self.name, {"do": what, **rest}, timeout=5.0)

    def status(self) -> dict[str, Any]:
        """Return what ``jackrf status --json`` prints."""
        found: dict[str, Any] = self.ask("status")
        return found

    def losses(self) -> tuple[int, ...]:
        """Return counters that stand still as long as nothing is lost: xruns, then drops."""
        status = self.status()
        listeners = [one for mix in status["mixes"].values() for one in mix["listeners"]]
        return (status["xruns"], *(listener["dropped"] for listener in listeners))


class Listening(Program):
    """``jackrf listen`` on loopback; its outputs are left unconnected.

    Args:
        port: UDP port.
        server: JACK server name.
        name: of the client.
        connect: ports for its outputs.
    """

    def __init__(
        self, port: int, server: str, name: str = "jackrf-listen", connect: Sequence[str] = ("",)
    ) -> None:
        self.ports = [f"{name}:out_1", f"{name}:out_2"]
        url = f"udp://127.0.0.1:{port}"
        wishes = [word for peer in connect for word in ("--connect", peer)]
        super().__init__(jackrf_command("listen", url, "--server", server, "--name", name, *wishes))

    def become_ready(self) -> None:
        """Wait until it listens."""
        self.wait_until(lambda: "listens on" in self.said())


def with_osc_of_its_own(session: str) -> str:
    """Return a session that does not listen, for OSC and RTSP, where every other jackrf does."""
    for table in ("[osc]", "[listen]"):
        if table not in session:
            session = f"{session}\n{table}\nport = {server_port()}\n"
    return session


def server_port() -> int:
    """Return a port that is free, as the one above it is, for UDP and TCP, on 127.0.0.1.

    It is one of those that the kernel hands out to nobody by itself: it stays free until a server
    takes it.
    """
    while True:
        port = random.randrange(20000, 32000, 2)  # noqa: S311 - not a secret
        with contextlib.ExitStack() as opened:
            try:
                for one in (port, port + 1):
                    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                        opened.enter_context(socket.socket(type=kind)).bind(("127.0.0.1", one))
            except OSError:
                continue
            return port


def free_port() -> int:
    """Return an even port of 127.0.0.1 that is free for UDP and TCP, and so is the one above it."""
    while True:
        with ExitStack() as stack:
            even, *others = [
                stack.enter_context(socket.socket(type=kind))
                for kind in (socket.SOCK_DGRAM, socket.SOCK_DGRAM, *2 * [socket.SOCK_STREAM])
            ]
            even.bind(("127.0.0.1", 0))
            port: int = even.getsockname()[1]
            if port % 2:
                continue
            try:
                for one, number in zip(others, (port + 1, port, port + 1), strict=True):
                    one.bind(("127.0.0.1", number))
            except OSError:
                continue
            return port


def is_bound(port: int) -> bool:
    """Whether some program hears this UDP port."""
    wanted = f":{port:04X}"
    rows = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(wanted) for row in rows)
