"""What was heard, as a file: bit for bit, in time, and never over another take."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from jackrf.errors import InputError
from jackrf.listening import recording
from jackrf.listening.recording import Recording
from jackrf.listening.tap import Tap
from jackrf.realtime.tap import TAP_RING
from tests.offline import Wire
from tests.realtime.stream import Road, heard_codes

ROUNDING = 1
"""Of 2**23: where audio fades, its samples are no whole numbers, and each side rounds its way."""


def test_the_file_holds_what_was_heard(tmp_path: Path) -> None:
    """Every frame of 24 bits, also those between the last look and the end."""
    path = tmp_path / "heard.wav"
    with Wire() as wire:
        tap = Tap(wire.receiver)
        road = Road(wire)
        take = Recording(path, tap, 48000)
        heard = road.run(128, 200, lambda _: (1,))
        take.close()
    found, rate = soundfile.read(path, dtype="float32")
    assert (rate, soundfile.info(path).subtype) == (48000, "PCM_24")
    assert np.abs(heard_codes(np.ascontiguousarray(found.T)) - heard).max() <= ROUNDING
    assert (take.lost, take.frames, take.error) == (0, 128 * 200, None)
    assert take.outcome() == f"what was heard is in {path}"


def test_what_the_ring_lost_is_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file stays in time when the disk was too slow."""
    monkeypatch.setattr(recording, "WRITE_SECONDS", 60.0)
    path = tmp_path / "heard.wav"
    with Wire() as wire:
        tap = Tap(wire.receiver)
        take = Recording(path, tap, 48000)
        heard = Road(wire).run(8192, TAP_RING // 8192 + 8, lambda _: (1,))
        take.close()
    found = soundfile.read(path, dtype="float32")[0].T
    kept = TAP_RING // 2
    assert take.lost == heard.shape[1] - kept
    assert take.outcome().endswith(
        f"where the disk was too slow silence: {take.lost / 48000:.1f} s"
    )
    assert found.shape == heard.shape
    assert not found[:, :-kept].any()
    tail = heard_codes(np.ascontiguousarray(found[:, -kept:]))
    assert np.abs(tail - heard[:, -kept:]).max() <= ROUNDING


def test_it_goes_on_with_another_receiver(tmp_path: Path) -> None:
    """When JACK comes back: one file, the second part behind the first."""
    path = tmp_path / "heard.wav"
    with Wire() as first, Wire() as second:
        take = Recording(path, Tap(first.receiver), 48000)
        one = Road(first).run(128, 80, lambda _: (1,))
        take.turn_to(Tap(second.receiver), 48000)
        two = Road(second).run(64, 80, lambda _: (1,))
        take.close()
    found = soundfile.read(path, dtype="float32")[0]
    whole = heard_codes(np.ascontiguousarray(found.T))
    assert np.abs(whole - np.concatenate([one, two], axis=1)).max() <= ROUNDING


def test_at_another_rate_the_file_ends(tmp_path: Path) -> None:
    """A server that comes back at 44.1 kHz would be heard too high: what was is kept as it is."""
    path = tmp_path / "heard.wav"
    with Wire() as first, Wire() as second:
        take = Recording(path, Tap(first.receiver), 48000)
        heard = Road(first).run(128, 750, lambda _: (1,))
        take.turn_to(Tap(second.receiver), 44100)
        Road(second).run(128, 80, lambda _: (1,))
        take.close()
    found, rate = soundfile.read(path, dtype="float32")
    assert (rate, len(found)) == (48000, heard.shape[1])
    assert take.outcome() == (
        f"{path} ends where the sample rate became 44100 Hz: a WAV file has one, and its is "
        "48000 Hz; it holds 2.0 s"
    )


FULL = """
import resource, signal, sys, time
from pathlib import Path
from tests.listening.test_recording import Recording, Road, Tap, Wire

with Wire() as wire:
    take = Recording(Path(sys.argv[1]), Tap(wire.receiver), 48000)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    Road(wire).run(128, 750, lambda _: (1,))
    take.close()
    print(take.outcome())
"""


def test_a_disk_that_takes_no_more_is_told(tmp_path: Path) -> None:
    """What was written until then can be heard."""
    path = tmp_path / "heard.wav"
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False
    )
    assert run.stderr == ""
    assert run.stdout.startswith(f"{path} was not written on (")
    assert run.stdout.endswith("), as on a full disk; it holds 0.7 s\n")
    assert soundfile.info(path).frames == (200_000 - 44) // 6


def test_a_full_disk_is_told_and_ends_it(tmp_path: Path) -> None:
    """The rest goes on; nothing is raised on the way."""
    path = tmp_path / "heard.wav"
    with Wire() as wire:
        take = Recording(path, Tap(wire.receiver), 48000)
        take._file.close()
        Road(wire).run(128, 20, lambda _: (1,))
        take.close()
    assert take.error is not None
    assert take.error.startswith(f"{path} was not written on (")
    assert take.outcome() == f"{take.error}; it holds 0.0 s"


def test_it_ends_before_a_wav_file_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its length has 32 bits."""
    monkeypatch.setattr(recording, "LONGEST_BYTES", 6000)
    with Wire() as wire:
        take = Recording(tmp_path / "heard.wav", Tap(wire.receiver), 48000)
        Road(wire).run(128, 20, lambda _: (1,))
        take.close()
    assert "a WAV file holds no more than 4 GiB" in str(take.error)


def test_what_cannot_be_written_is_the_users_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A take that is there, a folder that is not, and soundfile missing."""
    there = tmp_path / "there.wav"
    there.write_text("precious")
    with Wire() as wire:
        tap = Tap(wire.receiver)
        with pytest.raises(InputError, match="is there already: name another file"):
            Recording(there, tap, 48000)
        with pytest.raises(InputError, match=r"cannot be written \(No such file"):
            Recording(tmp_path / "none" / "x.wav", tap, 48000)
        monkeypatch.setitem(sys.modules, "soundfile", None)
        with pytest.raises(InputError, match=r"jackrf\[listen\]"):
            Recording(tmp_path / "x.wav", tap, 48000)
    assert there.read_text() == "precious"
