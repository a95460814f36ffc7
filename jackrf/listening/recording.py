"""What was heard, as a file: a thread takes it from the callback's ring and writes it.

However slow the disk is, the audio does not wait: what the ring could not keep is written as
silence, so that the file stays in time, and is counted.
"""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from jackrf.errors import InputError
from jackrf.listening.tap import Tap

WRITE_SECONDS = 0.2
LONGEST_BYTES = 4_000_000_000
"""A WAV file holds no more than 4 GiB: 3 h 51 min of stereo at 48 kHz."""
FRAME_BYTES = 6

INSTALL = 'pip install "jackrf[listen]"'


class Recording:
    """A WAV file of 24 bits that grows while a receiver plays.

    Args:
        path: the file; there must be none yet.
        tap: of the receiver.
        samplerate: Hz.

    Raises:
        InputError: the file is there already or cannot be written, or soundfile is missing.
    """

    def __init__(self, path: Path, tap: Tap, samplerate: int) -> None:
        self.path = path
        self.samplerate = samplerate
        self.lost = 0
        self.frames = 0
        self.error: str | None = None
        self._tap = tap
        self._at = tap.written
        self._file = _open(path, samplerate)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._write_on, name="jackrf-record", daemon=True)
        self._thread.start()

    def _write_on(self) -> None:
        while not self._done.wait(WRITE_SECONDS) and self.error is None:
            self._write()

    def _write(self) -> None:
        frames, lost, self._at = self._tap.take(self._at)
        self.lost += lost
        try:
            if lost:
                self._file.write(np.zeros((lost, 2), np.float32))
            self._file.write(frames)
        except (OSError, RuntimeError) as error:
            self.error = f"{self.path} was not written on: {' '.join(str(error).split())}"
            return
        self.frames += lost + len(frames)
        if self.frames * FRAME_BYTES > LONGEST_BYTES:
            self.error = f"{self.path} is full: a WAV file holds no more than 4 GiB"

    def turn_to(self, tap: Tap) -> None:
        """Go on with another receiver, which took over when JACK came back."""
        self._finish()
        if self.error is None:
            self._write()
        self._tap, self._at = tap, tap.written
        self._done.clear()
        self._thread = threading.Thread(target=self._write_on, name="jackrf-record", daemon=True)
        self._thread.start()

    def _finish(self) -> None:
        self._done.set()
        self._thread.join()

    def close(self) -> None:
        """Write what is left, and finish the file."""
        self._finish()
        if self.error is None:
            self._write()
        self._file.close()


def _open(path: Path, samplerate: int) -> Any:
    try:
        import soundfile
    except (ImportError, OSError) as error:
        raise InputError(f"--record needs soundfile ({error}): {INSTALL}") from None
    try:
        # Born here, or not at all: a take that is there is never written over.
        with path.open("xb"):
            pass
        return soundfile.SoundFile(path, "w", samplerate, 2, subtype="PCM_24", format="WAV")
    except FileExistsError:
        raise InputError(f"{path} is there already: name another file, or remove it") from None
    except (OSError, RuntimeError) as error:
        said = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise InputError(
            f"{path} cannot be written ({said}): name a file in a folder of yours"
        ) from None
