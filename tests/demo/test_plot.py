"""The demo's picture."""

import matplotlib.image
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from numpy.typing import NDArray

from jackrf.demo.measure import FaderMove
from jackrf.demo.plot import COLOURS, moving, plot, resting
from tests.demo.hearing import SECONDS, findings, moves, still


@pytest.fixture(scope="module")
def picture(
    tmp_path_factory: pytest.TempPathFactory,
) -> NDArray[np.float32]:
    """The picture of a good recording, shape (height, width, red green blue), 0..1."""
    path = tmp_path_factory.mktemp("plot") / "demo.png"
    plot(path, findings(), title="The Drums mix, as its listener heard it", subtitle="48 kHz")
    return np.asarray(matplotlib.image.imread(path), np.float32)[:, :, :3]


def test_the_picture_is_a_png_that_fills_a_screen(
    picture: NDArray[np.float32],
) -> None:
    """1800 by 1350 pixels."""
    assert picture.shape == (1350, 1800, 3)


@pytest.mark.parametrize("name", COLOURS)
def test_every_instrument_is_in_the_picture(name: str, picture: NDArray[np.float32]) -> None:
    """In its own colour, with thousands of pixels."""
    near = np.abs(picture - np.array(to_rgb(COLOURS[name]))).max(axis=2) < 0.02
    assert near.sum() > 3000


def test_the_guitar_is_gone_from_the_waveform_while_its_fader_is_off(
    picture: NDArray[np.float32],
) -> None:
    """Its colour is there at the end, and not in the middle."""
    near = np.abs(picture - np.array(to_rgb(COLOURS["guitar"]))).max(axis=2) < 0.02
    columns = near[200:440].sum(axis=0)
    middle, end = (int(1800 * (0.085 + 0.89 * place)) for place in (0.5, 0.95))
    assert not columns[middle - 20 : middle + 20].sum()
    assert columns[end - 20 : end + 20].sum() > 100


def test_the_moves_of_the_fader_are_found() -> None:
    """Down from 20 % to 42 % of the show, up from 55 % to 78 %, and at rest between."""
    tick = 2 / 30
    (down, off), (up, there) = moving(moves())
    for found, expected in ((down, 0.20), (off, 0.42), (up, 0.55), (there, 0.78)):
        assert found == pytest.approx(SECONDS * expected, abs=tick)
    assert len(resting(moves())) == 3


def test_a_fader_that_stands_still_never_moves() -> None:
    """And one that was asked only once neither moves nor rests for any time."""
    assert moving(still()) == []
    assert len(resting(still())) == 1
    once = FaderMove(np.array([0.0]), np.array([-6.0]))
    assert moving(once) == resting(once) == []
