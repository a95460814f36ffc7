"""What jackrf holds after minutes: its memory, and the pages that its audio thread touches anew."""

import time
from collections.abc import Callable
from pathlib import Path

from bench.cases import LARGE
from bench.clients import JACKRF
from bench.place import RIG, Place
from bench.programs import Program
from bench.results import Soak

SETTLE_SECONDS = 20.0
SAMPLES = 60
"""How often memory is read in the whole time."""


def audio_thread(program: Program) -> Path:
    """Return the folder of the thread that has used most CPU since the start but the main one."""
    folders = [
        folder
        for folder in Path(f"/proc/{program.pid}/task").iterdir()
        if folder.name != str(program.pid)
    ]
    return max(folders, key=lambda folder: int((folder / "schedstat").read_text().split()[0]))


def faults(thread: Path) -> int:
    """Return how many pages a thread has touched for the first time (minflt of proc(5))."""
    # The name of the thread, in brackets, may hold blanks; minflt is the eighth field after it.
    return int((thread / "stat").read_text().rpartition(")")[2].split()[7])


def measure_soak(place: Place, minutes: float, say: Callable[[str], None]) -> Soak:
    """Run the large case for so many minutes, fed and drained."""
    memory = []
    with place.rig(LARGE.inputs, LARGE.mixes) as rig:
        place.wait_for_ports(rig, RIG, 0, LARGE.inputs)
        with JACKRF.program(place, LARGE) as program:
            place.wait_for_ports(program, JACKRF.name, LARGE.inputs, 2 * LARGE.mixes)
            place.feed(JACKRF.name)
            time.sleep(SETTLE_SECONDS)
            thread = audio_thread(program)
            first_faults, first_packets = faults(thread), rig.ask()["packets"]
            for sample in range(SAMPLES + 1):
                memory.append(program.memory_kib())
                say(f"soak: {sample / SAMPLES * minutes:.1f} of {minutes:g} min: {memory[-1]} KiB")
                if sample < SAMPLES:
                    time.sleep(minutes * 60 / SAMPLES)
            new_faults = faults(thread) - first_faults
            packets = rig.ask()["packets"] - first_packets
    return Soak(
        title=LARGE.title,
        minutes=minutes,
        memory_kib=memory,
        audio_thread_faults=new_faults,
        packets=packets,
    )
