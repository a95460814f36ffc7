"""The porter: takes each connection in the main process, and hands it on to a relay unread.

The sockets that listen are his, so that a port is taken or not before anything else begins, and who
comes while a relay is begun anew waits and is not refused. How much of it there can be is bounded:
a flood costs the main process a few percent of a core, and whoever floods is closed first.
"""

import asyncio
import contextlib
import socket
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Final

from jackrf.lan.limits import TokenBucket
from jackrf.reminder import Reminder

PER_SECOND: Final = 1000.0
"""Connections in all; more wait in the kernel's queue, or fall out of it."""
HOST_PER_SECOND: Final = 50.0
HOST_BURST: Final = 150.0
"""Of one host; a page that is loaded makes some six."""
MOST_HOSTS: Final = 1024
AT_ONCE: Final = 16
"""Taken before anything else of the main process has its turn."""
PAUSE_SECONDS: Final = 0.05

PLAIN: Final = b"h"
SECURE: Final = b"s"
"""What a relay is told with a connection: whether it is http or https."""


class Porter:
    """Hands connections on.

    Attributes:
        refused: connections that were closed instead.

    Args:
        doors: sockets that listen, by `PLAIN` or `SECURE`; owned from here on.
        choose: returns a relay's end for a host, by which `receive` has its connection; None where
            there is none just now.
    """

    def __init__(
        self, doors: Mapping[bytes, socket.socket], choose: Callable[[str], socket.socket | None]
    ) -> None:
        self.refused = 0
        self._doors = doors
        self._choose = choose
        self._all = TokenBucket(PER_SECOND, PER_SECOND)
        self._hosts: OrderedDict[str, TokenBucket] = OrderedDict()
        self._pause = Reminder(self._resume)
        self._is_open = False

    def open(self) -> None:
        """Take connections from now on."""
        if not self._is_open:
            self._is_open = True
            self._resume()

    def shut(self) -> None:
        """Let who comes wait."""
        self._is_open = False
        self._pause.drop()
        for door in self._doors.values():
            asyncio.get_running_loop().remove_reader(door)

    def close(self) -> None:
        """Listen no more."""
        self.shut()
        for door in self._doors.values():
            door.close()

    def _resume(self) -> None:
        for kind, door in self._doors.items():
            asyncio.get_running_loop().add_reader(door, self._take, kind, door)

    def _rest(self) -> None:
        """Look again in a moment: there were too many, or too few descriptors are left."""
        self.shut()
        self._is_open = True
        self._pause.within(PAUSE_SECONDS)

    def _take(self, kind: bytes, door: socket.socket) -> None:
        now = asyncio.get_running_loop().time()
        for _ in range(AT_ONCE):
            if not self._all.take(now):
                self._rest()
                return
            try:
                come, address = door.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                self._rest()
                return
            with come:
                self._hand_on(kind, come, str(address[0]), now)

    def _hand_on(self, kind: bytes, come: socket.socket, host: str, now: float) -> None:
        relay = self._choose(host) if self._bucket(host).take(now) else None
        if relay is not None:
            with contextlib.suppress(OSError):
                socket.send_fds(relay, [kind], [come.fileno()], socket.MSG_DONTWAIT)
                return
        self.refused += 1

    def _bucket(self, host: str) -> TokenBucket:
        found = self._hosts.pop(host, None) or TokenBucket(HOST_PER_SECOND, HOST_BURST)
        self._hosts[host] = found
        if len(self._hosts) > MOST_HOSTS:
            self._hosts.popitem(last=False)
        return found


def receive(handed: socket.socket) -> tuple[bytes, socket.socket] | None:
    """Return a connection that was handed on, and its kind; None when there will be no more.

    Args:
        handed: the relay's end, of a Unix stream.

    Raises:
        BlockingIOError: there is none just now.
    """
    try:
        # A descriptor is never read beyond (unix(7)): one byte is one connection.
        kind, descriptors, _, _ = socket.recv_fds(handed, 1, 1)
    except ConnectionError:
        return None
    if not kind or not descriptors:
        return None
    come = socket.socket(fileno=descriptors[0])
    come.setblocking(False)
    return kind, come
