"""What a page says first, and what it is told, by whichever transport."""

from typing import Any

import pytest

from jackrf.web.gate import Gate
from jackrf.web.listener import Listener
from jackrf.web.plan import Clock, MixPlan
from jackrf.web.talk import ENCRYPTED, NO_SUCH_MIX, WRONG_TOKEN, admitted, answer, hello, understood
from tests.web.serving import GRANTS


class Mix:
    """Stands where a feed does."""

    def __init__(self, name: str) -> None:
        self.plan = MixPlan(name, name.title(), 2, 7, encrypted=name == "choir")
        self.clock = Clock(48000, 128)


FEEDS: Any = {name: Mix(name) for name in ("drums", "keys", "choir")}


@pytest.mark.parametrize(
    ("text", "said"),
    [('{"a": 1}', {"a": 1}), ("[1]", {}), ("", {}), ("{", {}), ("[" * 9999, {}), (b"\xff", {})],
)
def test_what_has_no_sense_says_nothing(text: str | bytes, said: dict[str, Any]) -> None:
    """And ends nothing."""
    assert understood(text) == said


@pytest.mark.parametrize(
    ("said", "mix"),
    [
        ({"token": "dave-token"}, "drums"),
        ({"token": "dave-token", "mix": "drums"}, "drums"),
        ({"token": "look-token", "mix": "keys"}, "keys"),
        ({"token": "mix-token", "mix": "keys"}, "keys"),
        ({"token": "dave-token", "mix": "keys"}, WRONG_TOKEN),
        ({"token": "nobody"}, WRONG_TOKEN),
        ({"token": "mix-token", "mix": "bass"}, NO_SUCH_MIX),
        ({"token": "mix-token", "mix": ["keys"]}, NO_SUCH_MIX),
        ({"token": "mix-token"}, NO_SUCH_MIX),
        ({"token": "mix-token", "mix": "choir"}, ENCRYPTED),
    ],
)
def test_a_first_word_opens_a_mix_or_none(said: dict[str, Any], mix: str | int) -> None:
    """A musician's token its own mix, the engineer's the one that is named."""
    found = admitted(said, Gate(GRANTS), FEEDS)
    assert (found if isinstance(found, int) else found.plan.id) == mix


def test_a_page_is_told_what_it_hears_and_what_the_clock_shows() -> None:
    """In milliseconds; whoever asks nothing is answered nothing."""
    told = hello(FEEDS["drums"], 2.5)
    assert told == {"mix": "drums", "name": "Drums", "rate": 48000, "period": 128, "clock": 2500.0}
    nowhere: Any = None
    listener = Listener("10.0.0.1", "drums", nowhere, Clock(48000, 128))
    assert answer(listener, {"ping": 7, "delay": 30}, 3.0) == {"pong": 7, "clock": 3000.0}
    assert answer(listener, {"delay": 31}, 3.0) is None
    assert listener.told == {"delay": 31.0}
