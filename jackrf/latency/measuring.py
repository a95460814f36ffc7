"""Plays chirps into one port and hears them at another, on JACK's frame time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from jackrf.errors import InputError
from jackrf.latency.chirps import delays, make_chirps
from jackrf.latency.instruments import Player, Recorder, apart

SOFT_PEAK = 10.0 ** (-26.0 / 20.0)
"""Chirps go where musicians may be listening."""


@dataclass(frozen=True, slots=True)
class Found:
    """What became of the chirps.

    Attributes:
        frames: delay of each that came through.
        sent: how many were played.
        samplerate: Hz.
        period: frames.
        missed: periods that JACK lost meanwhile.
    """

    frames: tuple[int, ...]
    sent: int
    samplerate: int
    period: int
    missed: int

    @property
    def median_ms(self) -> float:
        """Median delay in ms."""
        return 1000.0 * float(np.median(self.frames)) / self.samplerate


def measure(server: str | None, source: str, sink: str, chirps: int) -> Found:
    """Return how late chirps that go into one port come out of another.

    Each is at its place on the server's frame time, so that a wire from one port to the other has
    0 frames and the measuring itself adds nothing.

    Args:
        server: JACK server name, None for the default one.
        source: full name of the input port that takes the chirps.
        sink: full name of the output port at which they are heard.
        chirps: how many, 8 a second.

    Raises:
        JackrfError: no server, or the ports are not there.
    """
    with (
        Player(server, name="jackrf-latency-in") as player,
        Recorder(server, [sink], name="jackrf-latency-out") as recorder,
    ):
        require_port(player, source)
        require_port(recorder, sink)
        player.client.connect(player.ports[0], source)
        recorder.connect()
        track, starts = make_chirps(chirps, player.client.period, peak=SOFT_PEAK)
        recorder.begin(len(track) / player.client.samplerate + 1.0)
        begin = player.play(track[np.newaxis], delay=0.1)
        player.wait()
        take = recorder.end()
        shift = apart(begin, take.start)
        recording: NDArray[np.float32] = np.zeros(len(track), np.float32)
        part = take.audio[0, shift:] if shift >= 0 else take.audio[0]
        recording[: len(part)] = part[: len(recording)]
        missed = take.missed
        client = player.client
        return Found(
            tuple(delays(recording, starts)), chirps, client.samplerate, client.period, missed
        )


def require_port(instrument: Player | Recorder, port: str) -> None:
    """Make sure that a port is there.

    Raises:
        InputError: it is not.
    """
    if not instrument.client.has_port(port):
        raise InputError(f"there is no JACK port {port!r}: `jack_lsp` shows all there are")
