"""Packets of a mix become frames of one length, each in its place: what is missing is silence.

Pure: packets in, frames out. There is no jitter buffer here: whoever hears what is repeated has one
of its own, and what comes out of order is given up.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jackrf.rtp.packet import Packet

Samples = NDArray[np.float32]
"""Interleaved stereo, shape (frames, 2), full scale 1."""
LONGEST_SILENCE = 0.5
"""Seconds: a longer gap is left out, and the timestamps jump."""
WORD = 1 << 32


@dataclass(frozen=True, slots=True)
class Form:
    """What the packets hold: bytes of a sample (2 = L16, 3 = L24), channels, and Hz."""

    sample_bytes: int
    channels: int
    rate: int


@dataclass(frozen=True, slots=True)
class Block:
    """Audio of one length.

    Attributes:
        samples: of as many frames as the assembler was told.
        skipped: frames that are left out before it; 0 where it follows on the one before.
        begins: whether it is the first one, or the first one after a gap.
    """

    samples: Samples
    skipped: int
    begins: bool


class Assembler:
    """Cuts a stream anew.

    Attributes:
        late: packets that came after their place was given away, or twice.
        silent: frames that were missing.
        broken: packets that hold no whole frames.

    Args:
        form: of the packets.
        length: of a block, in frames.
    """

    def __init__(self, form: Form, length: int) -> None:
        self.late = self.silent = self.broken = 0
        self._form = form
        self._length = length
        self._pieces: list[Samples] = []
        self._held = 0
        self._expected: int | None = None
        self._ssrc = 0
        self._skipped = 0
        self._begins = True

    def take(self, packet: Packet) -> Iterator[Block]:
        """Yield the blocks that are whole with this packet."""
        found = samples_of(packet.payload, self._form)
        if found is None:
            self.broken += 1
            return
        if packet.ssrc != self._ssrc or self._expected is None:
            self._ssrc, self._expected = packet.ssrc, packet.timestamp
            self._begin(0)
        ahead = (packet.timestamp - self._expected + WORD // 2) % WORD - WORD // 2
        if ahead < 0 and -ahead < LONGEST_SILENCE * self._form.rate:
            self.late += 1
            return
        if abs(ahead) > LONGEST_SILENCE * self._form.rate:
            self._begin(max(0, ahead))
        elif ahead:
            self.silent += ahead
            self._add(np.zeros((ahead, 2), np.float32))
        self._add(found)
        self._expected = (packet.timestamp + len(found)) % WORD
        yield from self._whole()

    def _begin(self, skipped: int) -> None:
        """Leave out what is not whole, and begin anew."""
        self._skipped = skipped + self._held
        self._pieces, self._held, self._begins = [], 0, True

    def _add(self, piece: Samples) -> None:
        self._pieces.append(piece)
        self._held += len(piece)

    def _whole(self) -> Iterator[Block]:
        if self._held < self._length:
            return
        every = np.concatenate(self._pieces)
        count = len(every) // self._length
        for number in range(count):
            part = every[number * self._length : (number + 1) * self._length]
            yield Block(part, self._skipped, self._begins)
            self._skipped, self._begins = 0, False
        rest = every[count * self._length :]
        self._pieces, self._held = [rest], len(rest)


def samples_of(payload: bytes, form: Form) -> Samples | None:
    """Return what a payload holds: the first two channels, or one on both sides.

    None where it is empty, or not of whole frames.
    """
    frame_bytes = form.sample_bytes * form.channels
    if not payload or len(payload) % frame_bytes:
        return None
    if form.sample_bytes == 2:
        wide = np.frombuffer(payload, ">i2").astype(np.float32) / np.float32(1 << 15)
    else:
        octets = np.frombuffer(payload, np.uint8).reshape(-1, 3)
        padded = np.zeros((len(octets), 4), np.uint8)
        padded[:, :3] = octets
        wide = padded.view(">i4")[:, 0].astype(np.float32) / np.float32(1 << 31)
    frames = wide.reshape(-1, form.channels)
    return np.ascontiguousarray(frames[:, :2] if form.channels > 1 else frames.repeat(2, axis=1))
