"""The log: a row each 50 ms, for whoever plots."""

from tests.offline import RATE, Wire
from tests.realtime.stream import Road


def test_a_row_each_50_ms() -> None:
    """Twenty in a second, with counters as they were; a second call has only what is new."""
    with Wire() as wire:
        road = Road(wire)
        road.run(128, RATE // 128, lambda n: () if n == 200 else (1,))
        rows = wire.receiver.log()
        assert 19 <= len(rows) <= 21
        assert not wire.receiver.log().size
        assert (rows["packets"][1:] >= rows["packets"][:-1]).all()
        assert int(rows["concealed"][-1]) == wire.count("concealed") == 128
        assert int(rows["lost"][-1]) == 0
        assert float(rows["left_peak"][-1]) > 0
        road.run(128, RATE // 128, lambda _: (1,))
        again = wire.receiver.log()
        assert int(again["ns"][0]) > int(rows["ns"][-1])


def test_a_reader_that_is_late_has_the_newest() -> None:
    """The ring holds half of what it could when Python was away for minutes."""
    with Wire() as wire:
        for _ in range(2100):
            wire.play(2400)
        rows = wire.receiver.log()
        assert len(rows) == 1024
        assert (rows["ns"][1:] > rows["ns"][:-1]).all()
