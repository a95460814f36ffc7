"""A signal to ourselves comes when somebody has a handler for it, and never without one."""

import signal
import threading

import pytest

from tests import ending


def test_it_waits_for_a_handler() -> None:
    """The signal comes after the handler, though it was asked for before."""
    heard = threading.Event()
    thread = threading.Thread(target=ending.end_by, args=(signal.SIGTERM,))
    thread.start()
    thread.join(0.1)
    assert thread.is_alive()
    before = signal.signal(signal.SIGTERM, lambda *_: heard.set())
    thread.join()
    assert heard.wait(1.0)
    signal.signal(signal.SIGTERM, before)


def test_without_a_handler_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are still there afterwards."""
    monkeypatch.setattr(ending, "SECONDS", 0.1)
    ending.end_by(signal.SIGTERM)
