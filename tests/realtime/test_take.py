"""Foreign streams: any rate, any number of channels, any length of packets."""

import numpy as np
import pytest

from jackrf.receiver import Format
from tests.offline import RATE
from tests.realtime.simulation import Hearing, Sending, distortion, hear, send, sine


@pytest.mark.parametrize("channels", [1, 2, 3, 8])
@pytest.mark.parametrize("width", [2, 3])
@pytest.mark.parametrize(("rate", "period"), [(44100, 441), (48000, 48), (88200, 100), (96000, 32)])
def test_a_foreign_stream_is_played(rate: int, period: int, width: int, channels: int) -> None:
    """L16 and L24 of one to eight channels at any rate, none of it said but by an SDP's format.

    No extension, its packets sent when they are full; the rate is the one that is measured.
    """
    if period * width * channels > 1400:
        period = 1400 // (width * channels)
    wave = sine(4.0, rate=rate)
    sound = np.concatenate([wave[:, :1], -0.5 * wave[:, :1], *[wave[:, :1] * 0.1] * 6], axis=1)
    how = Sending(
        ppm=40.0,
        period=period,
        rate=rate,
        ages=False,
        width=width,
        payload_type=96 if width == 2 else 97,
        begins_ns=5_000_000,
    )
    sent = send(sound[:, :channels], how)
    format_ = Format(sample_bytes=width, channels=channels)
    heard = hear(sent.datagrams, sent.sent + 150_000, 3.8, Hearing(format_=format_))
    assert heard.report["stream"]["rate"] == rate
    assert (heard.report["concealed"], heard.report["late"], heard.report["alien"]) == (0, 0, 0)
    late = slice(-8192, None)
    assert distortion(heard.left[late]) < (-80.0 if width == 2 else -90.0)
    right = heard.left if channels == 1 else -2.0 * heard.right
    assert np.max(np.abs(heard.left[late] - right[late])) < 1e-3
    assert np.max(np.abs(heard.left[late])) == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    ("frames", "width", "channels"), [(6, 3, 2), (6, 2, 1), (960, 3, 2), (960, 2, 8), (960, 2, 1)]
)
@pytest.mark.parametrize("period", [64, 2048])
def test_any_packet_time_is_played(frames: int, width: int, channels: int, period: int) -> None:
    """From 0.125 to 20 ms, of L24 and of eight channels too, at short periods and at long ones."""
    sound = np.repeat(sine(4.0)[:, :1], channels, axis=1)
    sent = send(sound, Sending(ppm=-40.0, period=frames, ages=False, width=width))
    how = Hearing(period=period, format_=Format(width, channels, RATE), most_ms=60.0)
    heard = hear(sent.datagrams, sent.sent + 150_000, 3.8, how)
    assert (heard.report["concealed"], heard.report["late"], heard.report["alien"]) == (0, 0, 0)
    assert distortion(heard.left[-8192:]) < (-80.0 if width == 2 else -90.0)


def test_a_change_of_format_is_heard_within_300_ms() -> None:
    """The sender starts again with L24 at 96 kHz after L16 at 48: another SSRC, same ports."""
    first = send(sine(2.0), Sending(width=2, payload_type=96))
    then = Sending(width=3, payload_type=97, rate=96000, ssrc=77, begins_ns=2_100_000_000)
    second = send(sine(3.0, rate=96000), then)
    room = max(first.datagrams.shape[1], second.datagrams.shape[1])
    both = np.zeros((len(first.sent) + len(second.sent), room), np.uint8)
    both[: len(first.sent), : first.datagrams.shape[1]] = first.datagrams
    both[len(first.sent) :, : second.datagrams.shape[1]] = second.datagrams
    sizes = np.repeat(
        [first.datagrams.shape[1], second.datagrams.shape[1]], [len(first.sent), len(second.sent)]
    )
    heard = hear(both, np.concatenate([first.sent, second.sent]) + 100_000, 4.8, sizes=sizes)
    silent = np.flatnonzero(np.abs(heard.left[: int(2.05 * RATE)]) > 0.3)[-1]
    back = int(2.1 * RATE) + np.argmax(np.abs(heard.left[int(2.1 * RATE) :]) > 0.4)
    assert silent < 2.03 * RATE
    assert back - 2.1 * RATE < 0.3 * RATE
    assert heard.report["streams"] == 2
    assert distortion(heard.left[-8192:]) < -80.0
