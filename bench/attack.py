"""A running jackrf under attack by RTSP: how soon it answers, what it holds, what is dropped."""

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial

from bench.clients import MODULE, jackrf_status
from bench.listening import Attack, AttackCase
from bench.place import Place
from bench.programs import Program
from tests.system.attackers import IDLE, crowd, fuzz, lorises, many_files
from tests.system.capture import Capture
from tests.system.music import one_voice
from tests.system.pulse import Pulse

NAME = "bench-attacked"
QUIET_SECONDS = 5.0
WARM_UP = 2000
"""Requests: what is made once, for whoever comes first, is no growth."""


def measure_attack(place: Place, requests: int, say: Callable[[str], None]) -> Attack:
    """Attack jackrf in every way, one after the other; the first is none at all."""
    attacks: dict[str, Callable[[int], None]] = {
        "nobody": lambda _: time.sleep(QUIET_SECONDS),
        f"{IDLE:,} connections that say nothing": crowd,
        "64 that say an octet at a time": lorises,
        f"{requests:,} malformed requests": partial(fuzz, count=requests),
    }
    with ExitStack() as stack:
        stack.enter_context(many_files())
        capture = stack.enter_context(Capture())
        program, port = _jackrf(place, capture.port, stack)
        fuzz(port, WARM_UP)
        cases = []
        for title, attack in attacks.items():
            say(f"attack: {title}")
            cases.append(_case(place, program, title, partial(attack, port)))
            say(f"attack: answered in {cases[-1].longest_ms:.1f} ms at most")
    return Attack(cases=cases)


def _jackrf(place: Place, ear: int, stack: ExitStack) -> tuple[Program, int]:
    """Start jackrf, and return it with its RTSP port."""
    osc, port = place.base_port, place.base_port + 2
    path = place.folder / "attacked.toml"
    path.write_text(f"{one_voice(ear)}[osc]\nport = {osc}\n[listen]\nport = {port}\n")
    command = [*MODULE, "jackrf", "run", str(path), "--server", place.server.name, "--name", NAME]
    program = stack.enter_context(Program(command, place.environment))
    place.wait_for_ports(program, NAME, 1, 2)
    return program, port


def _dropped(place: Place) -> int:
    mixes = jackrf_status(place, NAME)["mixes"].values()
    return sum(one["dropped"] for mix in mixes for one in mix["listeners"])


def _case(place: Place, program: Program, title: str, attack: Callable[[], None]) -> AttackCase:
    dropped, memory, began = _dropped(place), program.memory_kib(), time.monotonic()
    environment = os.environ | place.environment
    with Pulse(NAME, program.pid, environment) as pulse:
        attack()
    found = pulse.found
    return AttackCase(
        title=title,
        seconds=round(time.monotonic() - began, 1),
        answers=found.answers,
        p99_ms=found.p99_ms,
        longest_ms=found.longest_ms,
        own_ms=found.own_ms,
        memory_kib=program.memory_kib() - memory,
        dropped=_dropped(place) - dropped,
    )
