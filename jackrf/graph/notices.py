"""What JACK tells a client, from the pipe that its compiled callbacks write into, as events.

    notices = Notices(client)               # before the client is active
    loop.add_reader(notices.fileno(), ...)  # readable while something is not taken in
    notices.get_nowait()                    # as from a queue, on our own thread
    notices.close()                         # after the client

No Python runs on a thread of JACK's (`jackrf.realtime.notify` says why). A pipe that is full makes
nobody wait: the event ``missed`` then says that everything is to be looked at again.
"""

import contextlib
import fcntl
import os
import queue
import select
import struct
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

import jack
import numpy as np

from jackrf.errors import JackServerError
from jackrf.graph.binding import install, pointer_of
from jackrf.realtime import notify
from jackrf.realtime.context import address

PIPE_BYTES: Final = 1 << 20
"""As much as Linux lets everybody have (``/proc/sys/fs/pipe-max-size``): 10,000 notices."""
AT_ONCE: Final = 1 << 16

EventKind = Literal[
    "shutdown",
    "xrun",
    "period",
    "freewheel",
    "port",
    "rename",
    "connection",
    "property",
    "missed",
]

KINDS: Final[dict[int, tuple[EventKind, int]]] = {
    notify.SHUTDOWN: ("shutdown", 1),
    notify.XRUN: ("xrun", 0),
    notify.PERIOD: ("period", 0),
    notify.FREEWHEEL: ("freewheel", 0),
    notify.PORT: ("port", 1),
    notify.RENAME: ("rename", 2),
    notify.CONNECTION: ("connection", 2),
    notify.PROPERTY: ("property", 1),
}
"""By the number in a notice: how it is called, and how many texts it has."""

HEAD: Final = struct.Struct("=QIHH")
"""`jackrf.realtime.notify.NOTICE`"""

CALLBACKS: Final = (
    ("jack_on_info_shutdown", "JackInfoShutdownCallback", notify.hear_shutdown),
    ("jack_set_xrun_callback", "JackXRunCallback", notify.hear_xrun),
    ("jack_set_buffer_size_callback", "JackBufferSizeCallback", notify.hear_period),
    ("jack_set_freewheel_callback", "JackFreewheelCallback", notify.hear_freewheel),
    ("jack_set_port_registration_callback", "JackPortRegistrationCallback", notify.hear_port),
    ("jack_set_port_rename_callback", "JackPortRenameCallback", notify.hear_rename),
    ("jack_set_port_connect_callback", "JackPortConnectCallback", notify.hear_connection),
    ("jack_set_property_change_callback", "JackPropertyChangeCallback", notify.hear_property),
)
"""By which function of libjack each callback is installed, and its type in jack/types.h."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that JACK told.

    Attributes:
        kind: shutdown (the server is gone), xrun, period (a new size), freewheel, port (one
            appeared or went), rename (of a port), connection (one was made or broken), property
            (metadata changed), missed (more was told than could be kept: whoever follows ports,
            connections or names looks at all of them again; shutdown, xrun and freewheel are
            never missed).
        value: frames for period, 0 or 1 for freewheel, port and connection, the UUID for property.
        text: the reason of a shutdown, the name of a port, its old and its new name, both names of
            a connection, or the key of a property ('' for all of them).
    """

    kind: EventKind
    value: int = 0
    text: tuple[str, ...] = ()


class Notices:
    """What one client is told, read like a queue by one thread.

    Args:
        client: of JACK-Client, not active yet.
        pipe_bytes: how much is kept that is not taken in.

    Raises:
        JackServerError: JACK takes no callbacks of this client, for example because it is active.
    """

    def __init__(self, client: Any, pipe_bytes: int = PIPE_BYTES) -> None:
        self._memory = np.zeros(1, notify.NOTIFIER)
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        with contextlib.suppress(OSError):
            # A user who has too many such pipes gets one of 64 KiB.
            fcntl.fcntl(self._write, fcntl.F_SETPIPE_SZ, pipe_bytes)
        self._open = True
        self._rest = b""
        self._events: deque[Event] = deque()
        self._xruns = self._missed = 0
        self._memory["pipe"] = self._write
        self._memory["client"] = pointer_of(client)
        self._client = client
        if not self._install(silent=False):
            self.close()
            raise JackServerError(f"JACK takes no callbacks of {client.name}: it is active")

    def _install(self, *, silent: bool) -> bool:
        taken = []
        for setter, kind, compiled in CALLBACKS:
            # JACK 1 has no callback for ports that are renamed.
            with contextlib.suppress(AttributeError):
                function = None if silent else compiled
                taken.append(install(self._client, setter, kind, function, address(self._memory)))
        return all(taken)

    def silence(self) -> None:
        """Have JACK tell nothing any more, after the client was deactivated and before it closes.

        libjack ends the thread that reads what jackd tells before it says that it closes. If much
        is being told, its socket is full by then, and jackd waits for ever, with all its clients.
        """
        self._install(silent=True)
        # The server has answered: it has not waited for us, and tells us no more from here on.
        with contextlib.suppress(jack.JackError):
            self._client.get_uuid_for_client_name(self._client.name)

    def fileno(self) -> int:
        """Return the descriptor that is readable while something is not taken in."""
        return self._read

    @property
    def gone(self) -> bool:
        """Whether the server is gone, be that taken in or not."""
        return bool(self._memory["gone"][0])

    def follow_freewheel(self, at: int) -> None:
        """Have the uint32 at an address be 1 while JACK freewheels, from before the first cycle."""
        self._memory["freewheel_at"] = at

    def gather(self) -> None:
        """Take in what is in the pipe; `get` and `get_nowait` return it."""
        if not self._open:
            return
        with contextlib.suppress(BlockingIOError):
            while True:
                self._events.extend(self._parse(self._rest + os.read(self._read, AT_ONCE)))
        missed = int(self._memory["missed"][0])
        if missed != self._missed:
            self._missed = missed
            self._events.extend(self._made_up())

    def _parse(self, data: bytes) -> Iterator[Event]:
        at = 0
        while len(data) - at >= HEAD.size:
            value, number, first, second = HEAD.unpack_from(data, at)
            start = at + HEAD.size
            middle, end = start + first, start + first + second
            if end > len(data):
                break
            at = end
            kind, texts = KINDS[number]
            if kind == "xrun":
                if self._xruns == self._memory["xruns"][0]:
                    continue
                self._xruns += 1
            found = data[start:middle], data[middle:end]
            yield Event(kind, value, tuple(text.decode(errors="replace") for text in found[:texts]))
        self._rest = data[at:]

    def _made_up(self) -> Iterator[Event]:
        """Tell what stands in memory, in place of notices that were missed."""
        memory = self._memory[0]
        while self._xruns < memory["xruns"]:
            self._xruns += 1
            yield Event("xrun")
        yield Event("freewheel", int(memory["freewheel"]))
        yield Event("missed")
        if memory["gone"]:
            yield Event("shutdown", 0, ("",))

    def get_nowait(self) -> Event:
        """Return the next event.

        Raises:
            queue.Empty: there is none.
        """
        if not self._events:
            self.gather()
        if not self._events:
            raise queue.Empty
        return self._events.popleft()

    def get(self, timeout: float) -> Event:
        """Return the next event; wait for it.

        Args:
            timeout: seconds.

        Raises:
            queue.Empty: there is none in this time.
        """
        deadline = time.monotonic() + timeout
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        while True:
            with contextlib.suppress(queue.Empty):
                return self.get_nowait()
            if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000.0):
                raise queue.Empty

    def empty(self) -> bool:
        """Whether `get_nowait` would raise."""
        if not self._events:
            self.gather()
        return not self._events

    def close(self) -> None:
        """Close the pipe, once the client is closed. Events that were gathered can be read still.

        Whoever waits for the descriptor lets go of it before.
        """
        if self._open:
            self._open = False
            self._memory["pipe"] = -1
            os.close(self._write)
            os.close(self._read)
