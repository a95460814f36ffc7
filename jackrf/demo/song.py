"""The song that the demo's band plays: eight bars for kick, bass, guitar and vox, made with numpy.

Every instrument has a frequency region of its own (`BANDS`), so that how loud each one is can be
read from a recording of the mix alone. All parts are loops of the same length and wrap around
without a seam: notes and room that ring past the end are heard at the beginning.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Audio = NDArray[np.float32]
Samples = NDArray[np.float64]

TEMPO: Final = 104.0
"""Beats per minute."""
BEATS: Final = 32
"""Length of the loop: eight bars of four."""

BANDS: Final[dict[str, tuple[float, float]]] = {
    "kick": (30.0, 64.0),
    "bass": (68.0, 250.0),
    "guitar": (278.0, 550.0),
    "vox": (570.0, 3600.0),
}
"""Hz: where each instrument, and nearly nothing of the others, is to be found."""

_PEAKS: Final = {"kick": 0.80, "bass": 0.40, "guitar": 0.44, "vox": 0.40}
_SEED: Final = 104

# Two times G, E minor, C, D.
_BASS_ROOTS: Final = ("G2", "E2", "C3", "D2") * 2
_BASS_RHYTHM: Final = ((0.0, 1.4), (1.5, 0.45), (2.0, 0.9), (3.0, 0.45), (3.5, 0.45))
_CHORDS: Final = (("D4", "G4", "B4"), ("E4", "G4", "B4"), ("E4", "G4", "C5"), ("D4", "F#4", "A4"))
_PICKING: Final = (0, 1, 2, 1, 0, 2, 1, 2)
_KICKS: Final = (0.0, 1.5, 2.0, 3.0)
_MELODY: Final = (
    *(("G5", 1.5), ("A5", 0.5), ("B5", 2.0)),
    *(("B5", 1.0), ("A5", 1.0), ("G5", 2.0)),
    *(("E5", 1.5), ("G5", 0.5), ("A5", 1.0), ("G5", 1.0)),
    *(("F#5", 1.5), ("E5", 0.5), ("D5", 2.0)),
    *(("D5", 1.0), ("G5", 1.0), ("B5", 2.0)),
    *(("A5", 0.5), ("G5", 0.5), ("E5", 1.0), ("G5", 2.0)),
    *(("G5", 1.0), ("A5", 1.0), ("G5", 0.5), ("E5", 1.5)),
    *(("F#5", 1.0), ("A5", 1.0), ("F#5", 2.0)),
)
_FORMANTS: Final = (
    # centre in Hz, half width in Hz, strength
    (800.0, 180.0, 1.0),
    (1200.0, 160.0, 0.7),
    (2800.0, 250.0, 0.4),
    (3400.0, 300.0, 0.2),
)
_ROOM_DELAY: Final = 0.012
"""Seconds from the sound to the first wall and back."""


@dataclass(frozen=True, slots=True)
class _Loop:
    """The grid of the song at one sampling rate."""

    samplerate: int

    @property
    def frames(self) -> int:
        # A length with small factors only: Fourier transforms of the whole loop are six times
        # faster. It moves the tempo by less than 1 %.
        return BEATS * 512 * round(self.samplerate * 60.0 / TEMPO / 512)

    def frame(self, beat: float) -> int:
        return round(beat / BEATS * self.frames)

    def time(self, seconds: float) -> Samples:
        return np.arange(round(seconds * self.samplerate)) / self.samplerate

    def add(self, part: Samples, beat: float, note: Samples) -> None:
        """Add a note to a part; what rings past the end of the loop is heard at its beginning."""
        places = (self.frame(beat) + np.arange(len(note))) % self.frames
        part[places] += note


def synthesise(samplerate: int) -> dict[str, Audio]:
    """Play the song once.

    Args:
        samplerate: Hz, at least 8000 for all of it to be there.

    Returns:
        For each instrument of `BANDS` one loop, float32, shape (frames,), all of the same
        length, with peaks below 1.
    """
    loop = _Loop(samplerate)
    players: dict[str, Callable[[_Loop], Samples]] = {
        "kick": _kick,
        "bass": _bass,
        "guitar": _guitar,
        "vox": _vox,
    }
    parts = {}
    for name, play in players.items():
        part = play(loop)
        parts[name] = (part * (_PEAKS[name] / np.abs(part).max())).astype(np.float32)
    return parts


def pitch(note: str) -> float:
    """Return the frequency in Hz of a note such as ``F#4``, with A4 at 440 Hz."""
    semitones = {"C": 0, "C#": 1, "D": 2, "D#": 3, "E": 4, "F": 5}
    semitones |= {"F#": 6, "G": 7, "G#": 8, "A": 9, "A#": 10, "B": 11}
    name, octave = note[:-1], int(note[-1])
    return float(440.0 * 2.0 ** (octave - 4 + (semitones[name] - 9) / 12))


def _kick(loop: _Loop) -> Samples:
    """A drum head that falls to 47 Hz in a few milliseconds, and a soft beater."""
    t = loop.time(0.5)
    fall = 75.0 * 0.009 * (1 - np.exp(-t / 0.009))
    hit = np.sin(2 * np.pi * (47.0 * t + fall)) * np.exp(-t / 0.15)
    hit *= _edges(t, attack=0.003, release=0.05)
    beater = np.sin(2 * np.pi * 1900.0 * t) * np.exp(-0.5 * ((t - 0.004) / 0.0012) ** 2)
    heads, beaters = np.zeros(loop.frames), np.zeros(loop.frames)
    for bar in range(BEATS // 4):
        for beat in _KICKS:
            strength = 0.8 if beat % 1 else 1.0
            loop.add(heads, 4 * bar + beat, strength * hit)
            loop.add(beaters, 4 * bar + beat, 0.12 * strength * beater)
    return _band(heads, loop.samplerate, 20.0, 200.0, edge=0.5) + beaters


def _bass(loop: _Loop) -> Samples:
    """A round electric bass on the roots, with the octave above just audible."""
    part = np.zeros(loop.frames)
    for bar, root in enumerate(_BASS_ROOTS):
        for beat, length in _BASS_RHYTHM:
            t = loop.time(length * 60.0 / TEMPO + 0.06)
            phase = 2 * np.pi * pitch(root) * t
            tone = np.sin(phase) + 0.34 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase)
            edges = _edges(t, attack=0.012, release=0.06)
            loop.add(part, 4 * bar + beat, tone * np.exp(-t / 0.9) * edges)
    return _band(part, loop.samplerate, 66.0, 255.0, edge=0.06)


def _guitar(loop: _Loop) -> Samples:
    """Plucked nylon strings, one every eighth, that ring on while the next ones sound."""
    part = np.zeros(loop.frames)
    t = loop.time(1.5)
    for eighth in range(2 * BEATS):
        chord = _CHORDS[eighth // 8 % 4]
        frequency = pitch(chord[_PICKING[eighth % 8]])
        note = np.zeros(len(t))
        for k in range(1, 8):
            # A string plucked at 0.27 of its length; the upper partials die first.
            strength = np.sin(np.pi * k * 0.27) / k**2
            partial = k * frequency * (1 + 2e-4 * k * k)
            note += strength * np.sin(2 * np.pi * partial * t) * np.exp(-t * (1.3 + 0.9 * k))
        accent = 1.0 if eighth % 4 == 0 else 0.8
        loop.add(part, eighth / 2, accent * note * _edges(t, attack=0.003, release=0.2))
    return _band(_room(part, loop.samplerate, 0.12), loop.samplerate, 272.0, 1500.0, edge=0.04)


def _vox(loop: _Loop) -> Samples:
    """A voice singing on "ah": a gliding, slightly trembling pitch through four formants."""
    frequency, loudness = _melody(loop)
    phase = 2 * np.pi * np.cumsum(frequency) / loop.samplerate
    part = np.zeros(loop.frames)
    for k in range(1, 7):
        part += _formants(k * frequency) / k * np.sin(k * phase)
    noise = np.random.default_rng(_SEED).standard_normal(loop.frames)
    breath = _band(noise, loop.samplerate, 1800.0, 3500.0, edge=0.2)
    part = loudness * (part + 0.02 * breath)
    return _band(_room(part, loop.samplerate, 0.22), loop.samplerate, 572.0, 6000.0, edge=0.01)


def _melody(loop: _Loop) -> tuple[Samples, Samples]:
    """Return frequency in Hz and loudness 0..1 of the voice, for each frame of the loop."""
    logarithm = np.zeros(loop.frames)
    loudness = np.ones(loop.frames)
    t = np.arange(loop.frames) / loop.samplerate
    for start, end, note in _sung(loop):
        logarithm[start:end] = np.log2(pitch(note))
        inside = t[: end - start]
        loudness[start:end] = 0.72 + 0.28 * _edges(inside, attack=0.09, release=0.16)
        tremble = np.clip((inside - 0.25) / 0.3, 0, 1) * np.sin(2 * np.pi * 5.4 * inside)
        logarithm[start:end] += tremble * 22 / 1200
    for beat in (0, 16):  # a breath before each half
        start = loop.frame(beat)
        width = round(0.3 * loop.samplerate)
        dip = (np.arange(-width, width // 3) + start) % loop.frames
        loudness[dip] *= 1 - np.sin(np.linspace(0, np.pi, len(dip))) ** 2
    return 2.0 ** _smooth(logarithm, 0.035 * loop.samplerate), loudness


def _sung(loop: _Loop) -> Iterator[tuple[int, int, str]]:
    beat = 0.0
    for note, length in _MELODY:
        yield loop.frame(beat), loop.frame(beat + length), note
        beat += length


def _formants(frequency: Samples) -> Samples:
    """Return how strongly the throat of someone singing "ah" passes each frequency in Hz."""
    strength = np.full(len(frequency), 0.15)
    for centre, width, height in _FORMANTS:
        strength += height / (1 + ((frequency - centre) / width) ** 2)
    return strength


def _edges(t: Samples, *, attack: float, release: float) -> Samples:
    """Return a factor that rises and falls along half cosines of so many seconds."""
    up = np.clip(t / attack, 0, 1)
    down = np.clip((t[-1] - t) / release, 0, 1)
    return np.asarray(0.25 * (1 - np.cos(np.pi * up)) * (1 - np.cos(np.pi * down)))


def _smooth(values: Samples, width: float) -> Samples:
    """Return the loop blurred by a Gaussian of so many frames."""
    spectrum = np.fft.rfft(values)
    rates = np.fft.rfftfreq(len(values))
    return np.fft.irfft(spectrum * np.exp(-2 * (np.pi * rates * width) ** 2), len(values))


def _band(values: Samples, samplerate: int, low: float, high: float, *, edge: float) -> Samples:
    """Return the loop without what is below `low` and above `high` Hz.

    The edges are half cosines, `edge` times as wide as the frequency they stand at.
    """
    frequency = np.fft.rfftfreq(len(values), 1 / samplerate)
    rise = np.clip((frequency - low) / (low * edge) + 0.5, 0, 1)
    fall = np.clip((high - frequency) / (high * edge) + 0.5, 0, 1)
    shape = 0.25 * (1 - np.cos(np.pi * rise)) * (1 - np.cos(np.pi * fall))
    return np.fft.irfft(np.fft.rfft(values) * shape, len(values))


def _room(values: Samples, samplerate: int, amount: float) -> Samples:
    """Return the loop with the sound of a small room, whose tail wraps around like the loop."""
    t = np.arange(len(values)) / samplerate
    noise = np.random.default_rng(_SEED).standard_normal(len(values))
    tail = np.where(t > _ROOM_DELAY, noise * np.exp(-t / 0.16), 0.0)
    tail *= amount / np.sqrt(np.sum(tail**2))
    return values + np.fft.irfft(np.fft.rfft(values) * np.fft.rfft(tail), len(values))
