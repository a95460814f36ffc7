"""Hears an encrypted stream (SRTP), and passes on what it was: the receiver knows nothing of it.

A thread of its own opens packets as they come and sends them over loopback, as the ones of a TCP
connection are; reports to the sender go the other way. What cannot be opened is thrown away: it is
not of this sender, or came before.
"""

import contextlib
import selectors
import socket
import sys
import threading
from typing import Final

from jackrf.rtp.crypto import Crypto
from jackrf.rtsp.ports import pair
from jackrf.srtp.library import Opener, Sealer

LONGEST: Final = 2048
PATIENCE: Final = 5.0
MOST_AT_ONCE: Final = 64
PUZZLING: Final = 200
"""Packets that none of could be opened, after which people are told."""
WHY: Final = (
    "packets come that cannot be opened: they are of another key, or their sender did not notice "
    "that nobody was here before; start it, or this, anew"
)

Address = tuple[str, int] | tuple[str, int, int, int]


class Unsealing:
    """One stream.

    Attributes:
        hearing: plain packets come here; bound and non-blocking.
        reports: plain RTCP, both ways; bound and non-blocking.
        opened: packets that were.
        refused: packets that could not be.

    Args:
        crypto: of the stream.
        hearing: where it comes; owned from here on.
        reports: of RTCP; owned from here on. None for none.

    Raises:
        OSError: no ports are free.
    """

    def __init__(
        self, crypto: Crypto, hearing: socket.socket, reports: socket.socket | None
    ) -> None:
        self.opened = self.refused = 0
        self._outer, self._outer_reports = hearing, reports
        self._stop, self._stopped = socket.socketpair()
        self.hearing, self.reports = pair("127.0.0.1")
        self._near, self._near_reports = pair("127.0.0.1")
        self._near.connect(self.hearing.getsockname())
        self._near_reports.connect(self.reports.getsockname())
        every = (hearing, reports, self.hearing, self.reports, self._near, self._near_reports)
        for one in every:
            if one is not None:
                one.setblocking(False)
        self._sender: Address | None = None
        self._reporter: Address | None = None
        self.turn(crypto)
        self._thread = threading.Thread(target=self._live, name="jackrf-srtp", daemon=True)
        self._thread.start()

    def turn(self, crypto: Crypto) -> None:
        """Open a stream of another key from now on."""
        self._tools = Opener(crypto), Sealer(crypto)
        self._puzzled = 0

    def _live(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._stopped, selectors.EVENT_READ)
            selector.register(self._outer, selectors.EVENT_READ, self._open)
            selector.register(self._near_reports, selectors.EVENT_READ, self._tell)
            if self._outer_reports is not None:
                selector.register(self._outer_reports, selectors.EVENT_READ, self._hear)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    with contextlib.suppress(OSError):
                        key.data()

    def _open(self) -> None:
        for _ in range(MOST_AT_ONCE):
            data, sender = self._outer.recvfrom(LONGEST)
            plain = self._tools[0].packet(data)
            if plain is None:
                self._refuse()
                continue
            self.opened += 1
            self._puzzled = -1
            self._sender = sender
            with contextlib.suppress(OSError):
                self._near.send(plain)

    def _refuse(self) -> None:
        self.refused += 1
        if self._puzzled >= 0:
            self._puzzled += 1
        if self._puzzled == PUZZLING:
            print(f"jackrf: {WHY}", file=sys.stderr, flush=True)
            self._puzzled = -1

    def _hear(self) -> None:
        for _ in range(MOST_AT_ONCE):
            if self._outer_reports is None:
                return
            data, sender = self._outer_reports.recvfrom(LONGEST)
            plain = self._tools[0].report(data)
            if plain is not None:
                self._reporter = sender
                with contextlib.suppress(OSError):
                    self._near_reports.send(plain)

    def _tell(self) -> None:
        """Send a report to where its sender's own came from, or the port above its packets'."""
        data = self._near_reports.recv(LONGEST)
        to = self._reporter
        if to is None and self._sender is not None:
            host, port, *rest = self._sender
            to = (host, port + 1, *rest)  # type: ignore[assignment]
        if self._outer_reports is not None and to is not None:
            self._outer_reports.sendto(self._tools[1].report(data), to)

    def close(self) -> None:
        """End it. `hearing` and `reports` are closed by whoever took them over."""
        self._stop.send(b".")
        self._thread.join(PATIENCE)
        outer = (self._outer, self._outer_reports)
        for one in (self._stop, self._stopped, self._near, self._near_reports, *outer):
            if one is not None:
                one.close()
