"""Announces streams by SAP every ten seconds, and takes them back at the end.

Each stream is announced on the network on which it is sent. A stream whose description changes, as
with JACK's period, is taken back and announced anew, with the next version.
"""

import contextlib
import ipaddress
import socket
import sys
from collections.abc import Sequence
from typing import NamedTuple

from jackrf.announcing.sap import GROUPS, PORT, REPEAT_SECONDS, TTL, announcement
from jackrf.desk import Desk
from jackrf.errors import JackrfError
from jackrf.reminder import Reminder
from jackrf.reports import describe

LOOK_SECONDS = 1.0
"""How often it is looked for something to announce, while there is nothing: JACK may be away."""

Stream = tuple[str, int]
"""A mix's id, and which of its destinations."""


class Told(NamedTuple):
    """What is announced: our address, by which interface (None: the address's own), the SDP."""

    origin: str
    interface: str | None
    text: str


class Announcer:
    """Announces the streams of some mixes.

    Args:
        desk: that sends them.
        mixes: ids of those that are announced.
    """

    def __init__(self, desk: Desk, mixes: Sequence[str]) -> None:
        self._desk = desk
        self._mixes = mixes
        self._told: dict[Stream, Told] = {}
        self._versions: dict[Stream, int] = {}
        self._reminder = Reminder(self.tell)

    @property
    def announced(self) -> list[str]:
        """Ids of the mixes that are announced now."""
        return sorted({mix for mix, _ in self._told})

    def start(self) -> None:
        """Begin; nothing is done where no mix is to be announced."""
        if self._mixes:
            self.tell()

    def tell(self) -> None:
        """Announce what there is now, and again after ten seconds."""
        for stream, now in self._current().items():
            before = self._told.get(stream)
            if before is not None and before != now:
                _send(before, delete=True)
            self._told[stream] = now
            _send(now)
        self._reminder.within(REPEAT_SECONDS if self._told else LOOK_SECONDS)

    def _current(self) -> dict[Stream, Told]:
        """Return what there is to announce; nothing while there is no JACK server."""
        found = {}
        for mix in self._mixes:
            number = self._desk.mixer.mix_number[mix]
            everybody = self._desk.audience.listeners
            sent = [one for one in everybody if one.mix == number and one.destination]
            for place, listener in enumerate(sent):
                if ipaddress.ip_address(listener.sender.partition("%")[0]).version != 4:
                    continue
                interface = listener.destination.interface if listener.destination else None
                with contextlib.suppress(JackrfError):
                    text = self._described((mix, place))
                    found[mix, place] = Told(listener.sender, interface, text)
        return found

    def _described(self, stream: Stream) -> str:
        version = self._versions.setdefault(stream, 1)
        text = describe(self._desk, *stream, version=version)
        told = self._told.get(stream)
        if told is None or told.text == text:
            return text
        self._versions[stream] = version + 1
        return describe(self._desk, *stream, version=version + 1)

    def close(self) -> None:
        """Take back what was announced. Harmless when called again."""
        self._reminder.drop()
        for told in self._told.values():
            _send(told, delete=True)
        self._told.clear()


def _send(told: Told, *, delete: bool = False) -> None:
    packet = announcement(told.origin, told.text, delete=delete)
    # A network that is down is told of it the next time.
    with socket.socket(type=socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.setblocking(False)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, TTL)
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _by(told))
        sender.bind((told.origin, 0))
        for group in GROUPS:
            sender.sendto(packet, (group, PORT))


def _by(told: Told) -> bytes:
    """Return a struct ip_mreqn (ip(7)): group, address, and the number of an interface."""
    number = 0 if told.interface is None else socket.if_nametoindex(told.interface)
    return bytes(4) + socket.inet_aton(told.origin) + number.to_bytes(4, sys.byteorder)
