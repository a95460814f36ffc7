"""The audio thread's side of the alarm: one call a second, and none without an alarm."""

import select
from contextlib import closing

import numpy as np
import pytest

from jackrf.graph.alarm import Alarm
from jackrf.realtime.alarm import EVERY_NS, put_off
from jackrf.realtime.context import CONTEXT, address


def context(timer: int, seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a context and the setting that it points to."""
    setting = np.array([0, 0, *divmod(round(seconds * 1e9), 10**9)], np.int64)
    made = np.zeros(1, CONTEXT)
    made["alarm"], made["alarm_at"] = timer, address(setting)
    return made, setting


def test_it_rings_after_the_last_time() -> None:
    """The first call sets it, then none until a second has passed by its clock."""
    with closing(Alarm()) as alarm:
        made, setting = context(alarm.number, 0.05)
        put_off(made[0], 1)
        assert made["alarm_due"] == 1 + EVERY_NS
        assert select.select([alarm.number], [], [], 2.0)[0]
        assert alarm.has_rung()
        put_off(made[0], EVERY_NS)
        assert not select.select([alarm.number], [], [], 0.2)[0]
        put_off(made[0], 1 + EVERY_NS)
        assert select.select([alarm.number], [], [], 2.0)[0]
        assert setting[3] == 50_000_000


@pytest.mark.parametrize("timer", [-1, 9999])
def test_no_alarm_is_no_harm(timer: int) -> None:
    """None at all, or one that was closed."""
    made, setting = context(timer, 0.05)
    put_off(made[0], 5)
    assert made["alarm_due"] == (0 if timer < 0 else 5 + EVERY_NS)
    assert setting[3] == 50_000_000
