"""A large session, and how long saving it takes: ``python -m tests.sessions.large FILE``."""

import sys
import time
from pathlib import Path

from jackrf.parameters import Place, Value
from jackrf.sessions.store import Changes, save

STRIPS, MIXES = 32, 16
TURNS = 10


def large_session() -> bytes:
    """A session of 32 inputs and 16 mixes, every send written."""
    lines = ["format = 2", 'name = "Large"']
    for strip in range(STRIPS):
        lines += [f"\n[inputs.in{strip:02}]", f'name = "Input {strip}"']
        lines += [f'connect = ["system:capture_{strip + 1}"]']
    for mix in range(MIXES):
        lines += [f"\n[mixes.m{mix:02}]", f'name = "Mix {mix}"', "gain = -3.0"]
        lines += [f"\n[mixes.m{mix:02}.sends]"]
        lines += [f"in{strip:02} = {{ gain = {-strip}.5, pan = 0.25 }}" for strip in range(STRIPS)]
    return ("\n".join(lines) + "\n").encode()


def all_moved(turn: int) -> dict[Place, Value]:
    """Another gain for each of its sends."""
    return {
        Place(f"m{mix:02}", f"in{strip:02}", "gain"): -strip - mix / 100 - turn / 10 - 0.01
        for mix in range(MIXES)
        for strip in range(STRIPS)
    }


def seconds_of_a_save(path: Path) -> tuple[float, float]:
    """Of the processor and by the clock, the shortest of some: others use the machine, too."""
    last = large_session()
    path.write_bytes(last)
    used, took = [], []
    for turn in range(TURNS):
        changes = Changes(all_moved(turn))
        began = time.thread_time(), time.perf_counter()
        saved = save(path, changes, last=last)
        used.append(time.thread_time() - began[0])
        took.append(time.perf_counter() - began[1])
        assert saved.is_new
        last = saved.data
    return min(used), min(took)


if __name__ == "__main__":
    processor, clock = seconds_of_a_save(Path(sys.argv[1]))
    print(processor)
    print(f"{1000 * clock:.1f} ms by the clock", file=sys.stderr)
