"""What a listener's connection asks of the program behind it: mixes by URL, and places at them."""

from typing import Final, Protocol
from urllib.parse import unquote, urlsplit

from jackrf.rtsp.transport import Transport

Headers = list[tuple[str, str]]

TRACK: Final = "audio"
"""What stands behind a mix's URL in the ``a=control`` of its only stream."""


class RefusedError(Exception):
    """What was asked for is not done.

    Attributes:
        status: of the response.
        headers: of the response.
    """

    def __init__(self, status: int, headers: Headers | None = None) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers or []


class Seat(Protocol):
    """A listener's place at a mix."""

    @property
    def server_port(self) -> tuple[int, int] | None:
        """Our UDP ports; None for interleaved."""
        ...

    @property
    def ssrc(self) -> int | None:
        """Of what it hears; None where that is not known yet."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether it hears nothing any more, whatever its connection does."""
        ...

    def begins_at(self) -> tuple[int | None, int]:
        """Return the sequence number of the next packet, if known, and a timestamp of about now."""
        ...

    def play(self) -> None:
        """Have it hear the mix."""
        ...

    def pause(self) -> None:
        """Send it nothing for now."""
        ...

    def hear(self, channel: int, data: bytes) -> None:
        """Take in an interleaved frame that its listener sent."""
        ...

    def close(self) -> None:
        """Let it go."""
        ...


class House(Protocol):
    """Where the mixes are."""

    def describe(self, mix: str) -> str:
        """Return the SDP of a mix for a listener of this connection.

        Raises:
            RefusedError: it cannot be told now.
        """
        ...

    def seat(self, mix: str, transport: Transport) -> Seat:
        """Return a place for the host at the other end of this connection.

        Raises:
            RefusedError: there is none to be had.
        """
        ...


def mix_of(url: str) -> str | None:
    """Return the id of the mix that a URL, or its only track, is of; None if it is of none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("rtsp", "rtspu", "") or parts.query or parts.fragment:
        return None
    before, mix, *rest = [unquote(name) for name in f"{parts.path}/".split("/")]
    tracks = ([""], ["", ""], [TRACK, ""])
    return mix if mix and not before and rest in tracks else None
