"""One who hears a mix: the socket, and what became of the packets."""

import errno
import fcntl
import os
import socket
import struct
import termios
from dataclasses import dataclass
from typing import Any

from jackrf.audience.reports import Heard
from jackrf.audience.row import Row, drops, take, unsent
from jackrf.audience.seal import Seal
from jackrf.destinations import Destination
from jackrf.realtime.context import DATAGRAM
from jackrf.realtime.libc import UNSENT_BYTES

Socket = socket.socket

_CAUSES = {
    errno.EAGAIN: "full",
    errno.ENOBUFS: "full",
    errno.ECONNREFUSED: "refused",
    errno.EHOSTUNREACH: "unreachable",
    errno.ENETUNREACH: "unreachable",
    errno.ENETDOWN: "unreachable",
}


@dataclass(slots=True, eq=False)
class Listener:
    """One listener of one mix, with its socket and the row that the audio thread works on.

    Attributes:
        mix: the mix's number.
        url: where it hears, as people are told.
        socket: connected and non-blocking; the listener's own, whoever connected it.
        row: LISTENER array of length 1, written by the audio thread once it is published.
        owner: who brought it: ``session``, or a service such as ``rtsp``.
        destination: of the session's; None for one who came by itself.
        control: non-blocking UDP socket of its own for RTCP; None without, or over TCP.
        control_to: where RTCP goes to where `control` is not connected, which is to a group.
        control_channel: of interleaved RTCP on its connection; None for none.
        heard: what its receiver told last, None before.
        seal: what encrypts its packets on their way; None where they are plain.
    """

    mix: int
    url: str
    socket: Socket
    row: Row
    owner: str = "session"
    destination: Destination | None = None
    control: Socket | None = None
    control_to: tuple[Any, ...] | None = None
    control_channel: int | None = None
    heard: Heard | None = None
    seal: Seal | None = None

    @property
    def outside(self) -> Socket:
        """The socket by which packets leave this machine."""
        return self.socket if self.seal is None else self.seal.outside

    @property
    def address(self) -> tuple[str, int]:
        """The numeric address and port that packets go to; of no use for AF_UNIX."""
        host, port = self.outside.getpeername()[:2]
        return host, port

    @property
    def sender(self) -> str:
        """Our own numeric address on the way there."""
        return str(self.outside.getsockname()[0])

    @property
    def sent(self) -> int:
        """How many packets left this machine."""
        return int(self.row["sent"][0]) if self.seal is None else self.seal.counts()["sent"]

    @property
    def octets(self) -> int:
        """How many bytes of payload they had (RFC 3550, 6.4.1)."""
        return int(self.row["octets"][0]) if self.seal is None else self.seal.counts()["octets"]

    @property
    def is_stream(self) -> bool:
        """Whether it hears over TCP."""
        return bool(self.row["framing"][0] != DATAGRAM)

    @property
    def has_control(self) -> bool:
        """Whether RTCP can reach it."""
        return self.control is not None or self.control_channel is not None

    @property
    def is_gone(self) -> bool:
        """Whether its stream has ended for good."""
        return bool(self.row["gone"][0])

    @property
    def paused(self) -> bool:
        """Whether it gets no packets now; whoever joined it may set this at any time."""
        return bool(self.row["paused"][0])

    @paused.setter
    def paused(self, paused: bool) -> None:
        self.row["paused"] = int(paused)

    def state(self) -> str:
        """Return what became of the latest packets: sending, waiting, or why they dropped."""
        if self.is_gone or self.paused:
            return "gone" if self.is_gone else "paused"
        code = self._error()
        if not code:
            return "sending" if self.sent else "waiting"
        return _CAUSES.get(code) or os.strerror(code)

    def _error(self) -> int:
        """Return the errno of what was dropped last; 0 if it was sent."""
        if self.row["last_failed"][0]:
            return int(self.row["last_error"][0])
        return 0 if self.seal is None else self.seal.error

    def queued_bytes(self) -> int:
        """Return how many bytes wait in our socket and have not been sent.

        SIOCOUTQ (udp(7), unix(7)), or for TCP, where that counts what is on its way as well,
        SIOCOUTQNSD.
        """
        question = UNSENT_BYTES if self.is_stream else termios.TIOCOUTQ
        try:
            answer = fcntl.ioctl(self.outside, question, bytes(4))
        except (OSError, ValueError):
            # ValueError: a socket that is closed has the descriptor -1.
            return 0
        return int(struct.unpack("i", answer)[0])

    def dropped(self) -> dict[str, int]:
        """Return how many packets did not leave this machine, by cause."""
        found = drops(self.row)
        if self.seal is None:
            return found
        beyond = self.seal.counts()
        return {cause: number + beyond.get(cause, 0) for cause, number in found.items()}

    def report(self, bytes_per_millisecond: float) -> dict[str, Any]:
        """Return what ``jackrf status`` shows of this listener."""
        dropped = self.dropped()
        return {
            "url": self.url,
            "owner": self.owner,
            "state": self.state(),
            "sent": self.sent,
            "dropped": sum(dropped.values()),
            "dropped_by": dropped,
            "queued_ms": round(self.queued_bytes() / bytes_per_millisecond, 1),
            "heard": None if self.heard is None else self.heard.report(),
        }

    def write_on(self) -> bytes:
        """Write what a stream has begun and what waits in its outbox, without waiting.

        Only while the audio thread does not work on the row.

        Returns:
            What the socket did not take, and what has to go into it before anything else.
        """
        while pending := unsent(self.row):
            try:
                take(self.row, self.socket.send(pending, socket.MSG_NOSIGNAL))
            except OSError:
                break
        return pending

    @property
    def is_cut_off(self) -> bool:
        """Whether this machine cannot send to where it hears: no way there, or a lost address."""
        code = self._error()
        return bool(code) and _CAUSES.get(code, "unreachable") == "unreachable"

    def close(self) -> None:
        """Close the sockets. Not before the audio thread is done with the row."""
        self.socket.close()
        if self.control is not None:
            self.control.close()
        if self.seal is not None:
            self.seal.close()
