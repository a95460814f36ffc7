"""The demo's script: the shipped session with the demo's own ports, and how the fader moves."""

from pathlib import Path

import numpy as np
import pytest

from jackrf.demo.measure import FLOOR_DB
from jackrf.demo.script import INSTRUMENT, MIX, fader_gain, write_session
from jackrf.demo.song import BANDS

URL = "udp://127.0.0.1:40404"


def test_the_fader_goes_down_to_off_and_up_to_3_db() -> None:
    """It starts at -6 dB, is off in the middle, and ends at +3 dB."""
    rides = np.array([fader_gain(progress) for progress in np.linspace(0, 1, 1001)])
    assert rides[0] == pytest.approx(-6.0)
    assert rides[-1] == rides.max() == pytest.approx(3.0)
    assert 100 < np.sum(rides == FLOOR_DB) < 150
    off = int(np.argmin(rides))
    assert np.all(np.diff(rides[:off]) <= 0)
    assert np.all(np.diff(rides[off:]) >= 0)


def test_the_session_is_the_shipped_one_with_the_band_in_it(tmp_path: Path) -> None:
    """All four instruments come from the band, and all four are heard in the mix."""
    session = write_session(tmp_path / "band.toml", URL)
    assert list(session.inputs) == list(BANDS)
    assert [entry.connect for entry in session.inputs.values()] == [
        [f"jackrf-band:{name}"] for name in BANDS
    ]
    assert set(session.mixes[MIX].sends) == set(BANDS)
    assert session.mixes[MIX].sends[INSTRUMENT].gain == pytest.approx(-6.0)


def test_only_the_mix_that_is_heard_is_sent(tmp_path: Path) -> None:
    """No packet goes to a port that somebody else may use."""
    session = write_session(tmp_path / "band.toml", URL)
    destinations = [url for mix in session.mixes.values() for url in mix.send_to]
    assert destinations == session.mixes[MIX].send_to == [URL]
