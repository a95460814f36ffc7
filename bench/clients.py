"""How each client is started for a case, and how it is asked for its callback's durations."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bench.cases import Case
from bench.place import Place
from bench.programs import Program
from jackrf.errors import JackrfError

MODULE = [sys.executable, "-m"]


@dataclass(frozen=True, slots=True)
class Client:
    """One of those that are measured side by side."""

    label: str
    """How it is called in a table; also the key of its figures."""
    name: str
    """Its name in the JACK graph."""
    command: Callable[[Place, Case, str], list[str]]
    """Place, case and JACK name to a command line."""
    has_outputs: bool = True
    """Whether it has local ports for its mixes."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Environment variables."""

    def program(self, place: Place, case: Case) -> Program:
        """Return the client, not started."""
        return Program(self.command(place, case, self.name), place.environment | dict(self.extra))

    def outputs(self, case: Case) -> int:
        """Return how many output ports it has when it is ready."""
        return 2 * case.mixes if self.has_outputs else 0


def jackrf_status(place: Place, name: str, patience: float = 30.0) -> dict[str, Any]:
    """Return what ``jackrf status --json`` says of a running client, asked until it answers.

    Beside a thread that never lets go of the interpreter a start takes many seconds.
    """
    command = [*MODULE, "jackrf", "status", "--json", "--client", name]
    deadline = time.monotonic() + patience
    while True:
        answer = subprocess.run(
            command, env=place.environment, capture_output=True, text=True, check=False
        )
        if answer.returncode == 0:
            found: dict[str, Any] = json.loads(answer.stdout)
            return found
        if time.monotonic() > deadline:
            raise JackrfError(f"jackrf status: {answer.stderr.strip()}")


def _jackrf(place: Place, case: Case, name: str) -> list[str]:
    names = ["--server", place.server.name, "--name", name]
    return [*MODULE, "jackrf", "run", str(place.session(case)), *names]


def _arguments(place: Place, case: Case, name: str) -> list[str]:
    numbers = [str(case.inputs), str(case.mixes), str(place.base_port)]
    return [*numbers, "--server", place.server.name, "--name", name]


def _mixclient(place: Place, case: Case, name: str) -> list[str]:
    return [place.program("mixclient"), *_arguments(place, case, name)]


def _numpyclient(place: Place, case: Case, name: str) -> list[str]:
    return [*MODULE, "bench.neighbours.numpyclient", *_arguments(place, case, name)]


def _zita(place: Place, case: Case, name: str) -> list[str]:
    names = ["--jname", name, "--jserv", place.server.name]
    channels = ["--chan", str(case.inputs), "--16bit"]
    return ["zita-j2n", *names, *channels, "127.0.0.1", str(place.base_port)]


JACKRF = Client("jackrf", "bench-jackrf", _jackrf)
C = Client("C", "bench-c", _mixclient)
ZITA = Client("zita-j2n", "bench-zita", _zita, has_outputs=False)
# A library that starts threads of its own to multiply small matrices would only burn time.
NUMPY = Client("numpy", "bench-numpy", _numpyclient, extra={"OPENBLAS_NUM_THREADS": "1"})
