"""The tone of `jackrf identify` and `jackrf run --identify`, heard where the musician hears it."""

from pathlib import Path

import numpy as np
import pytest

from jackrf.testing import DummyJack
from tests.system.instruments import Recorder, wait_for
from tests.system.music import level, one_voice, wait_until_silent
from tests.system.running import Running, free_port, jackrf

pytestmark = pytest.mark.system

SOFT = 10 ** (-30 / 20)


def test_the_tone_is_heard_in_the_mix_and_stops(dummy_jack: DummyJack, tmp_path: Path) -> None:
    """A running jackrf is told to, and told to stop; with --identify it does so by itself."""
    session = one_voice(free_port())
    ports = ["jackrf:mix_01_l", "jackrf:mix_01_r"]
    with (
        Running(tmp_path, session, dummy_jack.name, "--identify", "ear") as running,
        Recorder(dummy_jack.name, ports) as recorder,
    ):
        wait_for(lambda: recorder.connect() and level(recorder, 0.5) > SOFT / 2, 8.0)
        take = recorder.record(2.5).audio
        assert np.max(np.abs(take)) == pytest.approx(SOFT, rel=0.02)
        assert take[0].any()
        assert take[1].any()
        ended = jackrf("identify", "ear", "--seconds", "0")
        assert (ended.code, ended.output) == (0, "ear: no tone\n")
        wait_until_silent(recorder)
        assert jackrf("identify", "ear", "--seconds", "0.3").code == 0
        wait_for(lambda: level(recorder, 0.2) > SOFT / 2, 3.0)
        wait_until_silent(recorder)
        assert not recorder.record(2.1).audio.any()
        wrong = jackrf("identify", "nobody")
        assert (wrong.code, wrong.line) == (
            1,
            "jackrf: there is no mix 'nobody': the session has ear",
        )
        assert running.stop().code == 0
