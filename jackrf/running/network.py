"""The network under a running desk: when it changes, listeners that were lost are looked for.

The kernel tells of every link, address and route that comes or goes (rtnetlink(7)), so nothing has
to look for them: a cable that is back is heard at once.
"""

import asyncio
import contextlib
import socket

from jackrf.desk import Desk
from jackrf.reminder import Reminder

SETTLE_SECONDS = 0.1
"""After the first word: an address comes with its routes, and many come together."""
LOOK_SECONDS = 2.0
"""Where the kernel may not tell."""

_LINKS, _ADDRESSES, _ADDRESSES_6, _ROUTES, _ROUTES_6 = 0x1, 0x10, 0x100, 0x40, 0x400
_GROUPS = _LINKS | _ADDRESSES | _ADDRESSES_6 | _ROUTES | _ROUTES_6
"""RTMGRP_* of linux/rtnetlink.h."""
_MOST_AT_ONCE = 64
_LONGEST = 8192


class Network:
    """Mends the audience of one desk.

    Args:
        desk: whose.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._socket: socket.socket | None = None
        self._reminder = Reminder(self._mend)

    def start(self) -> None:
        """Begin to listen, on the running loop; where that is not allowed, look now and then."""
        kind = socket.SOCK_RAW | socket.SOCK_NONBLOCK
        try:
            self._socket = socket.socket(socket.AF_NETLINK, kind, socket.NETLINK_ROUTE)
        except OSError:
            self._mend()
            return
        self._socket.bind((0, _GROUPS))
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._hear)

    def close(self) -> None:
        """End. Harmless when called again."""
        self._reminder.drop()
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _hear(self) -> None:
        # What changed is not read: all that is lost is looked for. Too much news is an error of
        # its own (ENOBUFS), and news.
        with contextlib.suppress(OSError):
            for _ in range(_MOST_AT_ONCE):
                if self._socket is not None:
                    self._socket.recv(_LONGEST)
        self._reminder.within(SETTLE_SECONDS)

    def _mend(self) -> None:
        self._desk.audience.mend()
        if self._socket is None:
            self._reminder.within(LOOK_SECONDS)
