"""Programs that hear the mix of a running jackrf into files, and what they heard."""

import signal
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jackrf.rtp.stream import Encoding
from tests.system.decoders import samples
from tests.system.instruments import Player, wait_for
from tests.system.running import Program, Running

RATE = 48000
ATTEMPTS = 5
"""How often to try again when JACK, or a busy machine, lost a period."""
FULL_SCALE = {"L16": 2**15, "L24": 2**23}

Tool = Callable[[Path], list[str]]
"""Returns the command that hears into a file."""


def url(running: Running, mix: str = "drums", user: str = "") -> str:
    """Where a mix is."""
    return f"rtsp://{user}127.0.0.1:{running.status()['rtsp']['port']}/{mix}"


def listeners(running: Running, mix: str = "drums") -> list[dict[str, Any]]:
    """Who hears a mix."""
    found: list[dict[str, Any]] = running.status()["mixes"][mix]["listeners"]
    return found


def noise(seconds: float = 1.5) -> NDArray[np.float32]:
    """Noise with a pulse at both ends, shape (1, frames)."""
    made = np.random.default_rng(7).uniform(-0.5, 0.5, (1, round(seconds * RATE)))
    made[:, 0] = made[:, -1] = 0.75
    return made.astype(np.float32)


def deaf(tools: dict[str, Tool], folder: Path, player: Player, encoding: Encoding) -> list[str]:
    """Return those who do not hear every frame of `noise` within 1 LSB, and nothing on the right.

    What the server itself lost is lost for all: who is deaf tries again.
    """
    exact = noise()[0].astype(np.float64) * FULL_SCALE[encoding]
    waiting = dict(tools)
    for _ in range(ATTEMPTS):
        heard = _heard(waiting, folder, player, encoding)
        waiting = {
            name: waiting[name]
            for name, (left, right) in heard.items()
            if right.any() or not _is_in(left, exact)
        }
        if not waiting:
            break
    return list(waiting)


def _is_in(sound: NDArray[np.int32], exact: NDArray[np.float64]) -> bool:
    """Return whether a side is, from its first sound on, what was played."""
    loud = np.flatnonzero(sound)
    if not len(loud):
        return False
    part = sound[loud[0] : loud[0] + len(exact)]
    return len(part) == len(exact) and float(np.abs(part - exact).max()) <= 1.0


def _heard(
    tools: dict[str, Tool], folder: Path, player: Player, encoding: Encoding
) -> dict[str, NDArray[np.int32]]:
    """Return what each hears while noise is played once, in files of their own."""
    outs = {name: folder / f"{name}.raw" for name in tools}
    with ExitStack() as stack:
        programs = [stack.enter_context(Program(tool(outs[name]))) for name, tool in tools.items()]
        wait_for(lambda: all(out.exists() and out.stat().st_size for out in outs.values()))
        player.play(noise(), delay=0.2)
        player.wait()
        sizes = {out: out.stat().st_size for out in outs.values()}
        wait_for(lambda: all(out.stat().st_size > sizes[out] + RATE // 4 for out in sizes))
        for program in programs:
            program.stop(signal.SIGINT)
    found = {name: samples(out.read_bytes(), encoding) for name, out in outs.items()}
    for out in outs.values():
        out.unlink()
    return found
