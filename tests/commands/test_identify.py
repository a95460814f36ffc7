"""``jackrf identify``: what it asks of a running jackrf, and what it says."""

from collections.abc import Mapping
from typing import Any

import pytest

from jackrf.commands.identify import identify
from jackrf.errors import InputError, JackrfError
from tests.control.serving import serving


def test_it_asks_and_says_what_is_heard(capsys: pytest.CaptureFixture[str]) -> None:
    """For how long, and at 0 that it is over."""
    asked: list[Mapping[str, Any]] = []
    with serving({"identify": asked.append}):
        identify("drums", seconds=12.0, client="jackrf")
        identify("drums", seconds=0.0, client="jackrf")
    first, second = capsys.readouterr().out.splitlines()
    assert first == "drums: one low ping left, two high ones right, for 12 s"
    assert second == "drums: no tone"
    assert [(one["mix"], one["seconds"]) for one in asked] == [("drums", 12.0), ("drums", 0.0)]


def test_a_refusal_is_one_line() -> None:
    """As jackrf words it; and where none runs, how to start one."""

    def refuse(_: Mapping[str, Any]) -> None:
        raise InputError("there is no mix 'x': the session has drums")

    with serving({"identify": refuse}), pytest.raises(JackrfError, match="the session has drums"):
        identify("x", seconds=1.0, client="jackrf")
    with pytest.raises(JackrfError, match="start one: jackrf run"):
        identify("x", seconds=1.0, client="nobody")
