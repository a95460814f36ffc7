"""What a session says about the web page."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from jackrf.errors import InputError

DEFAULT_PORT = 8080
DEFAULT_HTTPS_PORT = 8443


@dataclass(frozen=True, slots=True)
class Settings:
    """The table ``[web]`` of a session.

    Attributes:
        listen: numeric address that the page is served on.
        port: of http.
        https_port: of https; of UDP, too, for WebTransport: each further relay has the next one.
        name: by which browsers know this machine, if not by its address; empty for none.
        certificate: of that name with its chain, PEM; None for one that jackrf makes.
        key: of the certificate, PEM.
        relays: processes that serve it at the most; 0 for one for each processor.
    """

    listen: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    https_port: int = DEFAULT_HTTPS_PORT
    name: str = ""
    certificate: Path | None = None
    key: Path | None = None
    relays: int = 0


def check_packages(what: str) -> None:
    """Look whether what the page needs is installed.

    Raises:
        InputError: it is not; `what` says what needs it.
    """
    if any(find_spec(needed) is None for needed in ("aiohttp", "cryptography")):
        raise InputError(f'{what} needs more than jackrf alone: pip install "jackrf[web]"')
