"""What was heard is in the ring, frame by frame; its reader is `jackrf.listening.tap`."""

import numpy as np
import pytest
from numpy.typing import NDArray

from jackrf.listening.tap import Tap
from jackrf.realtime.tap import TAP_RING
from tests.offline import Floats, Wire
from tests.realtime.stream import Road, heard_codes


@pytest.mark.parametrize("period", [1, 17, 128, 1024, 8192])
def test_the_ring_holds_what_was_played(period: int) -> None:
    """At every period, and beyond the ring's end, both sides are those of the ports."""
    with Wire() as wire:
        tap = Tap(wire.receiver)
        road = Road(wire)
        heard: list[NDArray[np.int64]] = []
        taken: list[Floats] = []
        at = 0
        for _ in range(max(3, (TAP_RING + 20_000) // period if period > 1000 else 40)):
            heard.append(road.run(period, 1, lambda _: (1,)))
            frames, lost, at = tap.take(at)
            assert lost == 0
            taken.append(frames)
        whole = np.ascontiguousarray(np.concatenate(taken).T)
        assert np.array_equal(heard_codes(whole), np.concatenate(heard, axis=1))
        assert tap.written == at


def test_without_a_tap_nothing_is_kept() -> None:
    """A receiver that nobody records from writes nowhere."""
    with Wire() as wire:
        Road(wire).run(128, 10, lambda _: (1,))
        assert int(wire.receiver.reception["tap_at"][0]) == 0
