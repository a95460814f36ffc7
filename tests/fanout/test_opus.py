"""Opus by libopus, decoded again."""

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.errors import InputError
from jackrf.fanout import opus
from jackrf.fanout.opus import DURATIONS, RATE, Encoder, check_library


def decoded(packets: list[bytes]) -> NDArray[np.float32]:
    """What a decoder makes of it, shape (2, frames)."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate = RATE
    decoder.layout = "stereo"
    frames = [frame for data in packets for frame in decoder.decode(av.Packet(data))]
    heard = [frame.to_ndarray() for frame in frames]
    flat = np.concatenate([part.reshape(-1, 2) for part in heard])
    scale = 1 if flat.dtype.kind == "f" else 1 << 15
    return (flat / scale).T.astype(np.float32)


def tone(rate: int, frames: int) -> NDArray[np.float32]:
    """440 Hz on the left at -6 dBFS, silence on the right."""
    left = 0.5 * np.sin(2 * np.pi * 440 * np.arange(frames) / rate)
    return np.stack([left, np.zeros(frames)], axis=1).astype(np.float32)


@pytest.mark.parametrize("rate", [48000, 44100, 96000])
@pytest.mark.parametrize("milliseconds", DURATIONS)
def test_a_tone_is_a_tone_again(rate: int, milliseconds: float) -> None:
    """Of the same pitch, level and side, whatever the sender's rate; a packet for each block."""
    encoder = Encoder(rate, milliseconds, 256)
    length = round(rate * milliseconds / 1000)
    every = tone(rate, length * round(1000 / milliseconds))
    parts = [encoder.encode(every[at : at + length]) for at in range(0, len(every), length)]
    if rate == RATE:
        assert {len(part) for part in parts} == {1}
    heard = decoded([packet for part in parts for packet in part])
    assert heard.shape[1] == pytest.approx(RATE, rel=0.05)
    middle = heard[:, 8000:40000] * np.hanning(32000)
    spectrum = np.abs(np.fft.rfft(middle[0]))
    assert spectrum.argmax() * RATE / 32000 == pytest.approx(440, abs=2)
    assert np.abs(heard[0, 8000:40000]).max() == pytest.approx(0.5, abs=0.05)
    assert np.abs(heard[1, 8000:40000]).max() < 0.05


def test_after_a_gap_nothing_is_left_of_before() -> None:
    """The first packet of a new beginning is that of a new encoder."""
    encoder = Encoder(RATE, 10.0, 128)
    first = encoder.encode(tone(RATE, 480))
    encoder.encode(-tone(RATE, 480))
    encoder.begin()
    assert encoder.encode(tone(RATE, 480)) == first


def test_without_pyav_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what installs it."""
    check_library()
    monkeypatch.setattr(opus, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"pip install \"jackrf\[fanout\]\""):
        check_library()
