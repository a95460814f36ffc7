"""From one mix to engines: a loop that takes what has come, and sends on what is young.

What an engine's socket does not take now is dropped and counted; what waited here for too long,
because this process was not called, is not sent at all.
"""

import contextlib
import secrets
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jackrf.fanout.frames import Assembler, Form
from jackrf.fanout.opus import RATE, Encoder
from jackrf.fanout.packets import PAYLOAD_TYPE, Packetizer
from jackrf.listening.source import Source
from jackrf.rtp.packet import Packet, PacketError, parse
from jackrf.rtp.stream import PAYLOADS

OLD_SECONDS: Final = 0.1
"""If more than this has come at once,"""
YOUNG_SECONDS: Final = 0.02
"""no more than this of it is sent."""
MOST_AT_ONCE: Final = 1024
LONGEST: Final = 65536
FIGURES_SECONDS: Final = 1.0
ONE_BYTE: Final = 0xBEDE
OUR_ELEMENT: Final = b"\x16"
"""Number 1, 7 bytes (RFC 8285 section 4.2)."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is sent: ms of audio in a packet, kbit/s, and the payload type."""

    milliseconds: float = 10.0
    kilobits: int = 128
    payload_type: int = PAYLOAD_TYPE


@dataclass(slots=True)
class Engine:
    """Where it is sent to.

    Attributes:
        url: of it.
        socket: connected and non-blocking.
        sent: packets.
        dropped: packets that its socket did not take.
    """

    url: str
    socket: socket.socket
    sent: int = 0
    dropped: int = 0

    def send(self, packet: bytes) -> None:
        """Offer a packet."""
        try:
            self.socket.send(packet)
        except OSError:
            self.dropped += 1
        else:
            self.sent += 1


class Repeating:
    """One mix, repeated.

    Args:
        source: that is heard; stays the caller's.
        engines: that it is sent to; stay the caller's.
        shape: of what is sent.
    """

    def __init__(self, source: Source, engines: Sequence[Engine], shape: Shape) -> None:
        self._source = source
        self._engines = engines
        self._shape = shape
        self._tools: tuple[Form, Assembler, Encoder] | None = None
        frames = round(RATE * shape.milliseconds / 1000)
        numbers = (secrets.randbits(32), secrets.randbits(16), secrets.randbits(32))
        self._packetizer = Packetizer(shape.payload_type, frames, *numbers)
        self._rate = RATE
        self._wake, self._woken = socket.socketpair()
        self.packets = self.old = self.alien = 0

    def stop(self, *_: object) -> None:
        """End `run`; fit to be a signal handler."""
        with contextlib.suppress(OSError):
            self._wake.send(b".")

    def run(self, tell: Callable[[dict[str, Any]], None]) -> None:
        """Repeat until `stop`, and tell the figures every second."""
        hearing = self._source.hearing
        hearing.setblocking(False)
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            selector.register(hearing, selectors.EVENT_READ)
            due = time.monotonic() + FIGURES_SECONDS
            while True:
                ready = selector.select(max(0.0, due - time.monotonic()))
                if any(key.fileobj is self._woken for key, _ in ready):
                    return
                if ready:
                    self.repeat(self._taken(hearing))
                if time.monotonic() >= due:
                    due += FIGURES_SECONDS
                    tell(self.report())

    def close(self) -> None:
        """Be done."""
        self._wake.close()
        self._woken.close()

    def _taken(self, hearing: socket.socket) -> list[Packet]:
        """Return the packets that have come."""
        found = []
        for _ in range(MOST_AT_ONCE):
            try:
                data = hearing.recv(LONGEST)
            except OSError:
                break
            try:
                found.append(parse(data))
            except PacketError:
                self.alien += 1
        return found

    def repeat(self, packets: list[Packet]) -> None:
        """Send on what has come at once."""
        for packet in self._young(packets):
            form = self._form(packet)
            if form is None:
                self.alien += 1
                continue
            self.packets += 1
            assembler, encoder = self._tools_for(form)
            for block in assembler.take(packet):
                if block.begins:
                    encoder.begin()
                    self._packetizer.skip(block.skipped * RATE // form.rate)
                for opus in encoder.encode(block.samples):
                    data = self._packetizer.packet(opus)
                    for engine in self._engines:
                        engine.send(data)

    def _young(self, packets: list[Packet]) -> list[Packet]:
        if not packets:
            return packets
        newest, last = packets[-1].timestamp, _age(packets[-1])
        # The slices of a long period lie apart by their timestamps, and were sent together.
        ages = [
            ((newest - one.timestamp) & 0xFFFFFFFF) + (last - _age(one)) * self._rate
            for one in packets
        ]
        if ages[0] < OLD_SECONDS * self._rate:
            return packets
        most = YOUNG_SECONDS * self._rate
        young = [one for one, age in zip(packets, ages, strict=True) if age <= most]
        self.old += len(packets) - len(young)
        return young

    def _form(self, packet: Packet) -> Form | None:
        """Return what a packet holds; None where it is of another stream."""
        offer = self._source.told
        if offer is not None:
            if packet.payload_type != offer.payload_type:
                return None
            width = PAYLOADS[offer.encoding].sample_bytes
            return Form(width, offer.channels, offer.samplerate)
        width = self._source.form.sample_bytes
        for payload in PAYLOADS.values():
            if packet.payload_type == payload.payload_type:
                width = width or payload.sample_bytes
        return Form(width, 2, RATE) if width else None

    def _tools_for(self, form: Form) -> tuple[Assembler, Encoder]:
        """Return what a stream of that form takes: made anew when another one comes."""
        if self._tools is None or self._tools[0] != form:
            assembler = Assembler(form, round(form.rate * self._shape.milliseconds / 1000))
            if self._tools is not None:
                assembler.late, assembler.silent = self._tools[1].late, self._tools[1].silent
            encoder = Encoder(form.rate, self._shape.milliseconds, self._shape.kilobits)
            self._tools, self._rate = (form, assembler, encoder), form.rate
        return self._tools[1:]

    def report(self) -> dict[str, Any]:
        """Return the figures: counters that only count up."""
        known = None if self._tools is None else self._tools[1]
        return {
            "packets": self.packets,
            "old": self.old,
            "alien": self.alien,
            "late": 0 if known is None else known.late,
            "silent": 0 if known is None else known.silent,
            "rate": self._rate,
            "engines": [
                {"url": one.url, "sent": one.sent, "dropped": one.dropped} for one in self._engines
            ],
        }


def _age(packet: Packet) -> float:
    """Return by how many s the time of a packet's first frame was past when it was sent.

    As jackrf's header extension tells it (docs/wire-format.md); 0 without that.
    """
    profile, data = packet.extension or (0, b"")
    if profile != ONE_BYTE or data[:1] != OUR_ELEMENT:
        return 0.0
    return int.from_bytes(data[5:8], signed=True) / 1e6
