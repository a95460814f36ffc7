"""How a server refuses a client, told in words; on a real server."""

from contextlib import closing
from typing import Any

import jack
import pytest

from jackrf.client import JackClient
from jackrf.errors import InputError, JackServerError
from jackrf.graph.opening import LONGEST_NAME, dies_without_a_word, open_client
from jackrf.testing import DummyJack

pytestmark = pytest.mark.system


def test_a_client_has_exactly_its_name(dummy_jack: DummyJack) -> None:
    """Up to the longest that JACK allows."""
    name = "n" * LONGEST_NAME
    client = open_client(name, dummy_jack.name)
    try:
        assert client.name == name
    finally:
        client.close()


def test_jackd_says_when_it_ends() -> None:
    """Its libjack does; `tests/system/test_pipewire.py` sees to the other one."""
    assert not dies_without_a_word()


def test_a_name_that_is_taken_is_known_for_it(dummy_jack: DummyJack) -> None:
    """Whoever has it keeps it, and finding out leaves no client behind."""
    with closing(JackClient("taken", dummy_jack.name)) as first:
        first.activate()
        with pytest.raises(InputError, match="another one has this name"):
            open_client("taken", dummy_jack.name)
        with pytest.raises(InputError, match="another one has this name"):
            open_client("taken", dummy_jack.name)
    open_client("taken", dummy_jack.name).close()


def test_a_name_that_is_too_long_is_not_called_taken(dummy_jack: DummyJack) -> None:
    """The line says how long it is and may be: in bytes, as JACK counts."""
    with pytest.raises(InputError, match=r"64 bytes, JACK allows 63 in a client's name"):
        open_client("ä" * 32, dummy_jack.name)


def test_a_server_that_is_just_ending_is_not_the_users_mistake(
    dummy_jack: DummyJack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refused, and the name is free a moment later: no server can be had to do that on demand."""
    real = jack.Client

    def refuse_exact_names(name: str, *, use_exact_name: bool = False, **rest: Any) -> Any:
        if use_exact_name:
            raise jack.JackOpenError(name, jack.Status(0x21))
        return real(name, **rest)

    monkeypatch.setattr(jack, "Client", refuse_exact_names)
    with pytest.raises(JackServerError, match="just starting or ending") as refused:
        open_client("early", dummy_jack.name)
    assert refused.value.exit_code == 1
    monkeypatch.undo()
    open_client("early", dummy_jack.name).close()
