"""The relay of encrypted mixes, a process of ours (`jackrf.srtp.relay`), and a stream it seals."""

import contextlib
import errno
import json
import os
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass, field

from jackrf.srtp.counters import SLOTS, Counters, Slot, make_memory

ROOM = 16384
"""Bytes of SO_SNDBUF of the sockets to the relay: of what waits for longer it takes nothing."""
END_SECONDS = 2.0
COUNTS = ("sent", "full", "refused", "unreachable", "other", "octets")


class RelayProcess:
    """The relay of one audience: it runs as long as there is a stream to seal."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._ending: list[threading.Thread] = []
        self._orders: socket.socket | None = None
        self._counters: Counters | None = None
        self._free = list(range(SLOTS - 1, -1, -1))
        self._taken: set[int] = set()

    @property
    def pid(self) -> int | None:
        """Of the process; None without one."""
        return None if self._process is None else self._process.pid

    @property
    def runs(self) -> bool:
        """Whether there is one, and it has not died."""
        return self._process is not None and self._process.poll() is None

    def take_slot(self) -> int:
        """Return a slot for a stream; give it back by :meth:`give_back`.

        Raises:
            OSError: there are no more.
        """
        if not self._free:
            raise OSError(errno.EMFILE, f"no more than {SLOTS} listeners of encrypted mixes")
        number = self._free.pop()
        self._taken.add(number)
        return number

    def give_back(self, number: int) -> None:
        """Take back a slot; with the last one the relay ends."""
        if number in self._taken:
            self._taken.remove(number)
            self._free.append(number)
        if not self._taken:
            self._let_end()

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

    def _start(self) -> None:
        """Start a relay where there is none that runs."""
        if self.runs:
            return
        self._let_end()
        with contextlib.ExitStack() as stack:
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stack.callback(ours.close)
            memory = make_memory()
            with theirs, os.fdopen(memory):
                self._counters = Counters(memory)
                passed = (theirs.fileno(), memory)
                arguments = [sys.executable, "-m", "jackrf.srtp.relay", *map(str, passed)]
                process = subprocess.Popen(arguments, pass_fds=passed, stdin=subprocess.DEVNULL)
            self._process = process
            ours.setblocking(False)
            self._orders = ours
            stack.pop_all()

    def _let_end(self) -> None:
        """Let the relay end, which nobody waits for: it does when nobody can order any more."""
        orders, self._orders = self._orders, None
        if orders is not None:
            orders.close()
        process, self._process = self._process, None
        self._ending = [one for one in self._ending if one.is_alive()]
        if process is not None:
            thread = threading.Thread(target=_see_off, args=(process,), name="jackrf-seal")
            thread.daemon = True
            thread.start()
            self._ending.append(thread)

    def close(self) -> None:
        """Wait until those have ended that nobody needs any more. Harmless when called again."""
        for thread in self._ending:
            thread.join()


def _see_off(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@dataclass(slots=True)
class Seal:
    """What makes of a listener one that hears sealed.

    Attributes:
        key: master key and salt.
        outside: the UDP socket to where it hears; the relay has the same.
        reports: likewise, of RTCP.
        number: of its slot.
        relay: that seals.
    """

    key: bytes = field(repr=False)
    outside: socket.socket
    reports: socket.socket
    number: int
    relay: RelayProcess
    _pid: int | None = None
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
            slot = self.relay.order(order, [*passed, self.outside, self.reports])
            # Somebody else's packets may stand in that slot.
            self._kept = {name: so_far.get(name, 0) - slot.read(name) for name in COUNTS}
            self._slot, self._pid = slot, self.relay.pid
            ours.pop_all()
        return found[0], found[1]

    def turn(self) -> None:
        """Have the relay send by `outside` and `reports` as they are now."""
        with contextlib.suppress(OSError):
            self.relay.order({"do": "turn", "slot": self.number}, [self.outside, self.reports])

    @property
    def is_broken(self) -> bool:
        """Whether its relay has died."""
        return self._pid != self.relay.pid or not self.relay.runs

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
        self.relay.give_back(self.number)
