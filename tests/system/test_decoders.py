"""What other people's decoders make of the stream: ffmpeg by the SDP, GStreamer by its caps."""

import contextlib
import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.rtp.stream import Encoding
from jackrf.testing import DummyJack
from tests.quiet import best_of
from tests.system.decoders import Decoder, Decoding, ffmpeg, gstreamer
from tests.system.instruments import Audio, Player, wait_for
from tests.system.running import Running, free_port

pytestmark = pytest.mark.system

RATE = 48000
"""How often to try again when the JACK server itself lost a period."""
FULL = {"L16": 2**15, "L24": 2**23}

Heard = dict[tuple[str, Decoder], NDArray[np.int32]]
"""Integers of the encoding, shape (2, frames), by mix and by who heard it."""

BAND = """\
format = 1
name = "Decoded"

[inputs.kick]
name = "Kick"
trim = 2.5
connect = ["player:out_1"]

[inputs.bass]
name = "Bass"
trim = -3.0
connect = ["player:out_2"]

[inputs.vox]
name = "Vox"
connect = ["player:out_3"]

[mixes.pans]
name = "Pans, trims and a mute"
gain = -2.0
encoding = "ENCODING"
send_to = TO_pans
[mixes.pans.sends]
kick = { gain = -6.0, pan = -0.5 }
bass = { gain = 1.5, pan = 1.0 }
vox = { gain = 0.0, mute = true }

[mixes.solo]
name = "Solo"
encoding = "ENCODING"
send_to = TO_solo
[mixes.solo.sends]
kick = { gain = 0.0 }
bass = { gain = -4.0, pan = 0.3, solo = true }
vox = { gain = -1.0, pan = -0.2, solo = true }
"""

EXTREMES = """\
format = 1
name = "Extremes"

[inputs.loud]
name = "Loud"
connect = ["player:out_1"]

[inputs.quiet]
name = "Quiet"
connect = ["player:out_2"]

[mixes.limited]
name = "Limited"
encoding = "ENCODING"
send_to = TO_limited
sends = { loud = { gain = 10.0 } }

[mixes.open]
name = "Without limiter"
limiter = false
encoding = "ENCODING"
send_to = TO_open
sends = { loud = { gain = 10.0 } }

[mixes.quiet]
name = "Quiet"
encoding = "ENCODING"
send_to = TO_quiet
sends = { quiet = { gain = 3.0 } }
"""


class Hall:
    """A running jackrf, the player that plays into it, and decoders that hear its mixes.

    Args:
        server: the JACK server.
        folder: for files.
        session: text with ENCODING, and TO_ before the id of each mix, where they belong.
        mixes: their ids.
        decoders: each hears every mix, on a port of its own.
        encoding: of every mix.
    """

    def __init__(
        self,
        server: DummyJack,
        folder: Path,
        session: str,
        mixes: list[str],
        decoders: list[Decoder],
        encoding: Encoding,
    ) -> None:
        self._folder = folder
        self._encoding = encoding
        self._ports = {mix: [(decoder, free_port()) for decoder in decoders] for mix in mixes}
        session = session.replace("ENCODING", encoding)
        for mix, places in self._ports.items():
            urls = [f"udp://127.0.0.1:{port}" for _, port in places]
            session = session.replace(f"TO_{mix}", json.dumps(urls))
        with contextlib.ExitStack() as stack:
            self.player = stack.enter_context(Player(server.name, 3))
            self.jackrf = stack.enter_context(Running(folder, session, server.name))
            self._stack = stack.pop_all()

    def __enter__(self) -> Self:
        # A mix fades in for 500 ms.
        wait_for(lambda: self.jackrf.status()["cycles"] * 128 > 0.6 * RATE)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _sending(self) -> bool:
        mixes = self.jackrf.status()["mixes"].values()
        return all(one["state"] == "sending" for mix in mixes for one in mix["listeners"])

    def _decode(self, music: Audio) -> tuple[Heard, bool]:
        with contextlib.ExitStack() as stack:
            decoding = {}
            for mix, places in self._ports.items():
                for number, (decoder, port) in enumerate(places):
                    stem = self._folder / f"{mix}-{number}"
                    sdp, out = stem.with_suffix(".sdp"), stem.with_suffix(".raw")
                    sdp.write_text(self.jackrf.ask("sdp", mix=mix, listener=number), newline="")
                    program = Decoding(decoder, sdp, port, self._encoding, out)
                    decoding[mix, decoder] = stack.enter_context(program)
            # Whom nobody heard is left alone for 200 ms.
            time.sleep(0.3)
            wait_for(self._sending)
            before = self.jackrf.losses(), self.player.missed
            self.player.play(music, delay=0.3)
            self.player.wait()
            time.sleep(0.2)
            whole = before == (self.jackrf.losses(), self.player.missed)
            return {key: program.finish() for key, program in decoding.items()}, whole

    def decode(self, music: Audio, right: Callable[[Heard], bool]) -> Heard:
        """Play music, and return what the decoders of every mix heard.

        Where it was not right and the JACK server itself had lost a period it is played again.
        """
        heard, _ = best_of(lambda: self._decode(music), lambda found: found[1] or right(found[0]))
        return heard


def gain(decibels: float, pan: float) -> list[float]:
    """Left and right amplitude of a gain and a constant-power pan, from their definitions."""
    angle = (pan + 1) * math.pi / 4
    amplitude: float = 10 ** (decibels / 20)
    return [amplitude * math.cos(angle), amplitude * math.sin(angle)]


def band_mixed(music: Audio) -> dict[str, NDArray[np.float64]]:
    """What BAND asks for, in float64, 1.0 is full scale."""
    off = [0.0, 0.0]
    pans = [gain(-2.0 - 6.0 + 2.5, -0.5), gain(-2.0 + 1.5 - 3.0, 1.0), off]
    solo = [off, gain(-4.0 - 3.0, 0.3), gain(-1.0, -0.2)]
    return {mix: np.array(rows).T @ music for mix, rows in (("pans", pans), ("solo", solo))}


def noises(seconds: float) -> Audio:
    """Three different noises that leave the limiter open, each with a pulse at both ends."""
    noise = np.random.default_rng(20).uniform(-0.25, 0.25, (3, round(seconds * RATE)))
    noise[:, 0] = noise[:, -1] = 0.3
    return noise.astype(np.float32)


def from_first_sound(heard: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return what was heard from the first frame on that is not silence."""
    loud = np.flatnonzero(np.any(heard != 0, axis=0))
    return heard[:, loud[0] if len(loud) else 0 :]


def error(heard: NDArray[np.int32], exact: NDArray[np.float64]) -> float:
    """Return the largest distance, in LSB, of what was heard from an exact mix in LSB.

    The mix begins with the first sound. From there each frame has to be in its place, and behind
    it there has to be silence.
    """
    sound = from_first_sound(heard)
    frames = exact.shape[1]
    if sound.shape[1] < frames:
        return math.inf
    behind = np.abs(sound[:, frames:]).max(initial=0)
    return float(max(np.abs(sound[:, :frames] - exact).max(), behind))


@pytest.mark.parametrize("encoding", ["L16", "L24"])
def test_decoders_hear_the_exact_mix(
    dummy_jack: DummyJack, tmp_path: Path, encoding: Encoding
) -> None:
    """What ffmpeg and GStreamer decode is the mix computed in float64: each of 2 s of frames in
    its place, within 1 LSB, with gain, trim, pan, mute and solo as the session has them.
    """
    music = noises(2.2)
    exact = {mix: mixed * FULL[encoding] for mix, mixed in band_mixed(music).items()}

    def wrong(heard: Heard) -> dict[str, float]:
        errors = {(mix, who): error(sound, exact[mix]) for (mix, who), sound in heard.items()}
        return {f"{mix} by {who}": found for (mix, who), found in errors.items() if found > 1.0}

    decoders = [ffmpeg, gstreamer]
    with Hall(dummy_jack, tmp_path, BAND, ["pans", "solo"], decoders, encoding) as hall:
        heard = hall.decode(music, lambda heard: not wrong(heard))
    assert wrong(heard) == {}


def is_square(sound: NDArray[np.int32], square: Audio) -> bool:
    """Say whether both sides have a square's sign in every frame."""
    return sound.shape[1] == len(square) and bool((np.sign(sound) == np.sign(square)).all())


def contains(heard: NDArray[np.int32], exact: NDArray[np.float64]) -> bool:
    """Say whether a faint mix is in what was heard, within 1 LSB, and silence around it."""
    first = heard.shape[1] - from_first_sound(heard).shape[1]
    frames = exact.shape[1]
    # Its own first frames may be 0.
    for start in range(max(0, first - 20), first + 1):
        part = heard[:, start : start + frames]
        if part.shape[1] == frames and np.abs(part - exact).max() <= 1.0:
            return not heard[:, start + frames :].any()
    return False


def faults(heard: Heard, music: Audio, encoding: Encoding) -> list[str]:
    """Return what is wrong with what was heard of EXTREMES."""
    full, frames = FULL[encoding], music.shape[1]
    found = []
    limited = from_first_sound(heard["limited", ffmpeg])[:, :frames]
    opened = from_first_sound(heard["open", ffmpeg])[:, :frames]
    found += [
        name
        for name, sound in (("limited wraps", limited), ("open wraps", opened))
        if not is_square(sound, music[0])
    ]
    ceiling = 10 ** (-1 / 20) * full
    if np.abs(limited).max() > ceiling + 0.5 or np.abs(limited).min() < 0.99 * ceiling:
        found.append("limited is not at the ceiling")
    if {*np.unique(opened)} != {-full, full - 1}:
        found.append("open is not at full scale")
    quiet = np.outer(gain(3.0, 0.0), music[1].astype(np.float64)) * full
    if encoding == "L16" and heard["quiet", ffmpeg].any():
        found.append("-120 dBFS is heard in L16")
    if encoding == "L24" and not contains(heard["quiet", ffmpeg], quiet):
        found.append("-120 dBFS is not heard as it is in L24")
    return found


@pytest.mark.parametrize("encoding", ["L16", "L24"])
def test_extremes_are_heard_as_they_should_be(
    dummy_jack: DummyJack, tmp_path: Path, encoding: Encoding
) -> None:
    """A full-scale square through +10 dB stays at the limiter's ceiling, without limiter at full
    scale, and never wraps; noise at -120 dBFS is silence in L16, and itself in L24.
    """
    frames = round(1.5 * RATE)
    music = np.zeros((3, frames), np.float32)
    music[0] = np.where(np.arange(frames) // 60 % 2, -1.0, 1.0)
    music[1] = np.random.default_rng(21).uniform(-1e-6, 1e-6, frames)
    mixes = ["limited", "open", "quiet"]
    with Hall(dummy_jack, tmp_path, EXTREMES, mixes, [ffmpeg], encoding) as hall:
        heard = hall.decode(music, lambda heard: not faults(heard, music, encoding))
    assert faults(heard, music, encoding) == []
