"""Reading the ring of what was heard."""

from jackrf.listening.tap import Tap
from jackrf.realtime.tap import TAP_RING
from tests.offline import Wire
from tests.realtime.stream import Road


def test_a_slow_reader_is_told_what_it_lost() -> None:
    """Half of the ring is safe to read; what is older is counted, and the rest is there."""
    with Wire() as wire:
        tap = Tap(wire.receiver)
        Road(wire).run(8192, TAP_RING // 8192, lambda _: ())
        frames, lost, at = tap.take(0)
        assert at == TAP_RING
        assert lost == TAP_RING // 2
        assert frames.shape == (TAP_RING // 2, 2)
        assert tap.take(at)[0].shape == (0, 2)
