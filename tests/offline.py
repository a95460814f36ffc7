"""What the tests of the compiled callbacks share: desks on plain arrays, and both ends of a wire.

The wire is a pair of AF_UNIX sockets of the kind SOCK_SEQPACKET: like UDP it keeps datagrams
whole, but what is sent is there at once, in order, and a full one says so.
"""

import contextlib
import socket
from typing import Self

import numpy as np
from numpy.typing import NDArray

from jackrf.audience.row import new_row
from jackrf.engine import Engine, Stream
from jackrf.receiver import Format, Receiver
from jackrf.rtp.packet import Packet, parse
from jackrf.rtp.stream import PAYLOADS, Encoding
from jackrf.testing import OfflineClient, OfflineListener

RATE = 48000
SSRC = 0xF09FE4A3
OFFSET = 0x3D59B4C9
CLOCK = 0x0BADCAFE
"""Of the server that senders and receivers run on, where they share one."""

PERIODS = (1, 2, 17, 64, 96, 100, 128, 441, 1023, 1024, 8191, 8192)
"""Periods at which something might change: odd ones, slices, the shortest and the longest."""

Floats = NDArray[np.float32]


def streams(mixes: int, encoding: Encoding = "L16", ceiling: float | None = None) -> list[Stream]:
    """Streams of as many mixes, told apart by their SSRC."""
    payload = PAYLOADS[encoding]
    return [
        Stream(SSRC + number, OFFSET, payload.payload_type, payload.sample_bytes, ceiling)
        for number in range(mixes)
    ]


def desk(
    inputs: int = 1,
    mixes: int = 1,
    *,
    encoding: Encoding = "L16",
    ceiling: float | None = None,
    frame_time: int = 0,
) -> OfflineClient:
    """A send callback at 48 kHz, past its fade-in, all sends off."""
    engine = Engine(inputs, streams(mixes, encoding, ceiling), RATE)
    engine.context["clock"] = CLOCK
    engine.mixes["fade"] = 1.0
    return OfflineClient(engine, frame_time)


def settle(client: OfflineClient, rows: NDArray[np.float32] | float) -> None:
    """Set gains and let the glide pass, in 1024 frames of silence."""
    shape = (2 * len(client.engine.mixes), len(client.engine.inputs))
    client.engine.set_gains(np.broadcast_to(np.float32(rows), shape))
    client.process(np.zeros((shape[1], 1024), np.float32))


def noise(seed: int, channels: int, frames: int, peak: float = 1.0) -> Floats:
    """White noise, the same for the same seed."""
    shape = (channels, frames)
    return np.random.default_rng(seed).uniform(-peak, peak, shape).astype(np.float32)


def sine(frames: int, hertz: float = 440.0, peak: float = 0.5) -> Floats:
    """One channel of a sine at 48 kHz."""
    wave: Floats = np.sin(2.0 * np.pi * hertz / RATE * np.arange(frames)).astype(np.float32)
    return np.float32(peak) * wave


def numbers(payload: bytes, encoding: Encoding) -> NDArray[np.int64]:
    """The integers in a payload, shape (2, frames), read with nothing of jackrf's."""
    if encoding == "L16":
        return np.frombuffer(payload, ">i2").reshape(-1, 2).T.astype(np.int64)
    octets = np.frombuffer(payload, np.uint8).reshape(-1, 3).astype(np.int64)
    values = octets[:, 0] << 16 | octets[:, 1] << 8 | octets[:, 2]
    return (values - ((values & 0x800000) << 1)).reshape(-1, 2).T


class Ear:
    """A listener of a mix, and everything that reached it.

    Args:
        mix: its number.
        sequence: of the first packet.
        room: bytes of SO_SNDBUF; 0 for the least that the kernel gives.
    """

    def __init__(self, mix: int = 0, sequence: int = 0, room: int = 200_000) -> None:
        self.socket, self._far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        self._far.setblocking(False)
        self.row = new_row(mix, self.socket.fileno(), sequence)

    def datagrams(self) -> list[bytes]:
        """What has come since the last call."""
        taken = []
        with contextlib.suppress(BlockingIOError):
            while datagram := self._far.recv(4096):
                taken.append(datagram)
        return taken

    def packets(self) -> list[Packet]:
        """What has come since the last call, parsed."""
        return [parse(datagram) for datagram in self.datagrams()]

    def close(self) -> None:
        """Close both ends."""
        self.socket.close()
        self._far.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Wire:
    """A receive callback at 48 kHz, and the end of the wire at which datagrams are put in.

    Args:
        frame_time: of the first period.
        margin: frames, as `Receiver` takes it.
        sample_bytes: as `Receiver` takes it.
    """

    def __init__(self, frame_time: int = 0, margin: int = 0, sample_bytes: int = 0) -> None:
        self._far, self._near = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._far.setblocking(False)
        self.receiver = Receiver(
            RATE, self._near.fileno(), Format(sample_bytes), clock=CLOCK, margin=margin
        )
        self._listener = OfflineListener(self.receiver, frame_time)

    @property
    def time(self) -> int:
        """Frame time of the next period."""
        return self._listener.frame_time

    @time.setter
    def time(self, frame_time: int) -> None:
        self._listener.frame_time = frame_time

    @property
    def playing(self) -> bool:
        """Whether the delay was found."""
        return self.receiver.report()["state"] in ("playing", "silent")

    def count(self, counter: str) -> int:
        """One of the receiver's counters."""
        return int(self.receiver.report()[counter])

    @property
    def missing(self) -> int:
        """Frames that were not there in time, filled or silent."""
        return self.count("concealed") + self.count("silent")

    def send(self, *datagrams: bytes) -> None:
        """Let datagrams arrive, in this order."""
        for datagram in datagrams:
            self._far.send(datagram)

    def play(self, frames: int) -> Floats:
        """Run one period; what is heard, float32, shape (2, frames)."""
        heard: Floats = self._listener.process(frames)
        return heard

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._far.close()
        self._near.close()
