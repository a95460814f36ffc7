"""Latency on one server, with a path that is known: jackrf's own mix, made in the same period."""

from pathlib import Path

import pytest

from jackrf.errors import InputError
from jackrf.latency.instruments import Recorder
from jackrf.latency.measuring import Found, measure, require_port
from jackrf.testing import DummyJack
from tests.system.music import one_voice
from tests.system.running import Running

pytestmark = pytest.mark.system


def test_a_mix_is_made_in_the_period_of_its_inputs(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """From the input to the mix's own port every chirp takes 0 frames."""
    with Running(tmp_path, one_voice(), dummy_jack.name):
        found = measure(dummy_jack.name, "jackrf:in_01", "jackrf:mix_01_l", 10)
    assert (found.samplerate, found.period, found.sent) == (48000, 128, 10)
    assert len(found.frames) >= 8
    assert set(found.frames) == {0}
    assert found.median_ms == 0.0


def test_a_port_that_is_not_there_is_the_users_mistake(dummy_jack: DummyJack) -> None:
    """Named, with how to see which there are."""
    with (
        Recorder(dummy_jack.name, []) as recorder,
        pytest.raises(InputError, match="no JACK port 'x:y': `jack_lsp` shows"),
    ):
        require_port(recorder, "x:y")


def test_the_median_in_ms() -> None:
    """Of frames at the server's rate."""
    assert Found((96, 480, 96), 3, 48000, 64, 0).median_ms == 2.0
