"""Players that know nothing of jackrf, told to write down what they hear."""

import signal
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from jackrf.rtp.stream import PAYLOADS, Encoding
from tests.system.running import Ended, Program, is_bound


class Decoder(Protocol):
    """Makes the command line of a player that writes raw samples to a file."""

    def __call__(self, sdp: Path, port: int, encoding: Encoding, out: Path) -> list[str]:
        """Return the command line."""
        ...


def ffmpeg(sdp: Path, port: int, encoding: Encoding, out: Path) -> list[str]:  # noqa: ARG001
    """FFmpeg, told by the SDP alone."""
    kind = {"L16": "s16be", "L24": "s24be"}[encoding]
    known = ["-protocol_whitelist", "file,udp,rtp", "-i", str(sdp)]
    written = ["-c:a", f"pcm_{kind}", "-f", kind, "-y", str(out)]
    return ["ffmpeg", "-nostdin", "-loglevel", "fatal", *known, *written]


def gstreamer(sdp: Path, port: int, encoding: Encoding, out: Path) -> list[str]:  # noqa: ARG001
    """GStreamer, told by caps, as docs/wire-format.md writes them."""
    media = "application/x-rtp,media=audio,clock-rate=48000,channels=2"
    payload = PAYLOADS[encoding].payload_type
    caps = f"caps={media},encoding-name={encoding},payload={payload}"
    source = ["udpsrc", "address=127.0.0.1", f"port={port}", caps]
    sink = ["filesink", f"location={out}"]
    return ["gst-launch-1.0", "-q", "-e", *source, "!", f"rtp{encoding}depay", "!", *sink]


class Decoding(Program):
    """A decoder at work on one stream.

    Args:
        decoder: which.
        sdp: the stream's description.
        port: that it is sent to.
        encoding: of the stream.
        out: file for the samples.
    """

    def __init__(
        self, decoder: Decoder, sdp: Path, port: int, encoding: Encoding, out: Path
    ) -> None:
        self._out = out
        self._encoding = encoding
        self._port = port
        super().__init__(decoder(sdp, port, encoding, out))

    def become_ready(self) -> None:
        """Wait until it hears its port."""
        self.wait_until(lambda: is_bound(self._port))

    def finish(self) -> NDArray[np.int32]:
        """End it; return what it heard as integers of the encoding, shape (2, frames)."""
        ended: Ended = self.stop(signal.SIGINT)
        assert not ended.errors, ended.errors
        return samples(self._out.read_bytes(), self._encoding)


def samples(data: bytes, encoding: Encoding) -> NDArray[np.int32]:
    """Return interleaved big-endian stereo samples as integers, shape (2, frames)."""
    width = PAYLOADS[encoding].sample_bytes
    octets = np.frombuffer(data, np.uint8)
    octets = octets[: len(octets) // (2 * width) * 2 * width].reshape(-1, 2, width)
    wide = np.zeros((*octets.shape[:2], 4), np.uint8)
    wide[:, :, :width] = octets
    return (wide.view(">i4")[:, :, 0] >> (32 - 8 * width)).T.astype(np.int32)
