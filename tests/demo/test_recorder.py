"""The recorder, with the band as what it records, on a real server."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from jackrf.demo.clients import open_client
from jackrf.demo.recorder import Recording
from jackrf.demo.song import BANDS, synthesise
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system

SOURCES = [f"jackrf-band:{name}" for name in BANDS]


@contextmanager
def running(server: DummyJack, port: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a module of the demo until the block ends, from when JACK has one of its ports."""
    process = subprocess.Popen([sys.executable, "-m", *arguments, "--server", server.name])
    client = open_client("jackrf-test", server.name)
    deadline = time.monotonic() + 30
    while not client.get_ports(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    client.close()
    try:
        yield process
    finally:
        process.terminate()
        process.wait(10)


def record(server: DummyJack, file: Path, *, stall: float = 0.0) -> Recording:
    """Record the band for two seconds; in the middle the recorder may be held for a while."""
    command = ["jackrf.demo.recorder", "--out", str(file), "--seconds", "20", *SOURCES]
    with (
        running(server, SOURCES[-1], "jackrf.demo.band"),
        running(server, "jackrf-recorder:in_4", *command) as recorder,
    ):
        time.sleep(1)
        if stall:
            recorder.send_signal(signal.SIGSTOP)
            time.sleep(stall)
            recorder.send_signal(signal.SIGCONT)
        time.sleep(1)
    assert recorder.returncode == 0
    return Recording.load(file)


@pytest.fixture(scope="module")
def recording(dummy_jack: DummyJack, tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """About two seconds of the band."""
    return record(dummy_jack, tmp_path_factory.mktemp("recorder") / "band.npz")


def there(recording: Recording) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether each frame was recorded, after the ports were connected."""
    frames = recording.audio.shape[1]
    mask = np.ones(frames, np.bool_)
    for begin, length in recording.missed - [recording.first_frame, 0]:
        mask[begin : begin + length] = False
    mask[: frames // 4] = False
    return mask


def test_what_the_band_plays_is_recorded_bit_for_bit(recording: Recording) -> None:
    """The frames of the four ports are frames of the song, each at its place in time.

    Nine of ten must be: on a busy machine the band is late now and then, and JACK does not wait.
    """
    song = synthesise(recording.samplerate)
    length = len(song["vox"])
    vox = recording.channels(["jackrf-band:vox"])[0]
    match = np.fft.irfft(
        np.conj(np.fft.rfft(vox, 2 * length)) * np.fft.rfft(np.tile(song["vox"], 2))
    )
    first = int(np.argmax(match)) % length
    mask = there(recording)
    for name, source in zip(BANDS, SOURCES, strict=True):
        expected = np.resize(np.roll(song[name], -first), recording.audio.shape[1])
        assert np.mean(recording.channels([source])[0][mask] == expected[mask]) > 0.9


def test_the_recording_knows_its_server(recording: Recording) -> None:
    """Rate, period, sources and enough frames."""
    assert (recording.samplerate, recording.period) == (48000, 128)
    assert recording.sources == tuple(SOURCES)
    assert recording.audio.shape[1] > 48000


def test_a_stall_is_noticed_by_the_frame_time(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """What the recorder misses is silence at its place, and counted; what follows is in time."""
    stalled = record(dummy_jack, tmp_path / "band.npz", stall=0.1)
    longest = int(np.argmax(stalled.missed[:, 1]))
    begin, length = stalled.missed[longest]
    assert 2400 < length < 48000
    place = begin - stalled.first_frame
    assert not stalled.audio[:, place : place + length].any()
    assert stalled.audio[:, place + length :].any()


def test_a_part_is_cut_by_frame_time(recording: Recording) -> None:
    """The part begins at the frame that was asked for, and has only its own missed stretches."""
    first = recording.first_frame + 1000
    part = recording.between(first, first + 500)
    assert part.first_frame == first
    assert np.array_equal(part.audio, recording.audio[:, 1000:1500])
    assert all(first - length < begin < first + 500 for begin, length in part.missed)


def test_a_part_ends_where_the_recording_does(recording: Recording) -> None:
    """What was asked for beyond either end is not made up."""
    far = 10 * recording.audio.shape[1]
    whole = recording.between(0, recording.first_frame + far)
    assert whole.first_frame == recording.first_frame
    assert np.array_equal(whole.audio, recording.audio)
    assert recording.between(recording.first_frame - 9, recording.first_frame - 3).audio.size == 0


def test_a_port_that_is_not_there_is_one_line(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """The recorder ends with exit code 1 and says which port."""
    command = [sys.executable, "-m", "jackrf.demo.recorder", "--server", dummy_jack.name]
    command += ["--out", str(tmp_path / "x.npz"), "--seconds", "1", "nobody:out"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.startswith("jackrf-recorder: cannot record nobody:out: ")
    assert ended.stderr.count("\n") == 1
