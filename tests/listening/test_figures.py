"""What a receiver does as values: from a report, over restarts, and to JSON."""

import json
from typing import Any

import pytest

from jackrf.listening.figures import Figures, figures_of, waiting
from jackrf.listening.tap import Tap
from jackrf.receiver import Receiver
from tests.listening.figures import PLAYING
from tests.offline import Wire
from tests.realtime.stream import Road


class Speaker:
    """An output that is a road in memory."""

    kind = "JACK"
    name = "speaker"

    def __init__(self, receiver: Receiver, output_ms: float | None = None) -> None:
        self.receiver = receiver
        self.tap = Tap(receiver)
        self._output_ms = output_ms

    def start(self) -> list[str]:
        """Nothing is to be connected."""
        return []

    def is_there(self) -> bool:
        """Always."""
        return True

    def peers(self) -> list[tuple[str, str]]:
        """None."""
        return []

    def figures(self) -> dict[str, Any]:
        """Those of a card, or of JACK."""
        found: dict[str, Any] = {"samplerate": 48000, "period": 128, "xruns": 2}
        return found if self._output_ms is None else found | {"output_ms": self._output_ms}

    def close(self) -> None:
        """Nothing is open."""


def test_before_the_first_packet_there_is_no_stream() -> None:
    """Everything is 0, and the output is named."""
    with Wire() as wire:
        now = figures_of(Speaker(wire.receiver), 1.5)
    assert (now.state, now.output, now.seconds) == ("waiting", "speaker", 1.5)
    assert now.stream == {}
    assert (now.packets, now.lost, now.peak_db) == (0, 0, (None, None))


def test_what_is_played_is_told() -> None:
    """Packets, levels, and the parts of the delay with the output's own."""
    with Wire() as wire:
        Road(wire).run(128, 60, lambda _: (1,))
        now = figures_of(Speaker(wire.receiver, output_ms=4.5), 2.0)
    assert now.state == "playing"
    assert now.packets > 50
    assert now.peak_db[0] is not None
    assert now.parts_ms["period"] == pytest.approx(128 / 48)
    assert now.parts_ms["output"] == 4.5
    inside = now.parts_ms["jitter"] + now.parts_ms["resampler"]
    assert inside <= max(now.delay_ms, now.parts_ms["resampler"]) + 0.01


def test_the_most_is_what_a_period_makes_of_it() -> None:
    """20 ms cannot be kept by periods of 21.3: what really is never exceeded is told."""
    with Wire() as wire:
        speaker, road = Speaker(wire.receiver), Road(wire)
        road.run(128, 60, lambda _: (1,))
        short = figures_of(speaker, 2.0)
        road.run(1024, 20, lambda _: (1,))
        long = figures_of(speaker, 2.0)
    assert short.most_ms == 20.0
    assert long.most_ms == pytest.approx((1024 + 16) / 48 + 6.0, abs=0.1)
    assert long.delay_ms < long.most_ms


def test_counters_go_on_when_the_output_comes_back() -> None:
    """What the client counted that is gone is added; what is measured now is not."""
    with Wire() as wire:
        now = figures_of(Speaker(wire.receiver), 70.0, PLAYING)
    assert (now.packets, now.lost, now.late, now.xruns) == (22875, 3, 1, 2)
    assert now.concealed_ms == 10.7
    assert now.delay_ms == 0.0


def test_while_the_output_is_away_counters_stand_still() -> None:
    """And there is no delay, and no level."""
    now = waiting(PLAYING, 90.0)
    assert (now.state, now.packets, now.seconds) == ("waiting for JACK", 22875, 90.0)
    assert (now.delay_ms, now.peak_db) == (0.0, (None, None))
    assert waiting(None, 1.0) == Figures(1.0, "waiting for JACK")
    assert waiting(None, 1.0, "the sound card").state == "waiting for the sound card"


def test_json_can_carry_them() -> None:
    """Numbers to three places, and nothing that JSON has not."""
    carried = json.loads(json.dumps(PLAYING.as_json()))
    assert carried["delay_ms"] == 5.3
    assert carried["parts_ms"]["period"] == 2.667
    assert carried["peak_db"] == [-12.3, -18.0]
    assert carried["stream"]["rate"] == 48000
