"""Pictures of pages."""

import io

import matplotlib.image
import numpy as np

from jackrf.osc.layout.arrange import page_of
from jackrf.osc.layout.picture import rendered
from tests.osc.desks import large_desk, small_desk


def test_every_control_can_be_seen() -> None:
    """In the frame of each there is something else than the ground, in its colour or its ink."""
    page = page_of(small_desk().mixer, "drums")
    content = rendered(page)
    image = matplotlib.image.imread(io.BytesIO(content))
    assert image.shape[:2] == (1536, 2048)
    blank = []
    for one in page:
        x, y, width, height = (2 * part for part in one.frame)
        inside = image[y : y + height, x : x + width, :3]
        if np.ptp(inside.reshape(-1, 3), axis=0).max() < 0.02 and one.kind != "panel":
            blank.append(one.name)
    assert blank == ["notice", "mix_limit"], "these have nothing to say in a picture"
    assert rendered(page) == content


def test_banks_are_shown_below_each_other() -> None:
    """All inputs are in the picture."""
    image = matplotlib.image.imread(io.BytesIO(rendered(page_of(large_desk(24, 2).mixer, "mix-1"))))
    assert image.shape[:2] == (3 * 1536, 2048)
