"""A million datagrams of malice: ignored, counted, and the music goes on.

JACKRF_FUZZ=1000000 brings all of them (`make fuzz`); without it there are 20,000. `exercise.py`
brings some with bounds checks.
"""

import os

import numpy as np
import pytest

from tests.realtime.hostile import among, mutate
from tests.realtime.simulation import Hearing, Sending, distortion, hear, send, sine

COUNT = int(os.environ.get("JACKRF_FUZZ", "20000"))
SECONDS = max(8.0, COUNT / 10_000)


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(2))
def test_hostile_packets_are_ignored_and_counted(seed: int) -> None:
    """Each is a packet of the stream or alien, none stops it, and no sample is out of range."""
    good = send(sine(SECONDS), Sending(ppm=20.0))
    bad, sizes = mutate(good, COUNT, seed, spare_stream=True)
    packets, arrivals, lengths = among(good, bad, sizes, seed)
    heard = hear(packets, arrivals, SECONDS - 0.2, Hearing(), lengths)
    taken = int(np.count_nonzero(arrivals <= int((SECONDS - 0.2) * 1e9)))
    report = heard.report
    assert taken - 600 <= report["packets"] + report["alien"] <= taken
    assert report["alien"] > 0.5 * COUNT * (SECONDS - 0.2) / SECONDS
    assert np.isfinite(heard.left).all()
    assert np.abs(heard.left).max() < 1.05
    assert report["state"] == "playing"
    assert report["streams"] == 1
    assert distortion(heard.left[-8192:]) < -80.0


@pytest.mark.fuzz
def test_a_forger_of_the_stream_itself_is_not_loud() -> None:
    """Who knows the SSRC can put in what he likes; nothing leaves full scale, nothing stops."""
    good = send(sine(8.0), Sending(ppm=20.0))
    bad, sizes = mutate(good, 20_000, 7, spare_stream=False)
    packets, arrivals, lengths = among(good, bad, sizes, 7)
    heard = hear(packets, arrivals, 7.8, Hearing(), lengths)
    assert np.isfinite(heard.left).all()
    assert np.abs(heard.left).max() < 2.0
    assert int(heard.receiver.reception["cycles"][0]) == len(heard.delays)
