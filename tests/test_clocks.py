"""Clocks have numbers: one for each JACK server."""

from pathlib import Path

import pytest

from jackrf.clocks import identify_clock


def test_clients_of_one_server_know_one_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """By name or by default, the same server is the same number, and another one is another."""
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "studio")
    assert identify_clock(None) == identify_clock("studio") != identify_clock("stage")
    monkeypatch.delenv("JACK_DEFAULT_SERVER")
    assert identify_clock(None) == identify_clock("default")
    assert 0 < identify_clock(None) < 2**32


def test_another_user_and_another_start_of_the_machine_have_other_clocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """JACK servers are a user's own, and none outlives the system that it runs on."""
    here = identify_clock("studio")
    with monkeypatch.context() as patch:
        patch.setattr("os.getuid", lambda: 4711)
        assert identify_clock("studio") != here
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_text", lambda _: "another boot")
        assert identify_clock("studio") != here


def test_where_it_cannot_be_known_it_is_0(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that does not say when it was started has no clock that a receiver could trust."""

    def missing(_: Path) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(Path, "read_text", missing)
    assert identify_clock("studio") == 0
