"""Where the page's sound comes from: a desk in this process, or one on another machine."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from jackrf.audience.sockets import take_datagrams
from jackrf.desk import Desk
from jackrf.rtp.stream import PAYLOADS
from jackrf.web.plan import Clock

OWNER: Final = "web"


@dataclass(frozen=True, slots=True)
class Heard:
    """A mix that the page has.

    Attributes:
        id: of the session.
        name: what people call it.
        sample_bytes: of its packets, 2 or 3.
        encrypted: whether it is heard only where nobody else can, and so not on a page.
    """

    id: str
    name: str
    sample_bytes: int
    encrypted: bool = False


class Sound(Protocol):
    """Mixes, and how they are heard."""

    @property
    def name(self) -> str:
        """Of the session."""
        ...

    @property
    def mixes(self) -> Sequence[Heard]:
        """All of them, in the order of the session."""
        ...

    @property
    def clock(self) -> Clock | None:
        """Of JACK, as it runs now; None while that is not known."""
        ...

    def hear(self, mix: str, to: socket.socket) -> Callable[[], None] | None:
        """Have the RTP of a mix sent from now on; return what ends it, None if it is not heard.

        Args:
            mix: its id.
            to: a datagram socket, non-blocking, which stays the caller's.
        """
        ...


class DeskSound:
    """The sound of a running desk: the audio thread sends it.

    Args:
        desk: that runs.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def name(self) -> str:
        """Of the session."""
        return self._desk.name

    @property
    def mixes(self) -> Sequence[Heard]:
        """All of them, in port order."""
        return [
            Heard(
                mix.id,
                mix.name,
                PAYLOADS[self._desk.plans[mix.id].encoding].sample_bytes,
                self._desk.plans[mix.id].key is not None,
            )
            for mix in self._desk.mixer.mixes
        ]

    @property
    def clock(self) -> Clock | None:
        """Of JACK; None while it is away."""
        client = self._desk.client
        return None if client is None else Clock(client.samplerate, client.period)

    def hear(self, mix: str, to: socket.socket) -> Callable[[], None] | None:
        """Have the audio thread send a mix.

        An encrypted one has its faders on the page and is not heard there: a page may come by http.
        """
        if self._desk.plans[mix].key is not None:
            return None
        number = self._desk.mixer.mix_number[mix]
        own = take_datagrams(number, to, "web page", OWNER)
        self._desk.audience.join(own)
        return lambda: self._desk.audience.leave(own)
