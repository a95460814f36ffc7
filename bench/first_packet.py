"""How soon after the start of ``jackrf run`` the first packet is at its listener."""

import socket
import time
from collections.abc import Callable

from bench.cases import SMALL
from bench.clients import JACKRF
from bench.place import Place
from bench.results import FirstPacket
from jackrf.errors import JackrfError

LONGEST_SECONDS = 120.0
"""For the very first start, which compiles."""


def take_start(place: Place) -> float:
    """Return the seconds from the start of the process to the first packet."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", place.base_port))
        listener.settimeout(LONGEST_SECONDS)
        start = time.monotonic()
        with JACKRF.program(place, SMALL) as program:
            try:
                listener.recv(2048)
            except TimeoutError:
                raise JackrfError(f"no packet came; jackrf printed: {program.printed}") from None
            return time.monotonic() - start


def measure_first_packet(place: Place, runs: int, say: Callable[[str], None]) -> FirstPacket:
    """Start jackrf once to warm the cache, then so many times."""
    say("first packet: warming the cache")
    take_start(place)
    seconds = []
    for number in range(runs):
        say(f"first packet: run {number + 1} of {runs}")
        seconds.append(round(take_start(place), 3))
    return FirstPacket(seconds=seconds)
