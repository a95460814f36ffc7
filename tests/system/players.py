"""Players that tune in by RTSP, as docs/players.md writes them, and write down what they hear."""

from pathlib import Path
from typing import Protocol

from jackrf.rtp.stream import Encoding

RAW = {"L16": "s16be", "L24": "s24be"}


class Tuner(Protocol):
    """Makes the command line of a player that writes raw samples to a file."""

    def __call__(self, url: str, encoding: Encoding, out: Path) -> list[str]:
        """Return the command line."""
        ...


def _ffmpeg(transport: str, url: str, encoding: Encoding, out: Path) -> list[str]:
    kind = RAW[encoding]
    heard = ["-rtsp_transport", transport, "-i", url]
    written = ["-c:a", f"pcm_{kind}", "-f", kind, "-flush_packets", "1", "-y", str(out)]
    return ["ffmpeg", "-nostdin", "-loglevel", "fatal", *heard, *written]


def ffmpeg_udp(url: str, encoding: Encoding, out: Path) -> list[str]:
    """FFmpeg over UDP."""
    return _ffmpeg("udp", url, encoding, out)


def ffmpeg_tcp(url: str, encoding: Encoding, out: Path) -> list[str]:
    """FFmpeg on the RTSP connection."""
    return _ffmpeg("tcp", url, encoding, out)


def _gstreamer(protocols: str, url: str, encoding: Encoding, out: Path) -> list[str]:
    source = ["rtspsrc", f"location={url}", f"protocols={protocols}", "latency=50"]
    sink = ["filesink", f"location={out}", "buffer-mode=unbuffered"]
    return ["gst-launch-1.0", "-q", "-e", *source, "!", f"rtp{encoding}depay", "!", *sink]


def gstreamer_udp(url: str, encoding: Encoding, out: Path) -> list[str]:
    """GStreamer over UDP."""
    return _gstreamer("udp", url, encoding, out)


def gstreamer_tcp(url: str, encoding: Encoding, out: Path) -> list[str]:
    """GStreamer on the RTSP connection."""
    return _gstreamer("tcp", url, encoding, out)


TUNERS: dict[str, Tuner] = {
    "ffmpeg over UDP": ffmpeg_udp,
    "ffmpeg over TCP": ffmpeg_tcp,
    "GStreamer over UDP": gstreamer_udp,
    "GStreamer over TCP": gstreamer_tcp,
}


def ffplay(url: str) -> list[str]:
    """FFmpeg's player, with the options that docs/players.md gives it."""
    quick = ["-fflags", "nobuffer", "-flags", "low_delay", "-rtsp_transport", "udp"]
    return ["ffplay", "-nodisp", "-loglevel", "fatal", *quick, url]
