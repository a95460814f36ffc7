"""JACK-Client's inside: the one module that uses its private names.

JACK-Client has no public way to give libjack a C function, nor to tell where a client or a port is
in memory. ``tests/graph/test_binding.py`` fails by name when a release renames what is used here.
"""

from collections.abc import Iterator
from typing import Any

import jack

from jackrf.realtime.quiet import quiet


def pointer_of(owner: Any) -> int:
    """Return the ``jack_client_t *`` of a client, or the ``jack_port_t *`` of a port."""
    return int(jack._ffi.cast("uintptr_t", owner._ptr))


def install(client: Any, setter: str, kind: str, compiled: Any, argument: int) -> bool:
    """Give libjack a compiled callback, or none; the caller keeps it and its argument alive.

    Args:
        client: of JACK-Client.
        setter: the function of libjack that takes it.
        kind: the callback's type in jack/types.h.
        compiled: what ``numba.cfunc`` made, of that type; None takes away what was given.
        argument: an address, the callback's ``arg``.

    Returns:
        Whether JACK took it: it takes none of an active client.

    Raises:
        AttributeError: this libjack has no such callback.
    """
    function = jack._ffi.cast(kind, 0 if compiled is None else compiled.address)
    # jack_on_info_shutdown returns nothing.
    return not getattr(jack._lib, setter)(client._ptr, function, jack._ffi.cast("void *", argument))


def silence() -> None:
    """Have libjack print nothing: each failure that matters is told in a line of our own."""
    say_nothing = jack._ffi.cast("void (*)(const char *)", quiet.address)
    jack._lib.jack_set_error_function(say_nothing)
    jack._lib.jack_set_info_function(say_nothing)


def peers(client: Any, port: str) -> list[str]:
    """Return the full names of all that a port is connected to.

    In as few calls of libjack as can be: each lets go of the interpreter, and where another Python
    thread is busy takes 5 ms to come by it again. JACK-Client makes ten for a port with one cable,
    and `jackrf status` asks of all ports.

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
