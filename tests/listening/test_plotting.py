"""The plot of a stream: what is read from the log, and that a picture comes of it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from jackrf.errors import InputError
from jackrf.listening.plotting import check_plot, plot, story
from jackrf.realtime.reception import LOG_ROW, PLAYING


def rows(count: int) -> np.ndarray:
    """A log of a minute or so: two losses, a wait, and drift that settles."""
    log = np.zeros(count, LOG_ROW)
    time = np.arange(count) * 0.05
    log["ns"] = 10**12 + (time * 1e9).astype(np.int64)
    log["delay"], log["goal"], log["jitter"] = 250 + 10 * np.sin(time / 4), 250, 60
    log["drift"] = 94.0 - 60.0 * np.exp(-time / 4)
    log["settled"] = time > 15
    log["locked"] = PLAYING
    log["lost"] = 2 * (time > 20) + (time > 40)
    log["late"] = time > 30
    log["concealed"] = 128 * log["lost"]
    log["packets"] = 19 * np.arange(count)
    return log


def test_the_log_becomes_a_story() -> None:
    """Frames become ms, counters become what happened between two rows."""
    log = rows(1200)
    told = story([log[:700], log[700:]], 48000)
    assert told.seconds[-1] == pytest.approx(59.95)
    assert told.delay_ms[0] == pytest.approx(250 / 48)
    assert (told.lost.sum(), told.late.sum()) == (3, 1)
    assert told.filled_ms.sum() == pytest.approx(8.0)
    assert told.playing.all()


def test_a_new_output_counts_from_nothing() -> None:
    """What the first one lost stays, and nothing is negative."""
    told = story([rows(600), rows(600)], 48000)
    assert told.lost.min() == 0
    assert told.lost.sum() == 4


@pytest.mark.parametrize("count", [1, 2, 1200])
def test_a_picture_is_made(tmp_path: Path, count: int) -> None:
    """1800 by 1200 pixels, with ink on it, however short the log."""
    path = tmp_path / "heard.png"
    told = story([rows(count)], 48000)
    plot(path, told, title="What was heard", subtitle="udp://0.0.0.0:5004", limit_ms=20.0)
    image = imread(path)
    assert image.shape[:2] == (1200, 1800)
    assert len(np.unique(image.reshape(-1, image.shape[2]), axis=0)) > 100


def test_what_cannot_be_drawn_is_told_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that is not there, another kind of file, or no matplotlib."""
    check_plot(tmp_path / "x.png")
    for wrong in (tmp_path / "none" / "x.png", tmp_path / "x.pdf"):
        with pytest.raises(InputError, match=r"ends in .png, in a folder that is there"):
            check_plot(wrong)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(InputError, match=r"jackrf\[listen\]"):
        check_plot(tmp_path / "x.png")
