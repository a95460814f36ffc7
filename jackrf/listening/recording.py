"""What was heard, as a file: a thread takes it from the callback's ring and writes it.

However slow the disk is, the audio does not wait: what the ring could not keep is written as
silence, so that the file stays in time, and is counted.
"""

import contextlib
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
HEADER_BYTES = 44

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
            self.error = f"{self.path} was not written on ({_said(error)}), as on a full disk"
            return
        self.frames += lost + len(frames)
        if self.frames * FRAME_BYTES > LONGEST_BYTES:
            self.error = f"{self.path} is full: a WAV file holds no more than 4 GiB"

    def turn_to(self, tap: Tap, samplerate: int) -> None:
        """Go on with another receiver, which took over when JACK came back.

        At another rate, Hz, the file ends: it has one.
        """
        self._finish()
        if self.error is None:
            self._write()
        if self.error is None and samplerate != self.samplerate:
            self.error = (
                f"{self.path} ends where the sample rate became {samplerate} Hz: "
                f"a WAV file has one, and its is {self.samplerate} Hz"
            )
        if self.error is not None:
            return
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
        try:
            self._file.close()
        except (OSError, RuntimeError) as error:
            self.error = self.error or f"{self.path} was not finished: {_said(error)}"

    def outcome(self) -> str:
        """Return what became of the file, in a line."""
        if self.error is not None:
            return f"{self.error}; it holds {self._held() / self.samplerate:.1f} s"
        silent = f", where the disk was too slow silence: {self.lost / self.samplerate:.1f} s"
        return f"what was heard is in {self.path}{silent if self.lost else ''}"

    def _held(self) -> int:
        """Return the frames that are in the file, also of what was written in part."""
        with contextlib.suppress(OSError):
            return max(0, self.path.stat().st_size - HEADER_BYTES) // FRAME_BYTES
        return 0


def _said(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


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
        said = getattr(error, "strerror", None) or _said(error)
        raise InputError(
            f"{path} cannot be written ({said}): name a file in a folder of yours"
        ) from None
