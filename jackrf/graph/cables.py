"""What a port is connected to, in as few calls of libjack as can be.

Each call lets go of the interpreter, and where another Python thread is busy takes it 5 ms to come
by it again; JACK-Client makes ten for a port with one cable, and `jackrf status` asks of all ports.
"""

from collections.abc import Iterator
from typing import Any

import jack


def peers(client: Any, port: str) -> list[str]:
    """Return the full names of all that a port is connected to.

    Args:
        client: a `jack.Client`, whose port it is.
        port: its full name; one that is not there is connected to nothing.
    """
    pointer = jack._lib.jack_port_by_name(client._ptr, port.encode())
    if not pointer:
        return []
    names = jack._lib.jack_port_get_all_connections(client._ptr, pointer)
    if not names:
        return []
    try:
        return list(_strings(names))
    finally:
        jack._lib.jack_free(names)


def _strings(array: Any) -> Iterator[str]:
    """Yield what stands in a ``const char **`` that a null pointer ends."""
    number = 0
    while array[number]:
        yield jack._ffi.string(array[number]).decode(errors="replace")
        number += 1
