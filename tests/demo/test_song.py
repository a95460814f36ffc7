"""The demo's song: music that can be measured."""

import numpy as np
import pytest

from jackrf.demo.song import BANDS, BEATS, Audio, pitch, synthesise
from jackrf.units import amplitude_to_db


@pytest.fixture(scope="module")
def parts() -> dict[str, Audio]:
    """The song at 48 kHz."""
    return synthesise(48000)


def level(part: Audio, low: float, high: float) -> float:
    """Level in dB of what lies between two frequencies, against a full-scale sine."""
    spectrum = np.abs(np.fft.rfft(part.astype(np.float64))) * 2 / len(part)
    frequency = np.fft.rfftfreq(len(part), 1 / 48000)
    inside = spectrum[(frequency >= low) & (frequency < high)]
    return amplitude_to_db(float(np.sqrt(np.sum(inside**2))))


def test_four_instruments_play_loops_of_one_length(parts: dict[str, Audio]) -> None:
    """Kick, bass, guitar and vox stay together for ever."""
    assert list(parts) == ["kick", "bass", "guitar", "vox"]
    assert {part.shape for part in parts.values()} == {parts["kick"].shape}
    assert all(part.dtype == np.float32 for part in parts.values())


@pytest.mark.parametrize("samplerate", [44100, 48000, 96000])
def test_the_tempo_is_the_same_at_every_samplerate(samplerate: int) -> None:
    """Between 100 and 110 beats per minute, whatever the sampling rate."""
    frames = len(synthesise(samplerate)["kick"])
    assert 100 <= BEATS * 60 * samplerate / frames <= 110


def test_nothing_clips_and_everything_is_audible(parts: dict[str, Audio]) -> None:
    """Peaks stay below full scale, and each instrument is near -15 dB on average."""
    for part in parts.values():
        assert np.abs(part).max() < 1.0
        assert -25 < level(part, 20, 20000) < -8


@pytest.mark.parametrize("name", BANDS)
def test_each_instrument_has_a_region_of_its_own(name: str, parts: dict[str, Audio]) -> None:
    """In its region it is at least 8 dB louder than each of the others."""
    own = level(parts[name], *BANDS[name])
    others = [level(parts[other], *BANDS[name]) for other in parts if other != name]
    assert own - max(others) > 8


def test_nothing_else_is_heard_where_the_guitar_is(parts: dict[str, Audio]) -> None:
    """The guitar, whose fader the demo moves, is 70 dB above whatever else is in its region."""
    own = level(parts["guitar"], *BANDS["guitar"])
    others = [level(parts[other], *BANDS["guitar"]) for other in ("kick", "bass", "vox")]
    assert own - max(others) > 70


def test_the_loop_has_no_seam(parts: dict[str, Audio]) -> None:
    """From the last frame to the first it goes on as smoothly as anywhere."""
    for part in parts.values():
        assert abs(part[0] - part[-1]) <= np.abs(np.diff(part)).max()


def test_the_song_is_always_the_same(parts: dict[str, Audio]) -> None:
    """Its noises come from a fixed seed: every demo plays the same samples."""
    again = synthesise(48000)
    assert all(np.array_equal(part, again[name]) for name, part in parts.items())


@pytest.mark.parametrize(("note", "hertz"), [("A4", 440.0), ("E2", 82.407), ("F#5", 739.989)])
def test_notes_are_in_equal_temperament(note: str, hertz: float) -> None:
    """A4 is 440 Hz, and twelve equal semitones make an octave."""
    assert pitch(note) == pytest.approx(hertz, abs=1e-3)
