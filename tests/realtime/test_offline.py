"""Offline and under JACK the same kernels run."""

import numpy as np

from jackrf.engine import Engine, Stream
from jackrf.testing import OfflineClient


def test_a_period_offline_is_counted_and_mixed() -> None:
    """Two periods of a steady input end at its gain, and the cycles are two."""
    engine = Engine(1, [Stream(1, 0, 96, 2, None)], 48000)
    engine.mixes["fade"] = 1.0
    client = OfflineClient(engine)
    engine.set_gains(np.array([[0.5], [0.25]], np.float32))
    heard = client.run(np.ones((1, 2048), np.float32), 1024)
    assert engine.cycles == 2
    assert heard[0, -1] == 0.5
    assert heard[1, -1] == 0.25
