"""One stream on its way out of this machine: from the audio thread's plain packets to SRTP.

What goes out is a stream of its own: its SSRC and first sequence number are made by chance, so that
no key ever seals two things by the same numbers. A packet that the network does not take uses up no
number, as `jackrf.realtime.transmit` has it. When nobody was there to hear for a while, a stream
that has gone on for long begins anew: who comes then cannot know how often its sequence number has
gone round (section 3.3.1).
"""

import errno
import secrets
import socket
from collections.abc import Sequence
from typing import Final

from jackrf.rtp.crypto import Crypto
from jackrf.srtp.counters import Slot
from jackrf.srtp.library import Opener, Sealer

BACKOFF_SECONDS: Final = 0.2
"""After a refusal or without a route nothing is tried for so long."""
LATE_SECONDS: Final = 0.010
"""What waited here for longer, because this process was not called, is thrown away."""
MOST_AT_ONCE: Final = 128
"""Packets: more than the longest period has."""
LONGEST: Final = 2048
FIXED_HEADER: Final = 12
MARKER: Final = 0x80
HALF_ROUND: Final = 1 << 15
"""Sequence numbers. Who hears one of this first half takes it for the first round, and is right."""
_UNREACHABLE: Final = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ENETDOWN)
_FULL: Final = (errno.EAGAIN, errno.ENOBUFS)


class Sealing:
    """One stream.

    Args:
        crypto: of it.
        slot: where it is told what became of packets.
        sockets: four, non-blocking, owned from here on. Plain packets come by `inside`, whose other
            end's closing ends it; `reports` has plain RTCP, both ways; `outside` and
            `outside_reports` are UDP, connected to the listener.
    """

    def __init__(self, crypto: Crypto, slot: Slot, sockets: Sequence[socket.socket]) -> None:
        self._crypto = crypto
        self._slot = slot
        self.inside, self.reports, self.outside, self.outside_reports = sockets
        self._opener = Opener(crypto)
        self._resume_at = 0.0
        self._refused = False
        self._read_at = self._read_age = 0.0
        self._read_stamp = 0
        self.begin()

    def begin(self) -> None:
        """Begin a stream."""
        self._sealer = Sealer(self._crypto)
        # So that a lost first packet leaves no doubt about the round (section 3.3.1).
        self._sequence = secrets.randbelow(HALF_ROUND)
        self._is_long = False
        self._ssrc = secrets.token_bytes(4)
        self._gap = True
        self._slot.put("ssrc", int.from_bytes(self._ssrc))

    def pass_out(self, now: float) -> bool:
        """Seal and send what waits; return whether there will be more.

        Args:
            now: monotonic seconds.
        """
        waiting: list[bytes] = []
        goes_on = True
        while len(waiting) < MOST_AT_ONCE:
            try:
                data = self.inside.recv(LONGEST)
            except BlockingIOError:
                break
            except OSError:
                data = b""
            if not data:
                goes_on = False
                break
            waiting.append(data)
        for data in self._young(waiting, now):
            self._send(data, now)
        return goes_on

    def _young(self, waiting: list[bytes], now: float) -> list[bytes]:
        """Return what is not late: how fast timestamps count is seen from the time since before.

        The slices of a long period lie apart by their timestamps, and were sent together.
        """
        if not waiting:
            return waiting
        newest, last = int.from_bytes(waiting[-1][4:8]), _age(waiting[-1])
        away, frames = now - self._read_at, (newest - self._read_stamp) & 0xFFFFFFFF
        begins, frame = self._read_at == 0.0, (away - last + self._read_age) / max(1, frames)
        self._read_at, self._read_stamp, self._read_age = now, newest, last
        if begins:
            # What came before anybody read is as late as can be.
            young = waiting[-1:]
        elif away <= LATE_SECONDS:
            return waiting
        else:
            young = [
                data
                for data in waiting
                if ((newest - int.from_bytes(data[4:8])) & 0xFFFFFFFF) * frame + last - _age(data)
                <= LATE_SECONDS
            ]
        if len(young) < len(waiting):
            self._slot.add("full", len(waiting) - len(young))
            self._gap = True
        return young

    def _send(self, data: bytes, now: float) -> None:
        if len(data) < FIXED_HEADER:
            return
        if now < self._resume_at:
            self._slot.add("refused" if self._refused else "unreachable", 1)
            return
        if self._refused:
            self._refused = False
            # A key has few streams in its life: none for each look whether somebody is there.
            if self._is_long:
                self.begin()
        second = data[1] | MARKER if self._gap else data[1]
        head = bytes((data[0], second)) + self._sequence.to_bytes(2)
        sealed = self._sealer.packet(head + data[4:8] + self._ssrc + data[12:])
        try:
            self.outside.send(sealed)
        except OSError as error:
            self._drop(error.errno or errno.EIO, now)
            return
        self._sequence = (self._sequence + 1) & 0xFFFF
        self._is_long = self._is_long or self._sequence >= HALF_ROUND
        self._gap = False
        self._slot.add("sent", 1)
        self._slot.add("octets", len(data) - _header_bytes(data))
        self._slot.put("error", 0)

    def _drop(self, code: int, now: float) -> None:
        self._gap = True
        self._slot.put("error", code)
        self._refused = code == errno.ECONNREFUSED
        if code in _FULL:
            self._slot.add("full", 1)
        elif self._refused or code in _UNREACHABLE:
            self._slot.add("refused" if self._refused else "unreachable", 1)
            self._resume_at = now + BACKOFF_SECONDS
        else:
            self._slot.add("other", 1)

    def tell(self) -> bool:
        """Seal RTCP that is told to the listener, and send it; return whether there will be more.

        What is lost is lost. What is of the stream before, which this one has taken the place of,
        is not told: its numbers are gone.
        """
        for _ in range(MOST_AT_ONCE):
            try:
                data = self.reports.recv(LONGEST)
                if not data:
                    return False
                if data[4:8] == self._ssrc:
                    self.outside_reports.send(self._sealer.report(data))
            except BlockingIOError:
                break
            except OSError:
                continue
        return True

    def hear(self) -> None:
        """Open RTCP that the listener tells, and pass it in."""
        for _ in range(16):
            try:
                plain = self._opener.report(self.outside_reports.recv(LONGEST))
                if plain is not None:
                    self.reports.send(plain)
            except BlockingIOError:
                return
            except OSError:
                continue

    def close(self) -> None:
        """Close all four sockets."""
        for one in (self.inside, self.reports, self.outside, self.outside_reports):
            one.close()


def _age(data: bytes) -> float:
    """Return by how many s the time of a packet's first frame was past when it was sent.

    As its header extension tells it (docs/wire-format.md); 0 without one.
    """
    if not data[0] & 0x10:
        return 0.0
    return int.from_bytes(data[21:24], signed=True) / 1e6


def _header_bytes(data: bytes) -> int:
    """Return the bytes before the payload of a packet that the audio thread made."""
    if not data[0] & 0x10:
        return FIXED_HEADER
    return FIXED_HEADER + 4 + 4 * int.from_bytes(data[14:16])
