"""JACK's metadata of one client: what programs show of it and its ports instead of short names.

A server without metadata is no reason to stop: there, nothing is shown. Nothing here may be called
on a thread of JACK's.

All servers of a user keep it in one database, whose lock a program takes with it when it is killed
at the wrong moment: whoever asks then waits for ever (jackd2 1.9.21). So nothing is asked on the
caller's thread, and where no answer comes nothing is shown any more.
"""

import contextlib
import time
from collections import defaultdict, deque
from typing import Any

import jack

from jackrf.patchbay.patience import Patience
from jackrf.patchbay.ports import PortName

ECHO_SECONDS = 2.0
"""How long what we write may take to come back to us as news."""
ICON = "audio-headphones"
NUMBER_TYPE = "http://www.w3.org/2001/XMLSchema#int"


class Metadata:
    """Names, order and groups of a client's ports.

    Args:
        client: of JACK-Client.
        pretty: shown instead of the client's name.
    """

    def __init__(self, client: Any, pretty: str) -> None:
        self._client = client
        self._pretty = pretty
        self._ports: dict[str, tuple[Any, PortName]] = {}
        self._by_uuid: dict[int, str] = {}
        self._echoes: dict[int, deque[float]] = defaultdict(deque)
        self._patience = Patience()

    @property
    def hangs(self) -> bool:
        """Whether JACK's database does not answer."""
        return self._patience.hangs

    def add(self, port: Any, name: PortName) -> None:
        """Have a port that was registered shown under a name, once `tell` is called."""
        self._ports[port.shortname] = port, name

    def tell(self) -> None:
        """Write everything; programs that show metadata show it from now on."""
        self._patience.ask(self._tell, None)

    def _tell(self) -> None:
        own = self._client.uuid
        self._describe(own, jack.METADATA_PRETTY_NAME, self._pretty)
        self._describe(own, jack.METADATA_ICON_NAME, ICON)
        for short, (port, name) in self._ports.items():
            self._by_uuid[port.uuid] = short
            self._describe(port.uuid, jack.METADATA_PRETTY_NAME, name.pretty)
            self._describe(port.uuid, jack.METADATA_PORT_GROUP, name.group)
            self._describe(port.uuid, jack.METADATA_ORDER, str(name.order), NUMBER_TYPE)

    def rename_client(self, pretty: str) -> None:
        """Have something else shown instead of the client's name."""
        if pretty != self._pretty:
            self._pretty = pretty
            self._patience.ask(
                lambda: self._describe(self._client.uuid, jack.METADATA_PRETTY_NAME, pretty), None
            )

    def rename(self, short: str, name: PortName) -> None:
        """Have a port shown otherwise; what is shown so already is not written again."""
        self._patience.ask(lambda: self._rename(short, name), None)

    def _rename(self, short: str, name: PortName) -> None:
        port, before = self._ports[short]
        self._ports[short] = port, name
        if self._name_of(port.uuid) != name.pretty:
            self._describe(port.uuid, jack.METADATA_PRETTY_NAME, name.pretty)
        if before.group != name.group:
            self._describe(port.uuid, jack.METADATA_PORT_GROUP, name.group)

    def shown(self, short: str) -> str | None:
        """Return how one of our ports is shown now; None for nothing."""
        port, _ = self._ports[short]
        return self.pretty_name(port.uuid)

    def heard(self, subject: int, key: str) -> tuple[str, str] | None:
        """Return which of our ports a change is about, and how it is shown now.

        Returns:
            Its short name, and its name for people; None if the change is about something else,
            is our own, or if somebody took that name away, which is a person's good right.
        """
        short = self._by_uuid.get(subject)
        if short is None or key != jack.METADATA_PRETTY_NAME or self._is_echo(subject):
            return None
        pretty = self.pretty_name(subject)
        return None if pretty is None else (short, pretty)

    def expect_no_echo(self) -> None:
        """Take the next news of each name for somebody's: what our own writing made was missed."""
        self._echoes.clear()

    def _is_echo(self, subject: int) -> bool:
        """Whether news of a name is our own, come back: each writing does so once.

        What stands there by then is not asked: all servers of a user keep their metadata in one
        place, where two ports of two servers may have one UUID.
        """
        echoes, now = self._echoes[subject], time.monotonic()
        while echoes and echoes[0] < now:
            echoes.popleft()
        if not echoes:
            return False
        echoes.popleft()
        return True

    def pretty_name(self, subject: int) -> str | None:
        """Return what is shown of a port or a client, anybody's; None for nothing."""
        return self._patience.ask(lambda: self._name_of(subject), None)

    @staticmethod
    def _name_of(subject: int) -> str | None:
        try:
            found = jack.get_property(subject, jack.METADATA_PRETTY_NAME)
        except jack.JackError:
            return None
        return None if found is None else found[0].decode(errors="replace")

    def _describe(self, subject: int, key: str, value: str, kind: str = "text/plain") -> None:
        with contextlib.suppress(jack.JackError):
            self._client.set_property(subject, key, value, kind)
            if key == jack.METADATA_PRETTY_NAME:
                self._echoes[subject].append(time.monotonic() + ECHO_SECONDS)
