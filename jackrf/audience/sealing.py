"""Listeners of an encrypted mix: the audio thread sends to a relay, which seals and sends on.

    sealer = Sealer()
    listener = sealer.seal(open_listener(0, parse_url("udp://192.168.1.31:5004")), key)

What the audio thread has of such a listener is a socket that does not leave this machine; to where
the listener is, only the relay (`jackrf.srtp.relay`, a process of its own) sends, and only SRTP.
"""

import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass, field

from jackrf.audience.listener import Listener
from jackrf.errors import InputError
from jackrf.srtp.counters import SLOTS, Counters, Slot, make_memory

ROOM = 16384
"""Bytes of SO_SNDBUF of the sockets to the relay: of what waits for longer it takes nothing."""
END_SECONDS = 2.0
COUNTS = ("sent", "full", "refused", "unreachable", "other", "octets")
WHY_NO_GROUP = (
    "who joins it late cannot know how often the sequence number has gone round (RFC 3711, 3.3.1); "
    "send to each host"
)


class Sealer:
    """Has listeners sealed, by one relay for all of them that runs as long as there are any."""

    def __init__(self) -> None:
        self._relay: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._counters: Counters | None = None
        self._free = list(range(SLOTS - 1, -1, -1))
        self._taken: set[int] = set()

    @property
    def pid(self) -> int | None:
        """The relay's process; None without one."""
        return None if self._relay is None else self._relay.pid

    def seal(self, listener: Listener, key: bytes) -> Listener:
        """Return a listener that was made to hear over UDP, and hears sealed from now on.

        Args:
            listener: unicast, and nothing sent to it yet.
            key: master key and salt (`jackrf.rtp.crypto.KEY_BYTES`).

        Raises:
            InputError: it is a group.
            OSError: there can be no relay, or no more listeners.
        """
        if listener.destination is not None and listener.destination.is_multicast:
            raise InputError(
                f"{listener.url}: a group cannot hear an encrypted mix: {WHY_NO_GROUP}"
            )
        if not self._free:
            raise OSError(errno.EMFILE, f"no more than {SLOTS} listeners of encrypted mixes")
        reports = listener.control or socket.socket(listener.socket.family, socket.SOCK_DGRAM)
        number = self._free.pop()
        self._taken.add(number)
        seal = Seal(key, listener.socket, reports, number, self)
        try:
            listener.socket, listener.control = seal.begin()
        except OSError:
            seal.close()
            raise
        listener.row["socket"] = listener.socket.fileno()
        listener.seal, listener.control_to = seal, None
        return listener

    def _start(self) -> None:
        """Start a relay where there is none that runs."""
        if self.runs:
            return
        self._stop()
        with contextlib.ExitStack() as stack:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.callback(ours.close)
            memory = make_memory()
            with theirs, os.fdopen(memory):
                self._counters = Counters(memory)
                passed = (theirs.fileno(), memory)
                arguments = [sys.executable, "-m", "jackrf.srtp.relay", *map(str, passed)]
                self._relay = subprocess.Popen(arguments, pass_fds=passed, stdin=subprocess.DEVNULL)
            ours.setblocking(False)
            self._orders = ours
            stack.pop_all()

    @property
    def runs(self) -> bool:
        """Whether there is a relay, and it has not died."""
        return self._relay is not None and self._relay.poll() is None

    def _stop(self) -> None:
        orders, self._orders = self._orders, None
        if orders is not None:
            # It ends when nobody can order anything any more.
            orders.close()
        relay, self._relay = self._relay, None
        if relay is not None:
            try:
                relay.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                relay.kill()
                relay.wait()

    def order(self, what: dict[str, object], sockets: list[socket.socket]) -> Slot:
        """Tell the relay what to do; return the counters of that stream.

        Raises:
            OSError: it is not there, or hears nothing.
        """
        self._start()
        if self._orders is None or self._counters is None:
            raise OSError(errno.EPIPE, "no relay")
        numbers = [one.fileno() for one in sockets]
        socket.send_fds(self._orders, [json.dumps(what).encode()], numbers)
        return self._counters.slot(int(str(what["slot"])))

    def give_back(self, number: int) -> None:
        """Take back a slot; with the last one the relay ends."""
        if number in self._taken:
            self._taken.remove(number)
            self._free.append(number)
        if not self._taken:
            self._stop()


@dataclass(slots=True)
class Seal:
    """What makes of a listener one that hears sealed.

    Attributes:
        key: master key and salt.
        outside: the UDP socket to where it hears; the relay has the same.
        reports: likewise, of RTCP.
        number: of its slot.
    """

    key: bytes = field(repr=False)
    outside: socket.socket
    reports: socket.socket
    number: int
    sealer: Sealer
    _relay: int | None = None
    _slot: Slot | None = None
    _kept: dict[str, int] = field(default_factory=dict)

    def begin(self) -> tuple[socket.socket, socket.socket]:
        """Have a stream sealed; return our ends of its packets and of its RTCP.

        Raises:
            OSError: there is no relay to do it.
        """
        with contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
            passed = []
            found = []
            for _ in range(2):
                # This kind ends with either of its ends, and keeps packets apart.
                near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                ours.callback(near.close)
                theirs.callback(far.close)
                near.setblocking(False)
                near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
                found.append(near)
                passed.append(far)
            order = {"do": "seal", "slot": self.number, "key": self.key.hex()}
            so_far = self.counts()
            slot = self.sealer.order(order, [*passed, self.outside, self.reports])
            # Somebody else's packets may stand in that slot.
            self._kept = {name: so_far.get(name, 0) - slot.read(name) for name in COUNTS}
            self._slot, self._relay = slot, self.sealer.pid
            ours.pop_all()
        return found[0], found[1]

    def turn(self) -> None:
        """Have the relay send by `outside` and `reports` as they are now."""
        with contextlib.suppress(OSError):
            self.sealer.order({"do": "turn", "slot": self.number}, [self.outside, self.reports])

    @property
    def is_broken(self) -> bool:
        """Whether its relay has died."""
        return self._relay != self.sealer.pid or not self.sealer.runs

    def counts(self) -> dict[str, int]:
        """Return how many packets went out and how many did not, by cause; and payload bytes."""
        if self._slot is None:
            return {}
        return {name: self._slot.read(name) + self._kept[name] for name in COUNTS}

    @property
    def error(self) -> int:
        """The errno of the packet that was dropped last, 0 if the last one went out."""
        return 0 if self._slot is None else self._slot.read("error")

    @property
    def ssrc(self) -> int:
        """Of the stream that goes out."""
        return 0 if self._slot is None else self._slot.read("ssrc")

    def close(self) -> None:
        """Close its sockets; those that `begin` returned are the listener's to close, before."""
        self.outside.close()
        self.reports.close()
        self.sealer.give_back(self.number)
