"""Opening a JACK client under exactly its name, on a server that is there already."""

from typing import Any

import jack

from jackrf.errors import InputError, JackServerError

LONGEST_NAME = 63
"""Bytes of a client's name (JACK_CLIENT_NAME_SIZE, jack2/common/JackConstants.h)."""


def open_client(name: str, server: str | None) -> Any:
    """Return a `jack.Client`; never one named ``name-01``, and no server is ever started.

    Args:
        name: of the client.
        server: JACK server name, None for the default one.

    Raises:
        JackServerError: there is no such server, or it refused.
        InputError: another client has this name, or it is too long.
    """
    try:
        return jack.Client(name, use_exact_name=True, no_start_server=True, servername=server)
    except jack.JackOpenError as error:
        no_server = error.status.server_failed
    where = f"a JACK server named {server!r}" if server else "a JACK server"
    if no_server:
        option = f" -n {server}" if server else ""
        raise JackServerError(
            f"{where} is not running: start one, for example in QjackCtl or with "
            f"`jackd{option} -d alsa` (`jackd{option} -d dummy` without a sound card), "
            "or wait for one with --wait"
        )
    size = len(name.encode())
    if size > LONGEST_NAME:
        raise InputError(
            f"--name {name}: {size} bytes, JACK allows {LONGEST_NAME} in a client's name"
        )
    if _is_taken(name, server):
        raise InputError(
            f"JACK refused a client named {name!r} because another one has this name: "
            "stop that one, or choose another name with --name"
        )
    raise JackServerError(
        f"JACK refused a client named {name!r}: the server is just starting or ending, "
        "or has as many clients as it allows"
    )


def dies_without_a_word() -> bool:
    """Whether libjack does not tell its clients that the server is gone: PipeWire's does not.

    PipeWire counts its libjack as version 3; tried with 0.3.65.
    """
    return bool(jack.version()[0] >= 3)


def _is_taken(name: str, server: str | None) -> bool:
    # jackd does not say so where it is asked for exactly this name.
    try:
        probe = jack.Client(name, no_start_server=True, servername=server)
    except jack.JackOpenError:
        return False
    try:
        return bool(probe.name != name)
    finally:
        probe.close()
