"""Where clients are measured: a JACK server of its own, compiled neighbours, and a patch bay."""

import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from errno import EEXIST
from pathlib import Path

import jack

from bench.cases import LARGE, Case, write_session
from bench.programs import Program, compile_c
from jackrf.errors import JackrfError
from jackrf.testing import DummyJack

NEIGHBOURS = Path(__file__).parent / "neighbours"
RIG = "bench-rig"
CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Place:
    """A JACK server at 48 kHz, and what belongs to it.

    Make one by `open_place` or `place_on`, which take everything away again.
    """

    server: DummyJack
    folder: Path
    """For sessions, compiled programs and control sockets; removed in the end."""
    patch_bay: jack.Client
    """Only connects others: it has no ports, and is never active."""
    base_port: int
    """UDP port of the first mix on 127.0.0.1; each further one has two ports more."""

    @property
    def environment(self) -> dict[str, str]:
        """The environment in which every program runs."""
        alone = {"XDG_RUNTIME_DIR": str(self.folder), "PYTHONUNBUFFERED": "1"}
        return self.server.environment | alone

    def session(self, case: Case) -> Path:
        """Write the session of a case, and return its path."""
        return write_session(case, self.base_port, self.folder / f"{case.inputs}x{case.mixes}.toml")

    def program(self, name: str) -> str:
        """Return the path of a compiled neighbour: `mixclient` or `rig`."""
        compiled = self.folder / name
        if not compiled.exists():
            compile_c(NEIGHBOURS / f"{name}.c", self.folder)
        return str(compiled)

    def ports(self, client: str, *, inputs: bool) -> list[str]:
        """Return the full names of a client's input or output ports, in order."""
        chosen = {"is_input": True} if inputs else {"is_output": True}
        return [port.name for port in self.patch_bay.get_ports(f"^{client}:", **chosen)]

    def has(self, *names: str) -> bool:
        """Tell whether ports of these full names are there."""
        return all(self.patch_bay.get_ports(f"^{name}$") for name in names)

    def feed(self, client: str) -> None:
        """Connect the rig's noises to the inputs of a client, one each."""
        noises = self.ports(RIG, inputs=False)
        for noise, port in zip(noises, self.ports(client, inputs=True), strict=False):
            self.connect(noise, port)

    def connect(self, source: str, sink: str) -> None:
        """Connect two ports; a client whose ports are there may still be about to be active.

        Raises:
            JackrfError: JACK refuses still after 5 seconds.
        """
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                self.patch_bay.connect(source, sink)
            except jack.JackError as error:
                if getattr(error, "code", None) == EEXIST:
                    # A client that remembers its connections was quicker.
                    return
                if time.monotonic() > deadline:
                    raise JackrfError(f"cannot connect {source} to {sink}: {error}") from None
                time.sleep(0.02)
            else:
                return

    def rig(self, inputs: int, sockets: int) -> Program:
        """Return the rig, not started: noise for so many inputs, so many sockets to drain."""
        numbers = [str(inputs), str(sockets), str(self.base_port)]
        names = ["--server", self.server.name, "--name", RIG]
        return Program([self.program("rig"), *numbers, *names], self.environment)

    def wait_for_ports(self, program: Program, client: str, inputs: int, outputs: int) -> None:
        """Return when a client has at least so many ports."""

        def ready() -> bool:
            enough = len(self.ports(client, inputs=True)) >= inputs
            return enough and len(self.ports(client, inputs=False)) >= outputs

        program.wait_until(ready, f"its {inputs} inputs and {outputs} outputs were there")

    def is_realtime(self) -> bool:
        """Tell whether the server's threads have real-time priority here."""
        if self.server.process is None:
            return False
        tasks = Path(f"/proc/{self.server.process.pid}/task").iterdir()
        return any(os.sched_getscheduler(int(task.name)) == os.SCHED_FIFO for task in tasks)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_ports() -> int:
    """Return the first of as many free UDP ports as the largest case takes, with OSC's."""
    run = 2 * LARGE.mixes + 2
    # Below the ports that the kernel hands out by itself.
    for base in range(20000 + os.getpid() % 100 * run, 32000, run):
        if all(_is_free(port) for port in range(base, base + run)):
            return base
    raise JackrfError(f"no {run} free UDP ports in a row between 20000 and 32000")


def _close(patch_bay: jack.Client) -> None:
    """Close a client of a server that may hang: its end, which comes next, frees whoever waits."""
    closing = threading.Thread(target=patch_bay.close, daemon=True)
    closing.start()
    closing.join(CONNECT_SECONDS)


@contextmanager
def place_on(server: DummyJack) -> Iterator[Place]:
    """Make a place on a running server, for the length of a ``with`` block.

    libjack keeps one server per process: no client of another one may be open in this process.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="jackrf-bench-")))
        patch_bay = jack.Client("bench-patch", servername=server.name, no_start_server=True)
        stack.callback(_close, patch_bay)
        yield Place(server, folder, patch_bay, free_ports())


@contextmanager
def open_place() -> Iterator[Place]:
    """Start a server, 48 kHz and 128 frames, and make a place on it."""
    with DummyJack(f"bench-{os.getpid()}") as server, place_on(server) as place:
        yield place
