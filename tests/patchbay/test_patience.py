"""Calls that may never come back."""

import threading
import time
from functools import partial

import pytest

from jackrf.patchbay.patience import Patience


def test_an_answer_is_an_answer() -> None:
    """What a call returns is returned, what it raises is raised, one after the other."""
    patience = Patience()
    assert [patience.ask(partial(pow, n, 2), -1) for n in range(5)] == [0, 1, 4, 9, 16]
    with pytest.raises(ZeroDivisionError):
        patience.ask(lambda: 1 // 0, 0)
    assert not patience.hangs


def test_who_hangs_is_given_up_and_nothing_is_asked_meanwhile() -> None:
    """Once the patience is over nothing else is called; when it comes back, others are again."""
    patience, gate = Patience(0.5), threading.Event()
    asked: list[str] = []

    def hang() -> str:
        gate.wait()
        asked.append("first")
        return "late"

    def ask() -> str:
        asked.append("second")
        return "there"

    assert patience.ask(hang, "given up") == "given up"
    assert patience.hangs
    began = time.monotonic()
    assert patience.ask(ask, "not asked") == "not asked"
    assert time.monotonic() - began < 0.4
    assert asked == []
    gate.set()
    answers = []
    while time.monotonic() < began + 10.0 and "there" not in answers:
        answers.append(patience.ask(ask, "not asked"))
        time.sleep(0.001)
    assert answers[-1] == "there"
    assert asked == ["first", "second"]
