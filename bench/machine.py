"""What the figures were measured on: a number without its machine says nothing."""

import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

import jackrf

VERSION = re.compile(r"\d+(?:\.\d+)+")

NEIGHBOURS = {
    "jackd2": ["jackd", "--version"],
    "gcc": ["gcc", "--version"],
    "zita-njbridge": ["zita-j2n", "--help"],
    "JackTrip": ["jacktrip", "--version"],
}


class Machine(BaseModel):
    """A computer and the programs on it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    processor: str
    cores: int
    kernel: str
    virtual: bool
    """Whether it runs under a hypervisor"""
    realtime: bool
    """Whether JACK's threads had real-time priority"""
    versions: dict[str, str]

    @property
    def sentence(self) -> str:
        """The machine in one line."""
        kind = "virtual machine" if self.virtual else "machine"
        priority = "with" if self.realtime else "without"
        return (
            f"{self.processor}, {self.cores} cores, {kind}, Linux {self.kernel}, "
            f"JACK {priority} real-time priority"
        )


def _processor() -> tuple[str, bool]:
    text = Path("/proc/cpuinfo").read_text()
    name = re.search(r"^(?:model name|Model)\s*: (.+)$", text, re.MULTILINE)
    flags = re.search(r"^flags\s*: (.+)$", text, re.MULTILINE)
    virtual = flags is not None and "hypervisor" in flags[1].split()
    return (name[1] if name else platform.machine()), virtual


def _program_version(command: list[str]) -> str:
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except FileNotFoundError:
        return "missing"
    found = VERSION.search(answer.stdout + answer.stderr)
    return found[0] if found else "unknown"


def this_machine(*, realtime: bool) -> Machine:
    """Describe this machine; `realtime` is what JACK's threads were seen to have."""
    processor, virtual = _processor()
    python = {name: version(name) for name in ("numba", "numpy", "JACK-Client")}
    return Machine(
        processor=processor,
        cores=os.cpu_count() or 1,
        kernel=platform.release(),
        virtual=virtual,
        realtime=realtime,
        versions={
            "jackrf": jackrf.__version__,
            "Python": platform.python_version(),
            **python,
            **{name: _program_version(command) for name, command in NEIGHBOURS.items()},
        },
    )
