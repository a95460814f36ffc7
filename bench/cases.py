"""What is mixed: inputs and mixes, with every send open at a gain and a pan of its own."""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Case:
    """A size of the desk."""

    inputs: int
    """1..64"""
    mixes: int
    """1..32, stereo, one listener each"""

    @property
    def title(self) -> str:
        """How the case is called in a table."""
        plural = "" if self.mixes == 1 else "es"
        return f"{self.inputs} inputs, {self.mixes} stereo mix{plural}"


SMALL = Case(2, 1)
LARGE = Case(64, 32)


def send_gain(strip: int, mix: int) -> float:
    """Return the gain of a send in dB, -14 to -25.5; `mixclient.c` has the same."""
    return -14.0 - 0.5 * ((7 * strip + 3 * mix) % 24)


def send_pan(strip: int, mix: int) -> float:
    """Return the pan of a send, -0.9 to 0.9; `mixclient.c` has the same."""
    return ((5 * strip + 2 * mix) % 19 - 9) / 10


def matrix(case: Case) -> NDArray[np.float64]:
    """Return the amplitudes of all sends, shape (2 * mixes, inputs): left row, right row, ..."""
    rows = np.zeros((2 * case.mixes, case.inputs))
    for mix in range(case.mixes):
        for strip in range(case.inputs):
            amplitude = 10 ** (send_gain(strip, mix) / 20)
            angle = (send_pan(strip, mix) + 1) * math.pi / 4
            rows[2 * mix, strip] = amplitude * math.cos(angle)
            rows[2 * mix + 1, strip] = amplitude * math.sin(angle)
    return rows


def write_session(case: Case, base_port: int, path: Path) -> Path:
    """Write the case as a session file of jackrf, and return the path.

    Args:
        case: what to write.
        base_port: UDP port of the first mix; each further one has two ports more.
        path: where to write.
    """
    lines = [
        "format = 1",
        f'name = "{case.title}"',
        "[osc]",
        f"port = {base_port + 2 * LARGE.mixes}",
    ]
    for strip in range(case.inputs):
        lines += [f"[inputs.in{strip + 1}]", f'name = "Input {strip + 1}"']
    for mix in range(case.mixes):
        name, port = f"mix{mix + 1}", base_port + 2 * mix
        lines += [f"[mixes.{name}]", f'name = "Mix {mix + 1}"']
        lines += [f'send_to = ["udp://127.0.0.1:{port}"]', f"[mixes.{name}.sends]"]
        lines += [
            f"in{strip + 1} = {{ gain = {send_gain(strip, mix)}, pan = {send_pan(strip, mix)} }}"
            for strip in range(case.inputs)
        ]
    path.write_text("\n".join(lines) + "\n")
    return path
