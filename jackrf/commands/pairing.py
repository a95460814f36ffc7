"""``jackrf pin`` and ``jackrf pair``: let a tablet in."""

from jackrf.control import request
from jackrf.errors import InputError


def pin(mix: str | None, *, engineer: bool, client: str) -> None:
    """Make a new PIN in place of the old one, and print it.

    Args:
        mix: id of the mix that it opens.
        engineer: whether it opens everything.
        client: name of the running jackrf.

    Raises:
        InputError: neither a mix nor the engineer is named, or both.
        JackrfError: no jackrf is running, or it has no such mix.
    """
    _check_one(mix, engineer=engineer)
    made = request(client, {"do": "pin", "mix": mix})
    whom = f"mix {mix}" if mix else "the engineer"
    print(f"{made}  is the PIN of {whom} from now on; a surface sends /pair with it")


def pair(host: str, *, mix: str | None, engineer: bool, port: int, client: str) -> None:
    """Let a host change a mix, or everything, and have it told what changes, until jackrf ends.

    Args:
        host: its IP address.
        mix: id of the mix.
        engineer: whether it may change everything.
        port: where it listens.
        client: name of the running jackrf.

    Raises:
        InputError: neither a mix nor the engineer is named, or both.
        JackrfError: no jackrf is running, or it refuses.
    """
    _check_one(mix, engineer=engineer)
    request(client, {"do": "pair", "host": host, "port": port, "mix": mix})
    role = f'mix = "{mix}"' if mix else 'role = "engineer"'
    print(f"{host} may change {f'mix {mix}' if mix else 'everything'}, and is told on port {port}.")
    print("To have it so the next time, write into the session:")
    print(f'\n[[osc.surfaces]]\nhost = "{host}"\nport = {port}\n{role}')


def _check_one(mix: str | None, *, engineer: bool) -> None:
    if (mix is None) != engineer:
        raise InputError("name a mix, or --engineer, and not both")
