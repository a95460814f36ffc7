"""A timer of the kernel's, on the real clock."""

import os
import select
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from jackrf.graph import alarm as module
from jackrf.graph.alarm import Alarm


@pytest.fixture
def alarm(monkeypatch: pytest.MonkeyPatch) -> Iterator[Alarm]:
    """One that rings after a moment."""
    monkeypatch.setattr(module, "RINGS_SECONDS", 0.1)
    with closing(Alarm()) as alarm:
        yield alarm


def rings(alarm: Alarm, seconds: float) -> bool:
    """Whether it becomes readable in time."""
    return bool(select.select([alarm.number], [], [], seconds)[0])


def test_it_is_silent_until_it_is_set(alarm: Alarm) -> None:
    """And rings once each time."""
    assert not rings(alarm, 0.2)
    assert not alarm.has_rung()
    alarm.put_off()
    assert rings(alarm, 2.0)
    assert alarm.has_rung()
    assert not alarm.has_rung()
    assert not rings(alarm, 0.2)


def test_who_puts_it_off_is_not_rung_for(alarm: Alarm, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often; it rings when that ends."""
    monkeypatch.setattr(module, "RINGS_SECONDS", 1.0)
    end = time.monotonic() + 1.5
    while time.monotonic() < end:
        alarm.put_off()
        assert not rings(alarm, 0.05)
    assert rings(alarm, 3.0)


def test_what_the_kernel_refuses_is_an_error(alarm: Alarm) -> None:
    """As when its number is another file's."""
    other = Alarm()
    os.close(other.number)
    with pytest.raises(OSError, match="file descriptor"):
        other.put_off()
    assert alarm.number != other.number
