"""What a session says about the web page."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_PORT = 8080
DEFAULT_HTTPS_PORT = 8443


@dataclass(frozen=True, slots=True)
class Settings:
    """The table ``[web]`` of a session.

    Attributes:
        listen: numeric address that the page is served on.
        port: of http.
        https_port: of https; of UDP, too, for WebTransport.
        name: by which browsers know this machine, if not by its address; empty for none.
        certificate: of that name with its chain, PEM; None for one that jackrf makes.
        key: of the certificate, PEM.
    """

    listen: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    https_port: int = DEFAULT_HTTPS_PORT
    name: str = ""
    certificate: Path | None = None
    key: Path | None = None
