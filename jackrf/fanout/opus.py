"""Opus by libopus, through PyAV (the extra ``jackrf[fanout]``)."""

from fractions import Fraction
from importlib.util import find_spec
from typing import Any, Final

from jackrf.errors import InputError
from jackrf.fanout.frames import Samples

RATE: Final = 48000
"""Of Opus in RTP, whatever it holds (RFC 7587 section 4.1)."""
DURATIONS: Final = (2.5, 5.0, 10.0, 20.0)
"""Milliseconds that a packet may hold."""
BITRATES: Final = (16, 512)
"""The least and the most, kbit/s."""


def check_library() -> None:
    """Look whether there is PyAV.

    Raises:
        InputError: there is none.
    """
    if find_spec("av") is None:
        raise InputError('fanout needs more than jackrf alone: pip install "jackrf[fanout]"')


class Encoder:
    """One stereo stream. At 48 kHz samples go to libopus as they are; others are resampled first.

    Args:
        rate: of the samples, Hz.
        milliseconds: of audio in a packet, of `DURATIONS`.
        kilobits: per second.
    """

    def __init__(self, rate: int, milliseconds: float, kilobits: int) -> None:
        import av

        self._frame: Any = av.AudioFrame
        self._rate = rate
        self._length = round(RATE * milliseconds / 1000)
        self._options = milliseconds, kilobits
        self._make()

    def _make(self) -> None:
        import av

        milliseconds, kilobits = self._options
        codec: Any = av.CodecContext.create("libopus", "w")
        codec.sample_rate, codec.format, codec.layout = RATE, "flt", "stereo"
        codec.bit_rate = 1000 * kilobits
        codec.options = {"application": "lowdelay", "frame_duration": f"{milliseconds:g}"}
        codec.open()
        self._codec = codec
        self._resampler: Any = None
        if self._rate != RATE:
            self._resampler = av.AudioResampler("flt", "stereo", RATE, self._length)
        self._place = 0

    def begin(self) -> None:
        """Forget what was before: a stream begins, or goes on after a gap."""
        self._make()

    def encode(self, samples: Samples) -> list[bytes]:
        """Return the packets that are whole with these samples: one each at 48 kHz."""
        frame = self._frame.from_ndarray(samples.reshape(1, -1), format="flt", layout="stereo")
        frame.sample_rate, frame.time_base = self._rate, Fraction(1, self._rate)
        frame.pts = self._place
        self._place += len(samples)
        frames = [frame] if self._resampler is None else self._resampler.resample(frame)
        return [bytes(packet) for one in frames for packet in self._codec.encode(one)]
