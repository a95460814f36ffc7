"""A stream whose every frame says which one it is, and a road on which packets come as told."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from jackrf.rtp.packet import Packet
from tests.offline import CLOCK, Floats, Wire

FULL = 2.0**23
LARGEST = 200
"""Frames of L24 in one packet, at the most."""

OUR_CLOCK = 0xBEDE, b"\x16" + CLOCK.to_bytes(4, "big") + bytes(3)
"""The extension of a packet from the receiver's own server."""

START = 2**32 - 20_000
"""Timestamp of the first frame: it wraps within half a second."""


def codes(frames: NDArray[np.int64], salt: int = 0) -> NDArray[np.int64]:
    """The numbers that frames are, shape (2, frames): another one for each, and for each salt."""
    left = (frames * 5 + salt) % 0x3FFFFF + 1
    return np.stack([left, -left])


def heard_codes(heard: Floats) -> NDArray[np.int64]:
    """The numbers that were heard."""
    return np.rint(heard.astype(np.float64) * FULL).astype(np.int64)


def packet(frame: int, frames: int, *, sequence: int = 0, ssrc: int = 5, salt: int = 0) -> bytes:
    """One packet of the stream.

    Args:
        frame: its first one, counted from the start of the stream.
        frames: how many.
        sequence: modulo 2**16.
        ssrc: of the stream.
        salt: tells a stream from another one with the same timestamps.
    """
    words = np.ascontiguousarray(codes(np.arange(frame, frame + frames), salt).T, ">i4")
    payload = words.view(np.uint8).reshape(-1, 4)[:, 1:].tobytes()
    timestamp = (START + frame) % 2**32
    found = Packet(97, sequence % 2**16, timestamp, ssrc, payload, extension=OUR_CLOCK)
    return found.serialise()


def period_of(frame: int, frames: int, *, ssrc: int = 5, salt: int = 0) -> list[bytes]:
    """The packets of one period of the sender, in slices that fit."""
    return [
        packet(start, min(LARGEST, frame + frames - start), ssrc=ssrc, salt=salt)
        for start in range(frame, frame + frames, LARGEST)
    ]


class Road:
    """Sender, network and receiver on one clock, one period of the receiver at a time.

    A period of the sender is complete at its end; it comes `lateness` periods of the receiver after
    that. Time is counted in frames from the road's beginning, as the stream's frames are.

    Args:
        wire: the receiver.
        period: of the sender; None for the receiver's.

    Attributes:
        shift: frames by which the sender's timestamps have jumped.
        ssrc: of its packets.
        salt: of its frames.
    """

    def __init__(self, wire: Wire, period: int | None = None) -> None:
        self.wire = wire
        self.period = period
        self.shift = 0
        self.ssrc = 5
        self.salt = 0
        self.sent = 0
        self.cycle = 0
        self.now = 0
        self._began = wire.time
        self._coming: dict[int, list[bytes]] = defaultdict(list)

    def run(
        self, frames: int, cycles: int, lateness: Callable[[int], Sequence[int]]
    ) -> NDArray[np.int64]:
        """Run periods of the receiver.

        Args:
            frames: of each.
            cycles: how many.
            lateness: of each of the sender's periods, counted through the life of the road: one
                entry for each copy that comes; none for a period that is lost.

        Returns:
            What was heard, as numbers, shape (2, frames * cycles).
        """
        heard = []
        period = self.period or frames
        for _ in range(cycles):
            while self.sent + period <= self.now + frames:
                for late in lateness(self.cycle):
                    arrival = self.now + late * frames
                    start = self.sent + self.shift
                    packets = period_of(start, period, ssrc=self.ssrc, salt=self.salt)
                    self._coming[arrival].extend(packets)
                self.sent += period
                self.cycle += 1
            for arrival in sorted(time for time in self._coming if time <= self.now):
                self.wire.send(*self._coming.pop(arrival))
            heard.append(heard_codes(self.wire.play(frames)))
            self.now += frames
        return np.concatenate(heard, axis=1)

    @property
    def delay(self) -> int:
        """Frames between a frame's own time and its being played; 0 is the same period."""
        offset = int(self.wire.receiver.reception["offset"][0])
        return (START + self.shift - self._began - offset + 2**31) % 2**32 - 2**31

    def played(self, frames: int) -> NDArray[np.int64]:
        """The numbers of the last frames, as they are played at the delay that there is now."""
        own = np.arange(self.now - frames, self.now) - self.delay
        return codes(own + self.shift, self.salt)
